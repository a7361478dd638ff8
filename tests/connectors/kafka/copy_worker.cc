#include "tests/connectors/kafka/copy_worker.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte::test {
namespace {

constexpr std::chrono::milliseconds kWait{50};

// What became of a record is told by its place and value.
std::vector<pipeline::OutRecord> Copies(const pipeline::Source& source,
                                        const std::vector<pipeline::Record>& records) {
  std::vector<pipeline::OutRecord> copies;
  for (const pipeline::Record& record : records) {
    copies.push_back(
        {.topic = source.is_shuffle ? pipeline::OutTopic::kAlerts : pipeline::OutTopic::kCommands,
         .key = std::string(record.key),
         .value = fmt::format("{}/{}:{}", source.input->id().partition, record.offset,
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
    const pipeline::PartitionId id = assignment.sources.front().input->id();
    for (const pipeline::Source& source : assignment.sources) {
      Seen& seen = seen_.emplace_back();
      seen = {.id = source.input->id(),
              .start_offset = source.start_offset,
              .skipped_from = source.skipped_from,
              .profile = source.profile,
              .is_shuffle = source.is_shuffle,
              .number = {},
              .store = {},
              .state_tasks = assignment.state_tasks};
      if (!assignment.state) continue;
      seen.number = assignment.state->number;
      seen.store = assignment.state->name;
    }
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
      const auto task = tasks_.find(id);
      if (task == tasks_.end()) continue;  // of a task whose first source goes away, too
      ending.push_back(std::move(task->second));
      tasks_.erase(task);
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

// Where a task reads, and what it has read.
struct CopyWorker::Reading {
  pipeline::Source& source;
  pipeline::NextOffset& next;
  std::vector<pipeline::Record> records;
};

void CopyWorker::Work(Task& task, pipeline::Assignment assignment) {
  for (const pipeline::Source& source : assignment.sources) {
    task.next.push_back({.id = source.input->id(), .offset = source.start_offset});
  }
  for (size_t i = 0; !task.stop; i = (i + 1) % assignment.sources.size()) {
    Reading reading{.source = assignment.sources[i], .next = task.next[i], .records = {}};
    if (!CopyBatch(task, reading, assignment)) return;
  }
}

bool CopyWorker::CopyBatch(Task& task, Reading& reading, pipeline::Assignment& assignment) {
  pipeline::Input& input = *reading.source.input;
  if (!input.Poll(batch_, 1 << 20, kWait, reading.records).ok()) return false;
  if (reading.records.empty()) return true;
  bool again = spoil_ && spoil_(input.id(), task.batches++);
  if (!again) {
    if (!BeginCommit(task)) return false;
    const Result<pipeline::Committed> done =
        Commit(task, reading, assignment, reading.records.back().offset + 1);
    EndCommit();
    if (!done.ok()) {
      if (done.status().code() == ErrorCode::kFenced) ++fenced_;
      return false;
    }
    again = *done == pipeline::Committed::kAborted;
  }
  if (again) {
    ++aborts_;
    return input.Rewind(reading.next.offset).ok();
  }
  reading.next.offset = reading.records.back().offset + 1;
  task.copied += reading.records.size();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    records_ = reading.records;
    for (pipeline::Record& record : records_) record.key = {}, record.value = {};
  }
  copied_ += reading.records.size();
  Tell();
  return true;
}

Result<pipeline::Committed> CopyWorker::Commit(const Task& task, const Reading& reading,
                                               pipeline::Assignment& assignment, int64_t next) {
  std::vector<pipeline::OutRecord> outputs = Copies(reading.source, reading.records);
  if (assignment.state) {
    outputs.push_back({.topic = pipeline::OutTopic::kChangelog,
                       .key = "copied",
                       .value = std::to_string(task.copied + reading.records.size()),
                       .partition = assignment.state->number});
  }
  std::vector<pipeline::NextOffset> offsets = task.next;
  std::ranges::find(offsets, reading.next.id, &pipeline::NextOffset::id)->offset = next;
  return assignment.outbox->Commit(outputs, offsets);
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
