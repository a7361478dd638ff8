#include "engine/trigger/unordered.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/trigger/kept_codec.h"
#include "engine/trigger/saturating.h"

namespace riposte::trigger {
namespace {

constexpr uint8_t kVersion = 1;

Time TimeOf(const UnorderedCriterion::State& state, size_t index) {
  return state.kept[index].kept.place.time;
}

// How often each step is met in a window that slides over what is kept, which outlives it.
class StepCounts {
 public:
  StepCounts(const std::vector<UnorderedCriterion::Need>& needs, StepSet distinct)
      : needs_(needs), distinct_(distinct), counts_(needs.size()), unmet_(needs.size()) {}

  void Add(const KeptStep& kept) {
    for (size_t i = 0; i < needs_.size(); ++i)
      if (Fits(kept, i) && (!needs_[i].distinct || ++OfValue(kept, i) == 1) &&
          ++counts_[i].count == needs_[i].at_least)
        --unmet_;
  }

  void Remove(const KeptStep& kept) {
    for (size_t i = 0; i < needs_.size(); ++i)
      if (Fits(kept, i) && (!needs_[i].distinct || --OfValue(kept, i) == 0) &&
          counts_[i].count-- == needs_[i].at_least)
        ++unmet_;
  }

  bool AreMet() const { return unmet_ == 0; }
  std::vector<size_t> Unmet() const {
    std::vector<size_t> unmet;
    for (size_t i = 0; i < needs_.size(); ++i)
      if (counts_[i].count < needs_[i].at_least) unmet.push_back(needs_[i].step);
    return unmet;
  }

 private:
  struct Counted {
    int64_t count = 0;  // of occurrences or of distinct values
    boost::unordered_flat_map<std::string_view, uint32_t> values;
  };

  bool Fits(const KeptStep& kept, size_t need) const {
    return (kept.steps & StepBit(needs_[need].step)) != 0;
  }
  uint32_t& OfValue(const KeptStep& kept, size_t need) {
    return counts_[need].values[ValueOf(kept, needs_[need].step, distinct_)];
  }

  const std::vector<UnorderedCriterion::Need>& needs_;
  StepSet distinct_;
  std::vector<Counted> counts_;
  size_t unmet_;
};

}  // namespace

UnorderedCriterion::UnorderedCriterion(const rule::Unordered& unordered, Duration allowed_lateness)
    : within_(unordered.within), lateness_(allowed_lateness) {
  for (size_t i = 0; i < unordered.steps.size(); ++i) {
    const rule::Step& step = unordered.steps[i];
    known_ |= StepBit(i);
    if (step.absent) {
      absent_ |= StepBit(i);
      continue;
    }
    if (!step.distinct.empty()) distinct_ |= StepBit(i);
    needs_.push_back({.step = i, .at_least = step.at_least, .distinct = !step.distinct.empty()});
  }
}

// Of what fits an absent step: one that breaks a window may lie `within` before it.
Time UnorderedCriterion::OldestUseful(Time newest, bool present) const {
  const Time oldest = Earlier(Earlier(newest, lateness_), within_);
  return present ? oldest : Earlier(oldest, within_);
}

Time UnorderedCriterion::DeadlineOf(const State& state, const Window& window) const {
  return Later(TimeOf(state, window.first), within_);
}

Fate UnorderedCriterion::OnOccurrence(State& state, const StepOccurrence& occurrence,
                                      Outcome& outcome) const {
  const Time time = occurrence.place.time;
  if (occurrence.steps == 0) return Fate::kNoUse;
  if (time < Earlier(state.newest, lateness_)) return Fate::kLate;
  // From now on nothing that is in time can break these.
  OnTime(state, Earlier(time, lateness_), outcome);
  KeptStep kept = Keep(occurrence, distinct_);
  if (state.used_up_to && occurrence.place <= *state.used_up_to) UseUp(kept);
  if (kept.steps == 0) return Fate::kJoined;
  state.newest = std::max(state.newest, time);
  const size_t index = IndexBehind(state.kept, occurrence.place);
  state.kept.insert(state.kept.begin() + static_cast<ptrdiff_t>(index), std::move(kept));
  const size_t fired = outcome.fired.size();
  if (absent_ == 0) Judge(state, index, outcome);
  const bool overflows = DropOldest(state);
  if (outcome.fired.size() > fired) return Fate::kFired;
  return overflows ? Fate::kOverflow : Fate::kCounted;
}

// All windows that the occurrence lies in. Once one has fired the others lack it, and they were
// judged without it before.
void UnorderedCriterion::Judge(State& state, size_t index, Outcome& outcome) const {
  const std::optional<Window> met = FirstMet(state, index, Later(TimeOf(state, index), within_));
  if (!met) return;
  const Place end = state.kept[met->last].kept.place;
  Completion completion = Complete(state, *met);
  completion.time = end.time;
  completion.completed_by = end;
  outcome.fired.push_back(std::move(completion));
}

// The first window that has all steps and none of the absent ones. Its end is at `earliest_end` or
// behind it, and not later than `latest_end`.
std::optional<UnorderedCriterion::Window> UnorderedCriterion::FirstMet(const State& state,
                                                                       size_t earliest_end,
                                                                       Time latest_end) const {
  const std::vector<KeptStep>& kept = state.kept;
  if (kept.empty()) return std::nullopt;
  StepCounts counts(needs_, distinct_);
  size_t begin = IndexOf(kept, Earlier(TimeOf(state, earliest_end), within_));
  for (size_t i = begin; i < earliest_end; ++i) counts.Add(kept[i]);
  size_t first = begin;
  size_t absent = begin;  // the first such that may break the window
  for (size_t last = earliest_end; last < kept.size(); ++last) {
    if (TimeOf(state, last) > latest_end) break;
    counts.Add(kept[last]);
    for (const Time oldest = Earlier(TimeOf(state, last), within_); TimeOf(state, begin) < oldest;
         ++begin)
      counts.Remove(kept[begin]);
    if (!IsPresent(kept[last]) || !counts.AreMet()) continue;
    for (first = std::max(first, begin); !IsPresent(kept[first]);) ++first;
    for (absent = std::max(absent, begin); absent < kept.size() && !IsAbsent(kept[absent]);)
      ++absent;
    const Window window{.first = first, .last = last};
    const bool is_broken =
        absent < kept.size() && TimeOf(state, absent) <= DeadlineOf(state, window);
    if (!is_broken) return window;
  }
  return std::nullopt;
}

// Uses up the window and what lies before it. The time is the caller's.
Completion UnorderedCriterion::Complete(State& state, const Window& window) const {
  Completion completion;
  state.used_up_to = state.kept[window.last].kept.place;
  for (size_t i = 0; i <= window.last; ++i) {
    KeptStep& kept = state.kept[i];
    if (i >= window.first && IsPresent(kept)) {
      completion.events.push_back(kept.kept);
      completion.steps.push_back(kept.steps & ~absent_);
    }
    UseUp(kept);
  }
  completion.matches = static_cast<int64_t>(completion.events.size());
  std::erase_if(state.kept, [](const KeptStep& kept) { return kept.steps == 0; });
  return completion;
}

// As what breaks windows it stays.
void UnorderedCriterion::UseUp(KeptStep& kept) const {
  kept.steps &= absent_;
  kept.values.clear();
}

// Whether one went that was not too old.
bool UnorderedCriterion::DropOldest(State& state) const {
  const size_t old = IndexOf(state.kept, OldestUseful(state.newest, true));
  const Time oldest_absent = OldestUseful(state.newest, false);
  for (size_t i = 0; i < old; ++i) UseUp(state.kept[i]);
  std::erase_if(state.kept, [&](const KeptStep& kept) {
    return kept.steps == 0 || kept.kept.place.time < oldest_absent;
  });
  if (state.kept.size() <= kKeptMax) return false;
  const size_t over = state.kept.size() - kKeptMax;
  state.kept.erase(state.kept.begin(), state.kept.begin() + static_cast<ptrdiff_t>(over));
  return true;
}

void UnorderedCriterion::OnTime(State& state, Time watermark, Outcome& outcome) const {
  if (absent_ == 0) return;
  for (;;) {
    // A later window has no earlier deadline.
    const std::optional<Window> met = FirstMet(state, 0, Time::max());
    if (!met) return;
    const Time deadline = DeadlineOf(state, *met);
    if (deadline >= watermark) return;
    Completion completion = Complete(state, *met);
    completion.time = deadline;
    completion.by_deadline = true;
    outcome.fired.push_back(std::move(completion));
  }
}

std::optional<Time> UnorderedCriterion::NextDeadline(const State& state) const {
  if (absent_ == 0) return std::nullopt;
  const std::optional<Window> met = FirstMet(state, 0, Time::max());
  return met ? std::optional<Time>(DeadlineOf(state, *met)) : std::nullopt;
}

bool UnorderedCriterion::IsIdle(const State& state, Time watermark) const {
  return OldestUseful(watermark, true) > state.newest && !NextDeadline(state);
}

Time UnorderedCriterion::IdleFrom(const State& state) const {
  return Later(Later(state.newest, within_), lateness_);
}

std::optional<Nearest> UnorderedCriterion::NearestOf(const State& state) const {
  std::optional<Nearest> nearest;
  StepCounts counts(needs_, distinct_);
  size_t begin = 0;
  for (size_t last = 0; last < state.kept.size(); ++last) {
    counts.Add(state.kept[last]);
    for (const Time oldest = Earlier(TimeOf(state, last), within_); TimeOf(state, begin) < oldest;
         ++begin)
      counts.Remove(state.kept[begin]);
    if (!IsPresent(state.kept[last])) continue;
    std::vector<size_t> missing = counts.Unmet();
    const auto reached = static_cast<double>(needs_.size() - missing.size());
    if (nearest && reached < nearest->reached) continue;
    Window window{.first = begin, .last = last};
    while (!IsPresent(state.kept[window.first])) ++window.first;
    nearest = {.reached = reached,
               .needed = static_cast<double>(needs_.size()),
               .first = TimeOf(state, window.first),
               .last = TimeOf(state, last),
               .by = DeadlineOf(state, window),
               .missing = std::move(missing)};
  }
  return nearest;
}

void UnorderedCriterion::Write(const State& state, ByteWriter& writer) const {
  writer.Byte(kVersion);
  writer.Signed(ToMs(state.newest));
  writer.Byte(state.used_up_to ? 1 : 0);
  if (state.used_up_to) WritePlace(*state.used_up_to, {}, writer);
  WriteKept(state.kept, writer);
}

bool UnorderedCriterion::IsValid(const State& state) const {
  const Place used = state.used_up_to.value_or(Place{.time = Time::min(), .order = 0});
  return used.time <= state.newest &&
         std::all_of(state.kept.begin(), state.kept.end(), [&](const KeptStep& one) {
           const Place& place = one.kept.place;
           return (one.steps & ~known_) == 0 && one.steps != 0 && !one.completed &&
                  place.time <= state.newest &&
                  place.time >= OldestUseful(state.newest, IsPresent(one)) &&
                  (!state.used_up_to || place > used || !IsPresent(one));
         });
}

bool UnorderedCriterion::Read(ByteReader& reader, State& state) const {
  if (reader.Byte() != kVersion) reader.Fail();
  State read;
  read.newest = TimeFromMs(reader.Signed());
  const uint8_t has_fired = reader.Byte();
  if (has_fired > 1) reader.Fail();
  if (has_fired == 1) read.used_up_to = ReadPlace({}, reader);
  read.kept = ReadKept(reader, kKeptMax, distinct_);
  if (!reader.ok() || !IsValid(read)) {
    reader.Fail();
    return false;
  }
  state = std::move(read);
  return true;
}

}  // namespace riposte::trigger
