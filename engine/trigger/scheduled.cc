#include "engine/trigger/scheduled.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "engine/trigger/kept_codec.h"

namespace riposte::trigger {
namespace {

using OpenWindow = ScheduledCriterion::OpenWindow;
using State = ScheduledCriterion::State;

constexpr uint8_t kVersion = 1;
constexpr Duration kMillisecond{1};

OpenWindow* FindOpen(State& state, Time time) {
  const auto open = std::find_if(state.open.rbegin(), state.open.rend(),
                                 [time](const auto& each) { return each.window.Contains(time); });
  return open == state.open.rend() ? nullptr : &*open;
}

// In its place. After a change of the time zone data a window may reach into one that is open; it
// gets what lies between those.
OpenWindow& Open(State& state, Window window) {
  const auto next =
      std::find_if(state.open.begin(), state.open.end(),
                   [&window](const OpenWindow& each) { return window.begin < each.window.begin; });
  if (next != state.open.begin())
    window.begin = std::max(window.begin, std::prev(next)->window.end);
  if (next != state.open.end()) window.end = std::min(window.end, next->window.begin);
  return *state.open.insert(next, {.window = window, .matches = {}});
}

// The latest time that the group has seen, as far as it matters.
Time Newest(const OpenWindow& last) {
  const std::vector<Kept>& kept = last.matches.last;
  return (kept.empty() ? last.matches.first : kept).back().place.time;
}

Completion MakeCompletion(OpenWindow closed) {
  Completion completion;
  completion.time = closed.window.end;
  completion.by_deadline = true;
  completion.matches = closed.matches.count;
  completion.events = std::move(closed.matches.first);
  std::move(closed.matches.last.begin(), closed.matches.last.end(),
            std::back_inserter(completion.events));
  return completion;
}

void WriteWindow(const OpenWindow& open, ByteWriter& writer) {
  const Window& window = open.window;
  WriteTime(window.begin, Time{}, writer);
  writer.Unsigned(static_cast<uint64_t>((window.end - window.begin).count()));
  WriteTally(open.matches, {.time = window.begin}, writer);
}

// All are there, but for the middle of many.
bool IsWhole(const Tally& matches) {
  const auto count = static_cast<size_t>(matches.count);
  return count > 0 &&
         matches.first.size() + matches.last.size() == std::min(count, 2 * Tally::kEnds);
}

bool IsValid(const OpenWindow& open, Time not_before) {
  const Window& window = open.window;
  return window.begin >= not_before && window.begin <= Calendar::kEnd && IsWhole(open.matches) &&
         window.Contains(open.matches.first.front().place.time) && window.Contains(Newest(open));
}

void ReadWindow(ByteReader& reader, Time not_before, OpenWindow& open) {
  const Time begin = ReadTime(Time{}, reader);
  const uint64_t length = reader.Unsigned();
  if (length == 0 || length > static_cast<uint64_t>(Calendar::kLengthMax.count()))
    return reader.Fail();
  open.window = {.begin = begin, .end = begin + Duration(static_cast<int64_t>(length))};
  open.matches = ReadTally({.time = begin}, reader);
  if (!reader.ok() || !IsValid(open, not_before)) reader.Fail();
}

}  // namespace

Result<ScheduledCriterion> ScheduledCriterion::Make(const rule::Scheduled& schedule,
                                                    Duration allowed_lateness) {
  Result<Calendar> calendar = Calendar::Make(schedule);
  if (!calendar.ok()) return calendar.status();
  return ScheduledCriterion(std::move(calendar).value(), schedule.at_least, allowed_lateness);
}

ScheduledCriterion::ScheduledCriterion(Calendar calendar, int64_t at_least,
                                       Duration allowed_lateness)
    : calendar_(std::move(calendar)), at_least_(at_least), allowed_lateness_(allowed_lateness) {}

// The calendar is asked for the first of a window only. Once all windows are closed, what is behind
// the newest time lies in a closed one, so that this time need not be kept.
Fate ScheduledCriterion::OnOccurrence(State& state, const Occurrence& occurrence,
                                      Outcome& outcome) const {
  const Time time = occurrence.place.time;
  OpenWindow* open = FindOpen(state, time);
  std::optional<Window> window;
  if (open == nullptr) {
    window = calendar_.Containing(time);
    if (!window) return Fate::kOutside;
    if (window->end <= state.closed_to) return Fate::kLate;
  }
  if (!state.open.empty() && time + allowed_lateness_ < Newest(state.open.back()))
    return Fate::kLate;
  if (open == nullptr) open = &Open(state, *window);
  open->matches.Add({.place = occurrence.place, .event = std::string(occurrence.event)});
  if (state.open.size() <= kOpenMax) return Fate::kCounted;
  CloseOldest(state, outcome);
  return Fate::kOverflow;
}

void ScheduledCriterion::CloseOldest(State& state, Outcome& outcome) const {
  OpenWindow closed = std::move(state.open.front());
  state.open.erase(state.open.begin());
  state.closed_to = std::max(state.closed_to, closed.window.end);
  if (closed.matches.count >= at_least_) outcome.fired.push_back(MakeCompletion(std::move(closed)));
}

void ScheduledCriterion::OnTime(State& state, Time watermark, Outcome& outcome) const {
  state.closed_to = std::max(state.closed_to, watermark);
  while (!state.open.empty() && state.open.front().window.end <= watermark)
    CloseOldest(state, outcome);
}

std::optional<Time> ScheduledCriterion::NextDeadline(const State& state) const {
  if (state.open.empty()) return std::nullopt;
  return state.open.front().window.end - kMillisecond;
}

bool ScheduledCriterion::IsIdle(const State& state, Time watermark) const {
  return state.open.empty() && state.closed_to <= watermark;
}

std::optional<Nearest> ScheduledCriterion::NearestOf(const State& state) const {
  std::optional<Nearest> nearest;
  for (const OpenWindow& open : state.open) {
    const auto reached = static_cast<double>(open.matches.count);
    if (nearest && reached < nearest->reached) continue;
    const Time last = open.window.end - Duration(1);
    nearest = {.reached = reached,
               .needed = static_cast<double>(at_least_),
               .first = open.window.begin,
               .last = last,
               .by = last};
  }
  return nearest;
}

void ScheduledCriterion::Write(const State& state, ByteWriter& writer) const {
  writer.Byte(kVersion);
  writer.Signed(ToMs(state.closed_to));
  writer.Unsigned(state.open.size());
  for (const OpenWindow& open : state.open) WriteWindow(open, writer);
}

bool ScheduledCriterion::Read(ByteReader& reader, State& state) const {
  State read;
  if (reader.Byte() != kVersion) reader.Fail();
  read.closed_to = TimeFromMs(reader.Signed());
  const size_t count = reader.Count();
  if (count > kOpenMax) reader.Fail();
  Time not_before = Calendar::kFirst;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    ReadWindow(reader, not_before, read.open.emplace_back());
    not_before = read.open.back().window.end;
  }
  if (!read.open.empty() && read.open.front().window.end <= read.closed_to) reader.Fail();
  if (!reader.ok()) return false;
  state = std::move(read);
  return true;
}

}  // namespace riposte::trigger
