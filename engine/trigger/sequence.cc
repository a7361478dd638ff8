#include "engine/trigger/sequence.h"

#include <algorithm>
#include <utility>

#include "engine/trigger/saturating.h"

namespace riposte::trigger {
namespace {

using State = SequenceCriterion::State;
using Partial = SequenceCriterion::Partial;

constexpr uint8_t kVersion = 1;

Time TimeOf(const State& state, size_t index) { return state.kept[index].kept.place.time; }

// Of a complete partial: an occurrence completes one firing only.
bool HasFired(const State& state, const Partial& partial) {
  return state.kept[partial.back()].completed;
}

// Forgets the oldest, and the partials that began with one of them. As a partial never overtakes
// an older one, those that are left are what they would be if the oldest had not been there.
void Forget(State& state, size_t oldest) {
  const auto is_gone = [oldest](const Partial& partial) { return partial.front() < oldest; };
  std::erase_if(state.due, is_gone);
  for (Partial& partial : state.partials)
    if (!partial.empty() && is_gone(partial)) partial.clear();
  for (std::vector<Partial>* const partials : {&state.partials, &state.due})
    for (Partial& partial : *partials)
      for (uint32_t& index : partial) index -= static_cast<uint32_t>(oldest);
  state.kept.erase(state.kept.begin(), state.kept.begin() + static_cast<ptrdiff_t>(oldest));
}

}  // namespace

SequenceCriterion::SequenceCriterion(const rule::Sequence& sequence, Duration allowed_lateness)
    : within_(sequence.within), lateness_(allowed_lateness) {
  for (size_t i = 0; i < sequence.steps.size(); ++i) {
    const rule::Step& step = sequence.steps[i];
    known_ |= StepBit(i);
    if (step.absent) {
      stages_.back().broken_by |= StepBit(i);
      continue;
    }
    if (!step.distinct.empty()) distinct_ |= StepBit(i);
    const size_t first_of_step = stages_.size();
    for (int64_t n = 0; n < step.at_least; ++n)
      stages_.push_back({.step = i, .first_of_step = first_of_step, .broken_by = 0});
  }
  waits_ = stages_.back().broken_by != 0;
}

Time SequenceCriterion::OldestUseful(Time newest) const {
  return Earlier(Earlier(newest, lateness_), within_);
}

Time SequenceCriterion::DeadlineOf(const State& state, const Partial& partial) const {
  return Later(TimeOf(state, partial.front()), within_);
}

// `partial` is complete. The time is the caller's.
Completion SequenceCriterion::Complete(State& state, const Partial& partial) const {
  Completion completion;
  for (size_t stage = 0; stage < partial.size(); ++stage) {
    completion.events.push_back(state.kept[partial[stage]].kept);
    completion.steps.push_back(StepBit(stages_[stage].step));
  }
  completion.matches = static_cast<int64_t>(partial.size());
  state.kept[partial.back()].completed = true;
  return completion;
}

void SequenceCriterion::FireAtDeadline(State& state, const Partial& partial,
                                       Outcome& outcome) const {
  Completion completion = Complete(state, partial);
  completion.time = DeadlineOf(state, partial);
  completion.by_deadline = true;
  outcome.fired.push_back(std::move(completion));
}

void SequenceCriterion::FireAtLast(State& state, const Partial& partial, Outcome& outcome) const {
  Completion completion = Complete(state, partial);
  completion.completed_by = state.kept[partial.back()].kept.place;
  completion.time = completion.completed_by.time;
  outcome.fired.push_back(std::move(completion));
}

Fate SequenceCriterion::OnOccurrence(State& state, const StepOccurrence& occurrence,
                                     Outcome& outcome) const {
  if (occurrence.steps == 0 && !occurrence.until) return Fate::kNoUse;
  const Time time = occurrence.place.time;
  if (!state.kept.empty() && time < Earlier(state.kept.back().kept.place.time, lateness_))
    return Fate::kLate;
  // From now on nothing that is in time can break these, and their occurrences go.
  OnTime(state, Earlier(time, lateness_), outcome);
  const size_t fired = outcome.fired.size();
  const bool used = Insert(state, Keep(occurrence, distinct_), outcome);
  const size_t old = IndexOf(state.kept, OldestUseful(state.kept.back().kept.place.time));
  const bool overflows = state.kept.size() - old > kKeptMax;
  Forget(state, overflows ? state.kept.size() - kKeptMax : old);
  if (outcome.fired.size() > fired) return Fate::kFired;
  if (overflows) return Fate::kOverflow;
  return used ? Fate::kCounted : Fate::kNoUse;
}

// Whether the occurrence was of use.
bool SequenceCriterion::Insert(State& state, KeptStep occurrence, Outcome& outcome) const {
  const size_t index = IndexBehind(state.kept, occurrence.kept.place);
  const bool in_order = index == state.kept.size();
  state.kept.insert(state.kept.begin() + static_cast<ptrdiff_t>(index), std::move(occurrence));
  if (!in_order) return RunAnew(state, index, outcome);
  state.partials.resize(stages_.size());
  return Advance(state, index, outcome);
}

// Whether the occurrence at `asked` was of use.
bool SequenceCriterion::RunAnew(State& state, size_t asked, Outcome& outcome) const {
  state.partials.assign(stages_.size(), {});
  state.due.clear();
  bool asked_used = false;
  for (size_t i = 0; i < state.kept.size(); ++i) {
    const bool used = Advance(state, i, outcome);
    if (i == asked) asked_used = used;
  }
  return asked_used;
}

bool SequenceCriterion::Advance(State& state, size_t index, Outcome& outcome) const {
  DropOld(state, TimeOf(state, index));
  bool used = DropBroken(state, state.kept[index]);
  for (size_t stage = stages_.size(); stage-- > 0;)
    used = Enter(state, stage, index, outcome) || used;
  return used;
}

void SequenceCriterion::DropOld(State& state, Time now) const {
  const Time oldest = Earlier(now, within_);
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    Partial& partial = state.partials[stage];
    if (partial.empty() || TimeOf(state, partial.front()) >= oldest) continue;
    // What completed the last stage is not too old, it has got through.
    if (waits_ && stage + 1 == stages_.size() && !HasFired(state, partial))
      state.due.push_back(std::move(partial));
    partial.clear();
  }
}

bool SequenceCriterion::DropBroken(State& state, const KeptStep& by) const {
  bool dropped = false;
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    Partial& partial = state.partials[stage];
    if (partial.empty() || (!by.until && (by.steps & stages_[stage].broken_by) == 0)) continue;
    partial.clear();
    dropped = true;
  }
  return dropped;
}

bool SequenceCriterion::Enter(State& state, size_t stage, size_t index, Outcome& outcome) const {
  if ((state.kept[index].steps & StepBit(stages_[stage].step)) == 0) return false;
  Partial partial;
  if (stage > 0) {
    Partial& before = state.partials[stage - 1];
    if (before.empty() || HasValue(state, before, stage, index)) return false;
    partial = std::exchange(before, {});
  }
  partial.push_back(static_cast<uint32_t>(index));
  if (waits_ || stage + 1 < stages_.size())
    state.partials[stage] = std::move(partial);
  else if (!HasFired(state, partial))
    FireAtLast(state, partial, outcome);
  return true;
}

// Whether the partial's step has the occurrence's value already.
bool SequenceCriterion::HasValue(const State& state, const Partial& partial, size_t stage,
                                 size_t index) const {
  const size_t step = stages_[stage].step;
  if ((distinct_ & StepBit(step)) == 0) return false;
  const std::string& value = ValueOf(state.kept[index], step, distinct_);
  return std::any_of(
      partial.begin() + static_cast<ptrdiff_t>(stages_[stage].first_of_step), partial.end(),
      [&](uint32_t other) { return ValueOf(state.kept[other], step, distinct_) == value; });
}

void SequenceCriterion::OnTime(State& state, Time watermark, Outcome& outcome) const {
  const auto is_decided = [&](const Partial& partial) {
    return !HasFired(state, partial) && DeadlineOf(state, partial) < watermark;
  };
  if (!waits_ || state.kept.empty()) return;
  size_t decided = 0;
  for (; decided < state.due.size() && is_decided(state.due[decided]); ++decided)
    FireAtDeadline(state, state.due[decided], outcome);
  state.due.erase(state.due.begin(), state.due.begin() + static_cast<ptrdiff_t>(decided));
  // It stays where it is, so that a later partial replaces it as it would have done.
  const Partial& last = state.partials.back();
  if (!last.empty() && is_decided(last)) FireAtDeadline(state, last, outcome);
}

std::optional<Time> SequenceCriterion::NextDeadline(const State& state) const {
  if (!waits_ || state.kept.empty()) return std::nullopt;
  if (!state.due.empty()) return DeadlineOf(state, state.due.front());
  const Partial& last = state.partials.back();
  if (last.empty() || HasFired(state, last)) return std::nullopt;
  return DeadlineOf(state, last);
}

bool SequenceCriterion::IsIdle(const State& state, Time watermark) const {
  if (state.kept.empty()) return true;
  return !NextDeadline(state) && OldestUseful(watermark) > state.kept.back().kept.place.time;
}

Time SequenceCriterion::IdleFrom(const State& state) const {
  if (state.kept.empty()) return Time::min();
  return Later(Later(state.kept.back().kept.place.time, within_), lateness_);
}

Nearest SequenceCriterion::NearnessOf(const State& state, const Partial& partial) const {
  Nearest nearest{.reached = static_cast<double>(partial.size()),
                  .needed = static_cast<double>(stages_.size()),
                  .first = TimeOf(state, partial.front()),
                  .last = TimeOf(state, partial.back()),
                  .by = DeadlineOf(state, partial)};
  if (partial.size() < stages_.size()) nearest.missing.push_back(stages_[partial.size()].step);
  return nearest;
}

std::optional<Nearest> SequenceCriterion::NearestOf(const State& state) const {
  if (!state.due.empty()) return NearnessOf(state, state.due.front());
  for (size_t stage = state.partials.size(); stage-- > 0;) {
    const Partial& partial = state.partials[stage];
    if (partial.empty() || (partial.size() == stages_.size() && HasFired(state, partial))) continue;
    return NearnessOf(state, partial);
  }
  return std::nullopt;
}

void SequenceCriterion::Write(const State& state, ByteWriter& writer) const {
  writer.Byte(kVersion);
  WriteKept(state.kept, writer);
}

bool SequenceCriterion::IsValid(const std::vector<KeptStep>& kept) const {
  const StepSet last_step = StepBit(stages_.back().step);
  return std::all_of(kept.begin(), kept.end(), [&](const KeptStep& one) {
    return (one.steps & ~known_) == 0 && (one.steps != 0 || one.until) &&
           (!one.completed || (one.steps & last_step) != 0) &&
           one.kept.place.time >= OldestUseful(kept.back().kept.place.time);
  });
}

bool SequenceCriterion::Read(ByteReader& reader, State& state) const {
  if (reader.Byte() != kVersion) reader.Fail();
  State read;
  read.kept = ReadKept(reader, kKeptMax, distinct_);
  if (!reader.ok() || !IsValid(read.kept)) {
    reader.Fail();
    return false;
  }
  Outcome missed;
  if (!read.kept.empty()) RunAnew(read, 0, missed);
  // A state whose completions have not fired is none that was written.
  if (!missed.fired.empty()) {
    reader.Fail();
    return false;
  }
  state = std::move(read);
  return true;
}

}  // namespace riposte::trigger
