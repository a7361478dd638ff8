#include "engine/trigger/count.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/trigger/kept_codec.h"

namespace riposte::trigger {
namespace {

using rule::Comparison;
using rule::Measure;

constexpr uint8_t kVersion = 1;

// What a written state has.
enum Part : uint8_t { kNewest = 1, kUsedUpTo = 2, kOpen = 4, kAllParts = 7 };

Time TimeAt(const CountWindow& window, size_t index) { return window[index].kept.place.time; }

bool Folds(const rule::Count& count) {
  const bool monotone =
      count.comparison == Comparison::kAtLeast || count.comparison == Comparison::kMoreThan;
  return count.measure == Measure::kDistinct && monotone;
}

CountEntry MakeEntry(const Occurrence& occurrence, Measure measure) {
  return {.kept = {.place = occurrence.place, .event = std::string(occurrence.event)},
          .mark = MarkOf(measure, occurrence),
          .repeats = 0};
}

// By no more than its place if nothing was kept of it.
Kept CompletingEvent(const Completion& completion) {
  const auto found = std::ranges::find(completion.events, completion.completed_by, &Kept::place);
  return found != completion.events.end() ? *found
                                          : Kept{.place = completion.completed_by, .event = {}};
}

uint32_t ReadNumber(uint64_t max, ByteReader& in) {
  const uint64_t number = in.Unsigned();
  if (number > max) in.Fail();
  return static_cast<uint32_t>(number);
}

}  // namespace

CountCriterion::CountCriterion(const rule::Count& count, Duration allowed_lateness,
                               const CountBounds& bounds)
    : terms_{.measure = count.measure,
             .percentile = count.percentile,
             .within = std::min(count.within, kSpanMax)},
      comparison_(count.comparison),
      threshold_(count.threshold),
      cooldown_(std::min(count.cooldown, kSpanMax)),
      lateness_(std::min(allowed_lateness, kSpanMax)),
      bounds_(bounds),
      folds_(Folds(count)) {}

Fate CountCriterion::OnOccurrence(State& state, const Occurrence& occurrence,
                                  Outcome& outcome) const {
  if (!IsMeasurable(terms_.measure, occurrence)) return Fate::kNoValue;
  const Time time = occurrence.place.time;
  if (state.newest && time < *state.newest - lateness_) return Fate::kLate;
  const bool used_up = state.used_up_to && time <= *state.used_up_to;
  if (used_up && !state.open) return Fate::kLate;

  state.newest = std::max(state.newest.value_or(time), time);
  if (used_up) {
    state.open->joined.Add({.place = occurrence.place, .event = std::string(occurrence.event)});
    return Fate::kJoined;
  }
  Close(state, outcome);
  CountWindow& window = state.window;
  window.DropFront(window.FirstNotBefore(*state.newest - lateness_ - terms_.within));
  const size_t inserted = window.Insert(terms_, MakeEntry(occurrence, terms_.measure));
  if (const std::optional<Hit> hit = FirstHit(window, inserted)) {
    Fire(state, *hit, occurrence.place, outcome);
    return Fate::kFired;
  }
  window.Thin(inserted);
  FoldNowAndThen(state);
  if (window.size() <= bounds_.kept) return Fate::kCounted;
  window.DropFront(window.size() - bounds_.kept);
  return Fate::kOverflow;
}

bool CountCriterion::IsReached(double measure) const {
  switch (comparison_) {
    case Comparison::kAtLeast:
      return measure >= threshold_;
    case Comparison::kMoreThan:
      return measure > threshold_;
    case Comparison::kAtMost:
      return measure <= threshold_;
    case Comparison::kLessThan:
      return measure < threshold_;
    case Comparison::kEqual:
      return measure == threshold_;
    case Comparison::kNotEqual:
      return measure != threshold_;
  }
  return false;
}

std::optional<CountCriterion::Hit> CountCriterion::FirstHit(CountWindow& window,
                                                            size_t inserted) const {
  const Time time = TimeAt(window, inserted);
  size_t first = window.FirstNotBefore(time - terms_.within);
  if (inserted == window.size() - 1) {
    const double measure = window.MeasureAtLast(terms_);
    if (!IsReached(measure)) return std::nullopt;
    return Hit{.first = first, .last = inserted, .measure = measure};
  }
  WindowMeasure sliding(terms_.measure, terms_.percentile);
  for (size_t i = first; i < inserted; ++i) sliding.Add(window[i].mark);
  for (size_t last = inserted; last < window.size(); ++last) {
    if (TimeAt(window, last) - time > terms_.within) break;
    sliding.Add(window[last].mark);
    for (; TimeAt(window, first) < TimeAt(window, last) - terms_.within; ++first)
      sliding.Remove(window[first].mark);
    const double measure = sliding.Value();
    if (IsReached(measure)) return Hit{.first = first, .last = last, .measure = measure};
  }
  return std::nullopt;
}

void CountCriterion::Fire(State& state, const Hit& hit, const Place& arrived,
                          Outcome& outcome) const {
  const Kept& last_kept = state.window[hit.last].kept;
  const Place last = last_kept.place;
  // What is told of the firing needs an event that is known.
  Completion& completion = outcome.fired.emplace_back(
      Completion{.time = last.time,
                 .completed_by = last_kept.event.empty() ? arrived : last,
                 .events = {},
                 .measure = hit.measure});
  state.window.DropFront(hit.first);
  for (CountEntry& entry : state.window.TakeFront(hit.last - hit.first + 1)) {
    completion.matches += int64_t{1} + entry.repeats;
    if (!entry.kept.event.empty()) completion.events.push_back(std::move(entry.kept));
  }
  UseUp(state, completion, outcome);
  if (state.window.empty()) state.since_fold = 0;
}

void CountCriterion::UseUp(State& state, const Completion& completion, Outcome& outcome) const {
  if (cooldown_ == Duration::zero()) {
    const Time before_window = completion.time - terms_.within - Duration(1);
    state.used_up_to = std::max(state.used_up_to.value_or(before_window), before_window);
    return;
  }
  state.used_up_to = completion.time + cooldown_;
  state.open = Boxed<OpenFiring>({.completed_by = CompletingEvent(completion), .joined = {}});
  const size_t joining = state.window.FirstNotBefore(*state.used_up_to + Duration(1));
  for (const CountEntry& entry : state.window.TakeFront(joining)) {
    state.open->joined.Add(entry.kept);
    state.open->joined.count += entry.repeats;
  }
  if (*state.newest > *state.used_up_to) Close(state, outcome);
}

void CountCriterion::Close(State& state, Outcome& outcome) const {
  if (!state.open) return;
  OpenFiring& open = *state.open;
  if (open.joined.count > 0)
    outcome.closed.push_back({.firing_time = *state.used_up_to - cooldown_,
                              .completed_by = std::move(open.completed_by),
                              .joined = std::move(open.joined)});
  state.open = {};
}

// Often enough that repeats stay a part of what is kept, seldom enough that each occurrence pays
// for a few others.
void CountCriterion::FoldNowAndThen(State& state) const {
  if (!folds_) return;
  if (state.since_fold < bounds_.kept) ++state.since_fold;
  const size_t size = state.window.size();
  if (size < bounds_.fold_from || state.since_fold < size / 4) return;
  state.window.FoldRepeats(terms_.within);
  state.since_fold = 0;
}

void CountCriterion::OnTime(State& state, Time watermark, Outcome& outcome) const {
  if (state.open && watermark > *state.used_up_to) Close(state, outcome);
}

std::optional<Time> CountCriterion::NextDeadline(const State& state) const {
  return state.open ? state.used_up_to : std::nullopt;
}

// What may still come is at or after `watermark - lateness`. To it nothing is late that a new state
// would count, and no kept occurrence shares a window with it.
bool CountCriterion::IsIdle(const State& state, Time watermark) const {
  if (state.open) return false;
  if (state.newest && *state.newest > watermark) return false;
  if (state.used_up_to && *state.used_up_to + lateness_ >= watermark) return false;
  if (state.window.empty()) return true;
  return TimeAt(state.window, state.window.size() - 1) + terms_.within + lateness_ < watermark;
}

Time CountCriterion::IdleFrom(const State& state) const {
  Time from = state.newest.value_or(Time::min());
  if (state.used_up_to) from = std::max(from, *state.used_up_to + lateness_);
  if (!state.window.empty()) {
    const Time last = TimeAt(state.window, state.window.size() - 1);
    from = std::max(from, last + terms_.within + lateness_);
  }
  return from;
}

std::optional<Nearest> CountCriterion::NearestOf(const State& state) const {
  std::optional<Nearest> nearest;
  WindowMeasure sliding(terms_.measure, terms_.percentile);
  size_t first = 0;
  for (size_t last = 0; last < state.window.size(); ++last) {
    sliding.Add(state.window[last].mark);
    for (; TimeAt(state.window, first) < TimeAt(state.window, last) - terms_.within; ++first)
      sliding.Remove(state.window[first].mark);
    const double measure = sliding.Value();
    if (nearest && std::abs(threshold_ - measure) > std::abs(threshold_ - nearest->reached))
      continue;
    const Time begin = TimeAt(state.window, first);
    nearest = {.reached = measure,
               .needed = threshold_,
               .first = begin,
               .last = TimeAt(state.window, last),
               .by = begin + terms_.within};
  }
  return nearest;
}

void CountCriterion::Write(const State& state, ByteWriter& out) const {
  out.Byte(kVersion);
  out.Byte(static_cast<uint8_t>((state.newest ? kNewest : 0) | (state.used_up_to ? kUsedUpTo : 0) |
                                (state.open ? kOpen : 0)));
  if (!state.newest) return;
  WriteTime(*state.newest, Time{}, out);
  Place base{.time = *state.newest};
  if (state.used_up_to) WriteTime(*state.used_up_to, base.time, out);
  if (state.open) {
    WriteKept(state.open->completed_by, base, out);
    WriteTally(state.open->joined, base, out);
    return;
  }
  if (folds_) out.Unsigned(state.since_fold);
  out.Unsigned(state.window.size());
  for (const CountEntry& entry : state.window.entries()) {
    WriteKept(entry.kept, base, out);
    if (terms_.measure != Measure::kMatches) out.Fixed(entry.mark);
    if (folds_) out.Unsigned(entry.repeats);
    base = entry.kept.place;
  }
}

bool CountCriterion::Read(ByteReader& in, State& state) const {
  State read;
  if (in.Byte() != kVersion) in.Fail();
  const uint8_t parts = in.Byte();
  if (parts > kAllParts) in.Fail();
  if ((parts & kNewest) == 0) {
    if (parts != 0) in.Fail();
  } else {
    read.newest = ReadTime(Time{}, in);
    ReadRest(parts, read, in);
  }
  if (!in.ok()) return false;
  state = std::move(read);
  return true;
}

void CountCriterion::ReadRest(uint8_t parts, State& state, ByteReader& in) const {
  const Time newest = *state.newest;
  if ((parts & kUsedUpTo) != 0) {
    state.used_up_to = ReadTime(newest, in);
    if (*state.used_up_to > newest + cooldown_) in.Fail();
  }
  if ((parts & kOpen) != 0) {
    state.open = Boxed<OpenFiring>(ReadOpen(state, in));
    return;
  }
  if (folds_) state.since_fold = ReadNumber(bounds_.kept, in);
  state.window = ReadWindow(state, in);
}

OpenFiring CountCriterion::ReadOpen(const State& state, ByteReader& in) const {
  const Time newest = *state.newest;
  OpenFiring open{.completed_by = ReadKept({.time = newest}, in),
                  .joined = ReadTally({.time = newest}, in)};
  if (cooldown_ == Duration::zero() || !state.used_up_to || newest > *state.used_up_to) in.Fail();
  const Time firing_time = state.used_up_to.value_or(newest) - cooldown_;
  const Time completed_at = open.completed_by.place.time;
  if (completed_at > firing_time || completed_at < firing_time - terms_.within) in.Fail();
  const std::vector<Kept>& end = open.joined.last.empty() ? open.joined.first : open.joined.last;
  if (!end.empty() && end.back().place.time > newest) in.Fail();
  return open;
}

CountWindow CountCriterion::ReadWindow(const State& state, ByteReader& in) const {
  const size_t size = in.Count(kKeptBytesMin);
  if (size > bounds_.kept) in.Fail();
  const Time newest = *state.newest;
  const Time oldest = newest - lateness_ - terms_.within;
  std::vector<CountEntry> entries;
  for (Place base{.time = newest}; entries.size() < size && in.ok();) {
    CountEntry entry = ReadEntry(base, in);
    const Place& place = entry.kept.place;
    if (place.time < oldest || place.time > newest) in.Fail();
    if (state.used_up_to && place.time <= *state.used_up_to) in.Fail();
    if (!entries.empty() && place <= base) in.Fail();
    base = place;
    const bool is_thin = entries.size() >= Tally::kEnds && size - entries.size() > Tally::kEnds;
    if (is_thin && !entry.kept.event.empty()) in.Fail();
    entries.push_back(std::move(entry));
  }
  return CountWindow(std::move(entries));
}

CountEntry CountCriterion::ReadEntry(const Place& base, ByteReader& in) const {
  CountEntry entry;
  entry.kept = ReadKept(base, in);
  if (terms_.measure != Measure::kMatches) entry.mark = in.Fixed();
  if (!IsMark(terms_.measure, entry.mark)) in.Fail();
  if (folds_) entry.repeats = ReadNumber(std::numeric_limits<uint32_t>::max(), in);
  return entry;
}

}  // namespace riposte::trigger
