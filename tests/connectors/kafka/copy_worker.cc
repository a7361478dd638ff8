#include "tests/connectors/kafka/copy_worker.h"

#include <fmt/format.h>

namespace riposte::test {
namespace {

constexpr std::chrono::milliseconds kWait{50};

// What became of a record is told by its place and value.
std::vector<pipeline::OutRecord> Copies(const pipeline::PartitionId& id,
                                        const std::vector<pipeline::Record>& records) {
  std::vector<pipeline::OutRecord> copies;
  for (const pipeline::Record& record : records) {
    copies.push_back({.topic = pipeline::OutTopic::kCommands,
                      .key = std::string(record.key),
                      .value = fmt::format("{}/{}:{}", id.partition, record.offset,
                                           record.value.value_or("(none)"))});
  }
  return copies;
}

}  // namespace

CopyWorker::~CopyWorker() {
  for (const auto& [id, task] : tasks_) {
    task->stop = true;
    task->thread.join();
  }
}

void CopyWorker::OnAssigned(std::vector<pipeline::Assignment> assignments) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (pipeline::Assignment& assignment : assignments) {
    const pipeline::Source& source = assignment.sources.front();  // a task for each partition
    const pipeline::PartitionId id = source.input->id();
    seen_.push_back({.id = id,
                     .start_offset = source.start_offset,
                     .skipped_from = source.skipped_from,
                     .profile = source.profile});
    std::unique_ptr<Task>& task = tasks_[id];
    task = std::make_unique<Task>();
    task->thread = std::thread([this, raw = task.get(), taken = std::move(assignment)]() mutable {
      Work(*raw, std::move(taken));
      Tell();
    });
  }
  changed_.notify_all();
}

void CopyWorker::OnRevoked(const std::vector<pipeline::PartitionId>& partitions, bool lost) {
  std::vector<std::unique_ptr<Task>> ending;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const pipeline::PartitionId& id : partitions) {
      ending.push_back(std::move(tasks_[id]));
      tasks_.erase(id);
    }
    if (lost) lost_ += partitions.size();
  }
  for (const std::unique_ptr<Task>& task : ending) task->stop = true;
  for (const std::unique_ptr<Task>& task : ending) task->thread.join();
  Tell();
}

void CopyWorker::OnFailed(const Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failure_ = status;
  changed_.notify_all();
}

void CopyWorker::Work(Task& task, pipeline::Assignment assignment) {
  pipeline::Input& input = *assignment.sources.front().input;
  const pipeline::PartitionId& id = input.id();
  std::vector<pipeline::Record> records;
  int64_t next = assignment.sources.front().start_offset;
  size_t batch = 0;
  while (!task.stop) {
    if (!input.Poll(batch_, 1 << 20, kWait, records).ok()) return;
    if (records.empty()) continue;
    bool again = spoil_ && spoil_(id, batch++);
    if (!again) {
      if (!BeginCommit(task)) return;
      const pipeline::NextOffset behind{.id = id, .offset = records.back().offset + 1};
      const Result<pipeline::Committed> done =
          assignment.outbox->Commit(Copies(id, records), {&behind, 1});
      EndCommit();
      if (!done.ok()) {
        if (done.status().code() == ErrorCode::kFenced) ++fenced_;
        return;
      }
      again = *done == pipeline::Committed::kAborted;
    }
    if (again) {
      ++aborts_;
      if (!input.Rewind(next).ok()) return;
      continue;
    }
    next = records.back().offset + 1;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      records_ = records;
      for (pipeline::Record& record : records_) record.key = {}, record.value = {};
    }
    copied_ += records.size();
    Tell();
  }
}

bool CopyWorker::BeginCommit(const Task& task) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (held_ && !task.stop) changed_.wait_for(lock, kWait);
  if (task.stop) return false;
  ++committing_;
  return true;
}

void CopyWorker::EndCommit() {
  const std::lock_guard<std::mutex> lock(mutex_);
  --committing_;
  changed_.notify_all();
}

void CopyWorker::Hold() {
  std::unique_lock<std::mutex> lock(mutex_);
  held_ = true;
  changed_.wait(lock, [&] { return committing_ == 0; });
}

void CopyWorker::GoOn() {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void CopyWorker::Tell() {
  const std::lock_guard<std::mutex> lock(mutex_);
  changed_.notify_all();
}

bool CopyWorker::Await(const std::function<bool()>& condition, std::chrono::seconds timeout) {
  const std::chrono::steady_clock::time_point end = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    std::unique_lock<std::mutex> lock(mutex_);
    // Also without a word: some conditions are not ours.
    changed_.wait_for(lock, std::chrono::milliseconds(50));
    if (std::chrono::steady_clock::now() >= end) return false;
  }
  return true;
}

size_t CopyWorker::running() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return tasks_.size();
}

std::optional<Status> CopyWorker::failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

std::vector<CopyWorker::Seen> CopyWorker::seen() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return seen_;
}

std::vector<pipeline::Record> CopyWorker::records() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return records_;
}

}  // namespace riposte::test
