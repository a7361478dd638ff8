#include "engine/pipeline/task_windows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/state/segments.h"
#include "engine/trigger/event_clock.h"

namespace riposte::pipeline {
namespace {

using state::Kind;
using state::StateKey;

// One in flight, and the open one.
constexpr size_t kBatchesMax = 2;

StateKey ClockKey() { return {.kind = Kind::kClock, .definition = {}, .group = {}}; }

}  // namespace

Result<std::unique_ptr<TaskWindows>> TaskWindows::Make(
    std::shared_ptr<const trigger::MatchValues> values, size_t sources, const state::Store& store,
    const Options& options, Time now) {
  Result<std::unique_ptr<trigger::Correlator>> correlator =
      trigger::Correlator::Make(values, options.windows);
  if (!correlator.ok()) return correlator.status();
  std::unique_ptr<TaskWindows> windows(
      new TaskWindows(std::move(values), std::move(correlator).value(),
                      trigger::Watermark(sources, options.idle_wait, now)));
  RIPOSTE_TRY(windows->Restore(store, now));
  windows->Begin();
  return windows;
}

TaskWindows::TaskWindows(std::shared_ptr<const trigger::MatchValues> values,
                         std::unique_ptr<trigger::Correlator> correlator,
                         trigger::Watermark watermark)
    : values_(std::move(values)),
      correlator_(std::move(correlator)),
      watermark_(std::move(watermark)) {
  const std::vector<rule::Rule>& rules = values_->rules().rules;
  for (uint32_t i = 0; i < rules.size(); ++i)
    definitions_.push_back(state::DefinitionIdOf(rules[i].id, values_->definition(i)));
}

Status TaskWindows::Restore(const state::Store& store, Time now) {
  RIPOSTE_TRY(RestoreClock(store, now));
  for (uint32_t rule = 0; rule < definitions_.size(); ++rule) {
    const state::EachState take = [&](std::string_view group, std::string_view bytes,
                                      uint16_t segments) {
      const bool taken = correlator_->Restore(rule, group, bytes);
      ++(taken ? restored_.groups : restored_.refused);
      if (segments == 1) return;
      const StateKey key{.definition = definitions_[rule], .group = group};
      segments_[state::RecordKey(key, 0)] = segments;
    };
    RIPOSTE_TRY(state::ScanStates(store, Kind::kWindow, definitions_[rule], take));
  }
  return Status::Ok();
}

Status TaskWindows::RestoreClock(const state::Store& store, Time now) {
  const Result<std::optional<state::Whole>> clock = state::ReadState(store, ClockKey());
  if (!clock.ok()) return clock.status();
  if (!*clock) return Status::Ok();
  ByteReader reader((*clock)->value);
  const bool is_read = watermark_.Read(reader, now);
  next_order_ = reader.Unsigned();
  if (!is_read || !reader.ok() || !reader.at_end())
    return {ErrorCode::kDamaged, "the store is damaged: it does not say how far the task was"};
  correlator_->StartAt(watermark_.At(now));
  return Status::Ok();
}

void TaskWindows::Begin() {
  correlator_->BeginBatch();
  begun_.push_back({.watermark = watermark_, .next_order = next_order_});
  changed_ = false;
}

void TaskWindows::OnRecord(size_t source, Time event_time, Time append_time, Time now) {
  watermark_.OnRecord(source, trigger::ClampEventTime(event_time, append_time), now);
}

void TaskWindows::OnMatches(const event::Event& event, std::span<const match::Match> parts,
                            const remediate::Subject& subject) {
  parts_.clear();
  for (const match::Match& match : parts) parts_.push_back(match.part);
  payload_.clear();
  remediate::WriteSubjectWithin(trigger::kContributionEventMax, subject, payload_);
  contributions_.clear();
  const trigger::Place place{
      .time = std::clamp(trigger::ClampEventTime(subject.event_time, subject.append_time()),
                         trigger::kPlaceTimeMin, trigger::kPlaceTimeMax),
      .order = trigger::OrderOf(next_order_++)};
  values_->OfEvent(event, parts.front().rule, parts_, place, payload_, contributions_, left_out_);
  for (trigger::Contribution& contribution : contributions_) {
    // Each call has an order of its own.
    if (&contribution != contributions_.data())
      contribution.place.order = trigger::OrderOf(next_order_++);
    RIPOSTE_CHECK(correlator_->Take(contribution, effects_), "it is of this rule set");
    changed_ = true;
  }
  correlator_->RunChains(effects_);
}

void TaskWindows::OnTime(Time now) {
  const Time watermark = watermark_.At(now);
  if (watermark <= correlator_->watermark()) return;
  const size_t before = effects_.firings.size() + effects_.closed.size();
  // Moment by moment: what fires at one may end what waits for a later one.
  for (std::optional<Time> due = correlator_->NextDeadline(); due && *due < watermark;
       due = correlator_->NextDeadline())
    GoOn(std::max(*due + Duration(1), correlator_->watermark()));
  GoOn(watermark);
  changed_ |= effects_.firings.size() + effects_.closed.size() > before;
}

void TaskWindows::GoOn(Time watermark) {
  correlator_->OnTime(watermark, trigger::OrderOf(next_order_++), effects_);
  correlator_->RunChains(effects_);
}

void TaskWindows::Forget() {
  effects_.Clear();
  left_out_ = {};
}

std::vector<state::Change> TaskWindows::Seal() {
  RIPOSTE_CHECK(begun_.size() < kBatchesMax, "one transaction is under way at a time");
  std::vector<trigger::ChangedGroup> groups;
  correlator_->AppendChanged(groups);
  std::vector<state::Change> changes;
  for (const trigger::ChangedGroup& group : groups) AppendGroup(group, changes);
  AppendClock(changes);
  Begin();
  return changes;
}

void TaskWindows::AppendGroup(const trigger::ChangedGroup& group,
                              std::vector<state::Change>& changes) {
  const StateKey key{.definition = definitions_[group.rule], .group = group.key};
  const std::optional<std::string_view> value =
      group.state ? std::optional<std::string_view>(*group.state) : std::nullopt;
  const std::string first = state::RecordKey(key, 0);
  const auto most = segments_.find(first);
  const uint16_t before = most == segments_.end() ? uint16_t{1} : most->second;
  const uint16_t count = state::AppendChanges(key, value, before, changes);
  if (count > before) segments_[first] = count;
}

void TaskWindows::AppendClock(std::vector<state::Change>& changes) const {
  std::string value;
  ByteWriter writer(value);
  watermark_.Write(writer);
  writer.Unsigned(next_order_);
  state::AppendChanges(ClockKey(), value, 1, changes);
}

void TaskWindows::OnCommitted() {
  RIPOSTE_CHECK(begun_.size() == kBatchesMax, "nothing was sealed");
  correlator_->CommitOldest();
  begun_.pop_front();
}

void TaskWindows::Undo() {
  while (correlator_->open_batches() > 0) correlator_->UndoNewest();
  watermark_ = begun_.front().watermark;
  next_order_ = begun_.front().next_order;
  begun_.clear();
  Forget();
  Begin();
}

}  // namespace riposte::pipeline
