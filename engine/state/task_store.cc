#include "engine/state/task_store.h"

#include <algorithm>
#include <utility>

#include "engine/state/birth.h"
#include "engine/state/memory_store.h"

namespace riposte::state {

Result<std::unique_ptr<TaskStore>> TaskStore::TakeOver(std::string_view name, Stores& stores,
                                                       Changelog& changelog, const Clock& clock,
                                                       const Progress& progress) {
  const Result<Changelog::Extent> extent = changelog.Measure();
  if (!extent.ok()) return extent.status();
  const Result<std::optional<Uuid>> birth = FindBirth(changelog, *extent);
  if (!birth.ok()) return birth.status();
  const ChangelogFacts facts{.birth = birth->value_or(Uuid::Random()),
                             .first = extent->first,
                             .end = extent->end,
                             .delete_retention = extent->delete_retention};
  std::unique_ptr<TaskStore> task(new TaskStore(clock, facts.birth));
  if (!*birth) task->birth_ = BirthOf(facts.birth);
  task->Open(name, stores, facts);
  Status replayed = task->Replay(changelog, facts, progress);
  if (!replayed.ok() && task->disk_failed_) {
    task->StayInMemory(replayed);
    replayed = task->Replay(changelog, facts, progress);
  }
  if (!replayed.ok()) return replayed;
  return task;
}

void TaskStore::Open(std::string_view name, Stores& stores, const ChangelogFacts& facts) {
  Result<Stores::Opened> opened = stores.Open(name);
  if (opened.ok()) {
    start_.damaged = opened->wiped;
    start_.unusable = JudgeStore(opened->store->mark(), facts, clock_.Now());
    if (start_.unusable != Unusable::kNone) {
      opened->store.reset();
      const Status wiped = stores.Wipe(name);
      opened = wiped.ok() ? stores.Open(name) : Result<Stores::Opened>(wiped);
    }
  }
  if (!opened.ok()) {
    StayInMemory(opened.status());
    return;
  }
  store_ = std::move(opened->store);
}

void TaskStore::StayInMemory(const Status& why) {
  store_ = std::make_unique<MemoryStore>();
  in_memory_ = true;
  lag_ = why;
}

Status TaskStore::Replay(Changelog& changelog, const ChangelogFacts& facts,
                         const Progress& progress) {
  state::Replay replay(*store_, facts, clock_.Now());
  const auto noted = [this](Status of_store) {
    disk_failed_ |= of_store.code() == ErrorCode::kIo || of_store.code() == ErrorCode::kDamaged;
    return of_store;
  };
  RIPOSTE_TRY(changelog.Read(
      replay.from(), facts.end,
      [&](int64_t offset, std::string_view key, std::optional<std::string_view> value) {
        if (progress) progress(offset, facts.end);
        return noted(replay.Add(offset, key, value));
      }));
  start_.replayed = replay.records();
  next_ = facts.end;
  return noted(replay.Finish(clock_.Now()));
}

void TaskStore::OnCommitted(std::span<const Change> changes,
                            std::optional<int64_t> changelog_next) {
  const auto is_birth = [this](const Change& change) { return change == *birth_; };
  if (birth_ && std::ranges::any_of(changes, is_birth)) birth_.reset();
  if (changelog_next) next_ = *changelog_next;
  if (given_up_) return;
  const Mark mark{
      .changelog_birth = birth_id_, .changelog_next = next_, .written_at = clock_.Now()};
  if (!backlog_.empty()) {
    Keep(changes);
    changes = backlog_;
  }
  const Status applied = store_->Apply(changes, mark);
  if (applied.ok()) {
    if (!in_memory_) lag_ = Status::Ok();
    Forget();
    return;
  }
  lag_ = applied;
  if (backlog_.empty()) Keep(changes);
  given_up_ = applied.code() == ErrorCode::kDamaged || backlog_bytes_ > kBacklogBytesMax;
  if (given_up_) Forget();
}

void TaskStore::Keep(std::span<const Change> changes) {
  for (const Change& change : changes) {
    backlog_bytes_ += change.key.size() + (change.value ? change.value->size() : 0);
    backlog_.push_back(change);
  }
}

void TaskStore::Forget() {
  backlog_.clear();
  backlog_bytes_ = 0;
}

}  // namespace riposte::state
