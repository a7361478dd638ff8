#include "connectors/memory/connector.h"

#include <algorithm>
#include <utility>

namespace riposte::memory {
namespace {

class MemoryInput final : public pipeline::Input {
 public:
  MemoryInput(MemoryLog& log, pipeline::PartitionId id, int64_t start)
      : log_(log), id_(std::move(id)), position_(start) {}

  const pipeline::PartitionId& id() const override { return id_; }

  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<pipeline::Record>& records) override {
    records.clear();
    polled_ = log_.Read(id_, position_, max_records, max_bytes, wait, lag_);
    if (polled_.empty() && log_.closed())
      return Status(ErrorCode::kCancelled, "the input is at its end");
    for (const StoredRecord& stored : polled_) {
      pipeline::Record& record = records.emplace_back();
      record.offset = stored.offset;
      record.key = stored.key;
      if (stored.value) record.value = *stored.value;
      record.append_time = stored.append_time;
      position_ = stored.offset + 1;
    }
    return Status::Ok();
  }

  Status Rewind(int64_t offset) override {
    position_ = offset;
    return Status::Ok();
  }

  int64_t Lag() const override { return lag_; }

 private:
  MemoryLog& log_;
  const pipeline::PartitionId id_;
  int64_t position_;
  int64_t lag_ = -1;
  std::vector<StoredRecord> polled_;  // what the last records point into
};

class MemoryOutbox final : public pipeline::Outbox {
 public:
  MemoryOutbox(MemoryLog& log, pipeline::PartitionId id, size_t value_bytes_max)
      : log_(log), id_(std::move(id)), epoch_(log.Fence(id_)), value_bytes_max_(value_bytes_max) {}

  size_t MaxValueBytes(pipeline::OutTopic) const override { return value_bytes_max_; }

  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset> offsets) override {
    // As a broker does: the whole transaction fails, and would again.
    for (const pipeline::OutRecord& record : records)
      if (record.value.size() > value_bytes_max_) return pipeline::Committed::kAborted;
    return log_.Commit(id_, epoch_, records, offsets);
  }

  std::optional<int64_t> ChangelogNext() const override { return log_.ChangelogNext(id_); }

 private:
  MemoryLog& log_;
  const pipeline::PartitionId id_;
  const int64_t epoch_;
  const size_t value_bytes_max_;
};

class MemoryChangelog final : public state::Changelog {
 public:
  MemoryChangelog(const MemoryLog& log, int32_t task) : log_(log), task_(task) {}

  Result<Extent> Measure() override {
    return Extent{.first = 0, .end = log_.ChangelogEnd(task_), .delete_retention = Duration::max()};
  }

  Status Read(int64_t from, int64_t end, const Each& each) override {
    constexpr size_t kChunk = 1'000;
    while (from < end) {
      const std::vector<StoredRecord> chunk = log_.ReadChangelog(task_, from, end, kChunk);
      for (const StoredRecord& record : chunk)
        RIPOSTE_TRY(each(record.offset, record.key, record.value));
      if (chunk.empty()) break;
      from = chunk.back().offset + 1;
    }
    return Status::Ok();
  }

 private:
  const MemoryLog& log_;
  const int32_t task_;
};

}  // namespace

pipeline::Assignment Assign(MemoryLog& log, const pipeline::PartitionId& partition,
                            const std::string& profile, size_t value_bytes_max) {
  return AssignTogether(log, {&partition, 1}, profile, value_bytes_max);
}

pipeline::Assignment AssignTogether(MemoryLog& log,
                                    std::span<const pipeline::PartitionId> partitions,
                                    const std::string& profile, size_t value_bytes_max) {
  pipeline::Assignment assignment;
  // The fence comes first: a predecessor's late commit would move the offsets.
  assignment.outbox = std::make_unique<MemoryOutbox>(log, partitions.front(), value_bytes_max);
  for (const pipeline::PartitionId& partition : partitions) {
    const int64_t start = log.CommittedOffset(partition);
    assignment.sources.push_back({.input = std::make_unique<MemoryInput>(log, partition, start),
                                  .start_offset = start,
                                  .profile = profile});
  }
  return assignment;
}

pipeline::Assignment AssignStateTask(MemoryLog& log,
                                     std::span<const pipeline::PartitionId> partitions,
                                     const std::string& profile, size_t value_bytes_max) {
  pipeline::Assignment assignment = AssignTogether(log, partitions, profile, value_bytes_max);
  assignment.state_tasks = 1;
  assignment.state = {
      .number = 0, .name = "memory-0", .changelog = std::make_unique<MemoryChangelog>(log, 0)};
  return assignment;
}

MemoryConnector::MemoryConnector(MemoryLog& log, Options options)
    : log_(log), options_(std::move(options)) {}

MemoryConnector::~MemoryConnector() { Stop(Duration::zero()); }

Status MemoryConnector::Start(pipeline::AssignmentListener& listener) {
  for (const pipeline::PartitionId& partition : log_.Partitions())
    if (options_.profiles.contains(partition.topic)) assigned_.push_back(partition);
  listener_ = &listener;
  listener.OnAssigned(AssignAll());
  return Status::Ok();
}

std::vector<pipeline::Assignment> MemoryConnector::AssignAll() {
  std::vector<pipeline::Assignment> assignments;
  const auto profile = [this](const pipeline::PartitionId& id) {
    return options_.profiles.at(id.topic);
  };
  if (options_.keeps_windows && !assigned_.empty()) {
    pipeline::Assignment& all =
        assignments.emplace_back(AssignStateTask(log_, assigned_, {}, options_.value_bytes_max));
    for (pipeline::Source& source : all.sources) source.profile = profile(source.input->id());
    return assignments;
  }
  for (const pipeline::PartitionId& partition : assigned_)
    assignments.push_back(Assign(log_, partition, profile(partition), options_.value_bytes_max));
  return assignments;
}

void MemoryConnector::Stop(Duration) {
  if (listener_ == nullptr) return;
  std::exchange(listener_, nullptr)->OnRevoked(assigned_, false);
}

Status MemoryConnector::Ready() const {
  if (listener_ != nullptr) return Status::Ok();
  return Status(ErrorCode::kUnavailable, "the connector is not started");
}

bool MemoryConnector::Finished() const {
  if (!log_.closed()) return false;
  return std::all_of(assigned_.begin(), assigned_.end(), [this](const pipeline::PartitionId& id) {
    int64_t lag = 0;
    return log_.Read(id, log_.CommittedOffset(id), 1, 1, Duration::zero(), lag).empty();
  });
}

MemoryControl::MemoryControl(bool complete, bool read_back_at_once)
    : read_back_at_once_(read_back_at_once), complete_(complete) {
  Publish();
}

std::shared_ptr<const pipeline::Control::Snapshot> MemoryControl::Read() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

Status MemoryControl::Write(const pipeline::ControlRecord& record) {
  const std::scoped_lock lock(mutex_);
  if (record.value.empty()) {
    written_.erase(record.key);
  } else {
    written_.insert_or_assign(record.key, record);
  }
  if (read_back_at_once_) Publish();
  return Status::Ok();
}

void MemoryControl::ReadBack() {
  const std::scoped_lock lock(mutex_);
  Publish();
}

void MemoryControl::SetComplete(bool complete) {
  const std::scoped_lock lock(mutex_);
  complete_ = complete;
  Publish();
}

void MemoryControl::Publish() {
  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  for (const std::pair<const std::string, pipeline::ControlRecord>& entry : written_)
    snapshot->records.push_back(entry.second);
  snapshot->complete = complete_;
  snapshot_ = std::move(snapshot);
}

}  // namespace riposte::memory
