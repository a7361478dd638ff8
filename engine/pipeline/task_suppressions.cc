#include "engine/pipeline/task_suppressions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "engine/state/segments.h"
#include "engine/trigger/contribution.h"
#include "engine/trigger/event_clock.h"

namespace riposte::pipeline {
namespace {

// One in flight, and the open one.
constexpr size_t kBatchesMax = 2;
// A key's state is bounded so that it is one record.
constexpr uint16_t kSegments = 1;
// Of it without targets, and of all of them.
constexpr size_t kStateBytes = 128;
constexpr size_t kTargetsBytes = trigger::Suppressor::kTargetsMax * 8;

// As a window takes an event's time.
Time TimeOf(const remediate::Firing& firing) {
  return std::clamp(trigger::ClampEventTime(firing.event_time, firing.append_time),
                    trigger::kPlaceTimeMin, trigger::kPlaceTimeMax);
}

}  // namespace

Result<std::unique_ptr<TaskSuppressions>> TaskSuppressions::Make(
    Keys keys, const state::Store& store, const trigger::SuppressOptions& options, Time watermark) {
  std::unique_ptr<TaskSuppressions> made(new TaskSuppressions(std::move(keys), options));
  made->suppressions_.StartAt(watermark);
  RIPOSTE_TRY(made->Restore(store));
  made->Begin();
  return made;
}

std::unique_ptr<TaskSuppressions> TaskSuppressions::TakeOver(
    Keys keys, TaskSuppressions& old, const trigger::SuppressOptions& options) {
  RIPOSTE_CHECK(old.suppressions_.open_batches() < kBatchesMax, "a transaction is under way");
  std::unique_ptr<TaskSuppressions> made(new TaskSuppressions(std::move(keys), options));
  made->suppressions_.TakeOver(old.suppressions_);
  made->changed_bytes_ = old.changed_bytes_;
  return made;
}

TaskSuppressions::TaskSuppressions(Keys keys, const trigger::SuppressOptions& options)
    : keys_(std::move(keys)), suppressions_(keys_, options) {
  const std::vector<rule::Rule>& rules = keys_->rules().rules;
  for (uint32_t i = 0; i < rules.size(); ++i)
    definitions_.push_back(state::DefinitionIdOf(rules[i].id, keys_->definition(i)));
}

std::vector<state::DefinitionId> TaskSuppressions::definitions() const {
  std::vector<state::DefinitionId> live;
  for (uint32_t i = 0; i < definitions_.size(); ++i)
    if (keys_->Has(i)) live.push_back(definitions_[i]);
  return live;
}

Status TaskSuppressions::Restore(const state::Store& store) {
  for (uint32_t rule = 0; rule < definitions_.size(); ++rule) {
    if (!keys_->Has(rule)) continue;
    const state::EachState take = [&](std::string_view key, std::string_view bytes, uint16_t) {
      const bool taken = suppressions_.Restore(rule, key, bytes);
      ++(taken ? restored_.keys : restored_.refused);
    };
    RIPOSTE_TRY(state::ScanStates(store, state::Kind::kSuppress, definitions_[rule], take));
  }
  return Status::Ok();
}

bool TaskSuppressions::IsSilent(const remediate::Firing& firing, const trigger::AlertKey& key,
                                std::span<const std::string_view> targets) {
  const auto rule = static_cast<uint32_t>(firing.rule - keys_->rules().rules.data());
  RIPOSTE_CHECK(rule < definitions_.size(), "a rule of these");
  if (!keys_->Has(rule) || keys_->definition(rule) != key.definition ||
      !keys_->IsKey(rule, key.key))
    return false;
  changed_bytes_ += kStateBytes + (targets.empty() ? 0 : kTargetsBytes);
  return suppressions_.Judge(rule, key.key, TimeOf(firing), targets, effects_).silent;
}

void TaskSuppressions::OnTime(Time watermark) { suppressions_.OnTime(watermark, effects_); }

void TaskSuppressions::Begin() {
  suppressions_.BeginBatch();
  changed_bytes_ = 0;
}

std::vector<state::Change> TaskSuppressions::Seal() {
  RIPOSTE_CHECK(suppressions_.open_batches() < kBatchesMax,
                "one transaction is under way at a time");
  std::vector<trigger::ChangedGroup> keys;
  suppressions_.AppendChanged(keys);
  std::vector<state::Change> changes;
  for (const trigger::ChangedGroup& key : keys) {
    const std::optional<std::string_view> value =
        key.state ? std::optional<std::string_view>(*key.state) : std::nullopt;
    const uint16_t segments = state::AppendChanges(
        {.kind = state::Kind::kSuppress, .definition = definitions_[key.rule], .group = key.key},
        value, kSegments, changes);
    RIPOSTE_CHECK(segments <= kSegments, "what is silenced of a key is one record");
  }
  Begin();
  return changes;
}

void TaskSuppressions::OnCommitted() {
  RIPOSTE_CHECK(suppressions_.open_batches() == kBatchesMax, "nothing was sealed");
  suppressions_.CommitOldest();
}

void TaskSuppressions::Undo() {
  while (suppressions_.open_batches() > 0) suppressions_.UndoNewest();
  Forget();
  Begin();
}

}  // namespace riposte::pipeline
