#include "engine/pipeline/task_windows.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/pipeline/owner.h"
#include "engine/state/segments.h"
#include "engine/trigger/event_clock.h"

namespace riposte::pipeline {
namespace {

using state::Kind;
using state::StateKey;

// One in flight, and the open one.
constexpr size_t kBatchesMax = 2;

bool IsOwn(const TaskWindows::Options& options, const trigger::Contribution& contribution) {
  return OwnerOf(contribution.route, options.state_tasks) == options.number;
}

Result<std::unique_ptr<trigger::Correlator>> MakeCorrelator(
    const std::shared_ptr<const trigger::MatchValues>& values,
    const TaskWindows::Options& options) {
  return trigger::Correlator::Make(
      values, options.windows,
      [options](const trigger::Contribution& to) { return IsOwn(options, to); });
}

StateKey ClockKey() { return {.kind = Kind::kClock, .definition = {}, .group = {}}; }

}  // namespace

Result<std::unique_ptr<TaskWindows>> TaskWindows::Make(
    std::shared_ptr<const trigger::MatchValues> values, std::span<const std::string> inputs,
    const state::Store& store, const Options& options, Time now) {
  Result<std::unique_ptr<trigger::Correlator>> correlator = MakeCorrelator(values, options);
  if (!correlator.ok()) return correlator.status();
  std::unique_ptr<TaskWindows> windows(
      new TaskWindows(std::move(values), std::move(correlator).value(),
                      trigger::Watermark(inputs, options.idle_wait, now), options));
  RIPOSTE_TRY(windows->Restore(store, now));
  windows->Begin();
  return windows;
}

Result<std::unique_ptr<TaskWindows>> TaskWindows::TakeOver(
    std::shared_ptr<const trigger::MatchValues> values, TaskWindows& old, const Options& options) {
  RIPOSTE_CHECK(old.begun_.size() < kBatchesMax, "a transaction is under way");
  Result<std::unique_ptr<trigger::Correlator>> correlator = MakeCorrelator(values, options);
  if (!correlator.ok()) return correlator.status();
  std::unique_ptr<TaskWindows> windows(new TaskWindows(
      std::move(values), std::move(correlator).value(), std::move(old.watermark_), options));
  windows->reload_ = windows->correlator_->TakeOver(*old.correlator_);
  windows->told_ = old.told_;
  windows->next_index_ = old.next_index_;
  windows->begun_ = std::move(old.begun_);
  windows->changed_ = old.changed_;
  windows->TakeSegments(old);
  return windows;
}

// Those of the definitions that are kept.
void TaskWindows::TakeSegments(TaskWindows& old) {
  const std::vector<state::DefinitionId> kept = definitions();
  const std::set<state::DefinitionId> live(kept.begin(), kept.end());
  boost::unordered::erase_if(old.segments_, [&live](const auto& entry) {
    return !live.contains(state::ParseRecordKey(entry.first)->key.definition);
  });
  segments_ = std::move(old.segments_);
}

TaskWindows::TaskWindows(std::shared_ptr<const trigger::MatchValues> values,
                         std::unique_ptr<trigger::Correlator> correlator,
                         trigger::Watermark watermark, const Options& options)
    : options_(options),
      values_(std::move(values)),
      correlator_(std::move(correlator)),
      watermark_(std::move(watermark)),
      contributions_(values_) {
  const std::vector<rule::Rule>& rules = values_->rules().rules;
  for (uint32_t i = 0; i < rules.size(); ++i)
    definitions_.push_back(state::DefinitionIdOf(rules[i].id, values_->definition(i)));
}

std::vector<state::DefinitionId> TaskWindows::definitions() const {
  const std::vector<rule::Rule>& rules = values_->rules().rules;
  std::vector<state::DefinitionId> live;
  for (size_t i = 0; i < rules.size(); ++i)
    if (rules[i].enabled && !std::holds_alternative<rule::SingleMatch>(rules[i].trigger))
      live.push_back(definitions_[i]);
  return live;
}

Status TaskWindows::Restore(const state::Store& store, Time now) {
  RIPOSTE_TRY(RestoreClock(store, now));
  for (uint32_t rule = 0; rule < definitions_.size(); ++rule) {
    const state::EachState take = [&](std::string_view group, std::string_view bytes,
                                      uint16_t segments) {
      const bool taken = correlator_->Restore(rule, group, bytes);
      ++(taken ? restored_.groups : restored_.refused);
      NoteSegments({.definition = definitions_[rule], .group = group}, segments);
    };
    RIPOSTE_TRY(state::ScanStates(store, Kind::kWindow, definitions_[rule], take));
  }
  return Status::Ok();
}

Status TaskWindows::RestoreClock(const state::Store& store, Time now) {
  const Result<std::optional<state::Whole>> clock = state::ReadState(store, ClockKey());
  if (!clock.ok()) return clock.status();
  if (!*clock) return Status::Ok();
  NoteSegments(ClockKey(), (*clock)->segments);
  ByteReader reader((*clock)->value);
  const bool is_read = watermark_.Read(reader, now);
  next_index_ = reader.Unsigned();
  const Time went_on = TimeFromMs(reader.Signed());
  if (!is_read || !reader.ok() || !reader.at_end())
    return {ErrorCode::kDamaged, "the store is damaged: it does not say how far the task was"};
  // Not where the sources are, which records behind the last OnTime() may have moved.
  correlator_->StartAt(went_on);
  return Status::Ok();
}

void TaskWindows::Begin() {
  correlator_->BeginBatch();
  begun_.push_back({.watermark = watermark_, .told = told_, .next_index = next_index_});
  changed_ = false;
}

void TaskWindows::OnRecord(size_t input, Time event_time, Time append_time, Time now) {
  const Time time = trigger::ClampEventTime(event_time, append_time);
  Heard(time);
  watermark_.OnRecord(input, time, now);
}

void TaskWindows::OnMatches(const event::Event& event, std::span<const match::Match> parts,
                            const remediate::Subject& subject) {
  for (trigger::Contribution& contribution :
       contributions_.OfMatches(event, parts, subject, next_index_)) {
    if (!IsOwn(options_, contribution)) {
      HandOut(std::move(contribution));
      continue;
    }
    RIPOSTE_CHECK(Take(contribution), "it is of this rule set");
  }
}

TaskWindows::Arrived TaskWindows::OnShuffle(trigger::Contribution contribution, Time append_time) {
  if (!IsOwn(options_, contribution)) return Arrived::kNotOwned;
  contribution.place = {
      .time = std::clamp(trigger::ClampEventTime(contribution.place.time, append_time),
                         trigger::kPlaceTimeMin, trigger::kPlaceTimeMax),
      .order = trigger::OrderOf(next_index_)};
  if (!Take(contribution)) return Arrived::kNoContribution;
  ++next_index_;
  return Arrived::kTaken;
}

bool TaskWindows::OnSender(std::string_view sender, Time watermark, Time append_time, Time now) {
  const Time time = trigger::ClampEventTime(watermark, append_time);
  Heard(time);
  return watermark_.OnSender(sender, time, append_time, now);
}

bool TaskWindows::Take(const trigger::Contribution& contribution) {
  if (!correlator_->Take(contribution, effects_)) return false;
  changed_ = true;
  correlator_->RunChains(effects_);
  HandOutChained();
  return true;
}

void TaskWindows::HandOut(trigger::Contribution&& contribution) {
  const int32_t to = OwnerOf(contribution.route, options_.state_tasks);
  outgoing_.push_back({.to = to, .watermark = told_, .contribution = std::move(contribution)});
  changed_ = true;
}

// What was chained and is left is of others.
void TaskWindows::HandOutChained() {
  for (trigger::Contribution& contribution : effects_.chained) HandOut(std::move(contribution));
  effects_.chained.clear();
}

bool TaskWindows::IsDue(Time now) {
  const std::optional<Time> deadline = correlator_->NextDeadline();
  if (!deadline) return false;
  if (*deadline < watermark_.value()) return true;
  // Sources that were not beyond it then and have told nothing beyond it are not beyond it.
  if (asked_at_ == now && heard_to_ <= *deadline) return false;
  asked_at_ = now;
  heard_to_ = Time::min();
  return *deadline < watermark_.At(now);
}

bool TaskWindows::GoOn(Time now) {
  const size_t before = effects_.firings.size() + effects_.closed.size();
  const bool was_due = correlator_->GoOn(watermark_.At(now), next_index_, effects_);
  HandOutChained();
  changed_ |= effects_.firings.size() + effects_.closed.size() > before;
  // Only then: what was due is told with how far the task was before.
  if (!was_due) told_ = watermark_.OfInputs(now);
  return was_due;
}

void TaskWindows::Forget() {
  effects_.Clear();
  outgoing_.clear();
  contributions_.Forget();
}

std::vector<state::Change> TaskWindows::Seal() {
  RIPOSTE_CHECK(begun_.size() < kBatchesMax, "one transaction is under way at a time");
  std::vector<trigger::ChangedGroup> groups;
  correlator_->AppendChanged(groups);
  std::vector<state::Change> changes;
  for (const trigger::ChangedGroup& group : groups)
    AppendState({.definition = definitions_[group.rule], .group = group.key}, group.state, changes);
  AppendClock(changes);
  Begin();
  return changes;
}

void TaskWindows::AppendClock(std::vector<state::Change>& changes) {
  std::string value;
  ByteWriter writer(value);
  watermark_.Write(writer);
  writer.Unsigned(next_index_);
  writer.Signed(ToMs(correlator_->watermark()));
  AppendState(ClockKey(), value, changes);
}

void TaskWindows::AppendState(const StateKey& key, std::optional<std::string_view> value,
                              std::vector<state::Change>& changes) {
  const auto most = segments_.find(state::RecordKey(key, 0));
  const uint16_t before = most == segments_.end() ? uint16_t{1} : most->second;
  const uint16_t count = state::AppendChanges(key, value, before, changes);
  if (count > before) NoteSegments(key, count);
}

void TaskWindows::NoteSegments(const StateKey& key, uint16_t segments) {
  if (segments > 1) segments_[state::RecordKey(key, 0)] = segments;
}

void TaskWindows::OnCommitted() {
  RIPOSTE_CHECK(begun_.size() == kBatchesMax, "nothing was sealed");
  correlator_->CommitOldest();
  begun_.pop_front();
}

void TaskWindows::Undo() {
  while (correlator_->open_batches() > 0) correlator_->UndoNewest();
  watermark_ = begun_.front().watermark;
  told_ = begun_.front().told;
  next_index_ = begun_.front().next_index;
  asked_at_.reset();
  begun_.clear();
  Forget();
  Begin();
}

}  // namespace riposte::pipeline
