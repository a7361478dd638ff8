#include "engine/pipeline/task_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace riposte::pipeline {
namespace {

bool MayBeTriedAgain(const Status& status) {
  return status.code() == ErrorCode::kUnavailable || status.code() == ErrorCode::kTimeout;
}

OutRecord RecordOf(const state::Change& change, int32_t partition) {
  return {.topic = OutTopic::kChangelog,
          .key = change.key,
          .value = change.value.value_or(std::string()),
          .partition = partition,
          .deletes = !change.value};
}

std::vector<state::DefinitionId> DefinitionsOf(const TaskWindows& windows,
                                               const TaskSuppressions& suppressions) {
  std::vector<state::DefinitionId> definitions = windows.definitions();
  std::ranges::copy(suppressions.definitions(), std::back_inserter(definitions));
  return definitions;
}

TaskState::Options WithNumber(TaskState::Options options, int32_t number) {
  options.windows.number = number;
  return options;
}

}  // namespace

TaskState::TaskState(StateTask task, std::vector<std::string> inputs, const Options& options,
                     state::Stores* stores, const Clock* clock, Observer* observer)
    : number_(task.number),
      name_(std::move(task.name)),
      changelog_(std::move(task.changelog)),
      inputs_(std::move(inputs)),
      options_(WithNumber(options, task.number)),
      stores_(stores == nullptr ? memory_ : *stores),
      clock_(*clock),
      observer_(*observer),
      drop_(options.drops_max) {}

Status TaskState::TakeOver(const LiveRules& live) {
  const Time now = clock_.Now();
  Status taken = TakeOverFrom(stores_, live, now);
  if (!taken.ok() && store_ != nullptr) taken = TakeOverAnew(taken, live, now);
  if (MayBeTriedAgain(taken)) observer_.OnWindowsAwaited(number_, taken);
  RIPOSTE_TRY(taken);
  TellStart();
  TellLag();
  return Status::Ok();
}

Status TaskState::TakeOverFrom(state::Stores& stores, const LiveRules& live, Time now) {
  store_.reset();
  Result<std::unique_ptr<state::TaskStore>> store =
      state::TaskStore::TakeOver(name_, stores, *changelog_, clock_);
  if (!store.ok()) return store.status();
  store_ = std::move(store).value();
  Result<std::unique_ptr<TaskWindows>> windows =
      TaskWindows::Make(live.values, inputs_, store_->store(), options_.windows, now);
  if (!windows.ok()) return windows.status();
  Result<std::unique_ptr<TaskOrders>> orders = TaskOrders::Make(store_->store(), options_.orders);
  if (!orders.ok()) return orders.status();
  Result<std::unique_ptr<TaskSuppressions>> suppressions = TaskSuppressions::Make(
      live.suppress, store_->store(), SuppressOptions(), (*windows)->watermark());
  if (!suppressions.ok()) return suppressions.status();
  RIPOSTE_TRY(drop_.Find(store_->store(), DefinitionsOf(**windows, **suppressions)));
  windows_ = std::move(windows).value();
  orders_ = std::move(orders).value();
  suppressions_ = std::move(suppressions).value();
  return Status::Ok();
}

// The store was opened and cannot be read: the changelog has what it has.
Status TaskState::TakeOverAnew(const Status& failure, const LiveRules& live, Time now) {
  if (failure.code() != ErrorCode::kDamaged && failure.code() != ErrorCode::kIo) return failure;
  wiped_ = failure.message();
  store_.reset();
  const bool wiped = failure.code() == ErrorCode::kDamaged && stores_.Wipe(name_).ok();
  return TakeOverFrom(wiped ? stores_ : memory_, live, now);
}

// A key counts as a group does.
trigger::SuppressOptions TaskState::SuppressOptions() const {
  const trigger::WindowOptions& windows = options_.windows.windows;
  return {.allowed_lateness = windows.allowed_lateness, .keys_max = windows.groups_max};
}

void TaskState::TellStart() const {
  const state::TaskStore::Start& start = store_->start();
  WindowsStart told{.task = number_,
                    .replayed = start.replayed,
                    .wiped = wiped_,
                    .restored = windows_->restored().groups,
                    .refused = windows_->restored().refused,
                    .ended = drop_.definitions(),
                    .assets = orders_->restored().assets,
                    .assets_refused = orders_->restored().refused,
                    .silenced = suppressions_->restored().keys,
                    .silenced_refused = suppressions_->restored().refused};
  if (!start.damaged.empty()) told.wiped = start.damaged;
  if (start.unusable != state::Unusable::kNone)
    told.wiped = std::string(state::UnusableName(start.unusable));
  observer_.OnWindowsStart(told);
}

Status TaskState::UseRules(const LiveRules& live) {
  RIPOSTE_CHECK(sealed_.empty(), "rules change between transactions");
  Result<std::unique_ptr<TaskWindows>> windows =
      TaskWindows::TakeOver(live.values, *windows_, options_.windows);
  if (!windows.ok()) return windows.status();
  windows_ = std::move(windows).value();
  suppressions_ = TaskSuppressions::TakeOver(live.suppress, *suppressions_, SuppressOptions());
  drop_.Change(DefinitionsOf(*windows_, *suppressions_));
  const trigger::Correlator::Reload& reload = windows_->reload();
  observer_.OnWindowsReload({.task = number_,
                             .kept = reload.kept.size(),
                             .begun = reload.begun.size(),
                             .ended = reload.ended.size()});
  return Status::Ok();
}

std::vector<OutRecord> TaskState::Seal() {
  RIPOSTE_CHECK(sealed_.empty(), "one transaction is under way at a time");
  if (store_->birth()) sealed_.push_back(*store_->birth());
  AppendDrops(sealed_);
  for (state::Change& change : windows_->Seal()) sealed_.push_back(std::move(change));
  for (state::Change& change : orders_->Seal()) sealed_.push_back(std::move(change));
  for (state::Change& change : suppressions_->Seal()) sealed_.push_back(std::move(change));
  std::vector<OutRecord> records;
  records.reserve(sealed_.size());
  for (const state::Change& change : sealed_) records.push_back(RecordOf(change, number_));
  return records;
}

// A store that cannot be read now is read again for the next transaction.
void TaskState::AppendDrops(std::vector<state::Change>& changes) {
  const Status read = drop_.Append(store_->store(), !store_->lag().ok(), changes);
  if (!read.ok()) observer_.OnStoreLag(number_, read);
}

void TaskState::OnCommitted(std::optional<int64_t> changelog_next) {
  store_->OnCommitted(sealed_, changelog_next);
  sealed_.clear();
  drop_.OnCommitted();
  windows_->OnCommitted();
  orders_->OnCommitted();
  suppressions_->OnCommitted();
  TellLag();
}

void TaskState::Undo() {
  sealed_.clear();
  drop_.Undo();
  windows_->Undo();
  orders_->Undo();
  suppressions_->Undo();
}

// Told when it changes.
void TaskState::TellLag() {
  const bool lags = !store_->lag().ok();
  if (lags != std::exchange(lags_, lags)) observer_.OnStoreLag(number_, store_->lag());
}

}  // namespace riposte::pipeline
