#include "engine/trigger/state_view.h"

#include <bit>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "engine/trigger/count.h"
#include "engine/trigger/kept_step.h"
#include "engine/trigger/scheduled.h"
#include "engine/trigger/sequence.h"
#include "engine/trigger/unordered.h"

namespace riposte::trigger {
namespace {

std::vector<size_t> StepsIn(StepSet set) {
  std::vector<size_t> steps;
  for (; set != 0; set &= set - 1) steps.push_back(static_cast<size_t>(std::countr_zero(set)));
  return steps;
}

std::vector<StateView::Seen> SeenOf(const std::vector<KeptStep>& kept) {
  std::vector<StateView::Seen> seen;
  seen.reserve(kept.size());
  for (const KeptStep& one : kept)
    seen.push_back({.time = one.kept.place.time,
                    .event = one.kept.event,
                    .repeats = 0,
                    .steps = StepsIn(one.steps),
                    .until = one.until,
                    .completed = one.completed});
  return seen;
}

StateView::Partial PartialOf(const SequenceCriterion::Partial& partial, bool waits) {
  return {.occurrences = {partial.begin(), partial.end()}, .waits = waits};
}

StateView ViewOf(const CountState& state) {
  StateView view{.newest = state.newest, .used_up_to = state.used_up_to};
  if (state.open) view.joined = state.open->joined;
  for (const CountEntry& entry : state.window.entries())
    view.kept.push_back({.time = entry.kept.place.time,
                         .event = entry.kept.event,
                         .repeats = entry.repeats,
                         .steps = {}});
  return view;
}

StateView ViewOf(const SequenceCriterion::State& state) {
  StateView view{.kept = SeenOf(state.kept)};
  if (!state.kept.empty()) view.newest = state.kept.back().kept.place.time;
  for (const SequenceCriterion::Partial& partial : state.due)
    view.partials.push_back(PartialOf(partial, true));
  for (const SequenceCriterion::Partial& partial : state.partials)
    if (!partial.empty())
      view.partials.push_back(PartialOf(partial, partial.size() == state.partials.size()));
  return view;
}

StateView ViewOf(const UnorderedCriterion::State& state) {
  StateView view{.kept = SeenOf(state.kept)};
  if (state.newest != Time::min()) view.newest = state.newest;
  if (state.used_up_to) view.used_up_to = state.used_up_to->time;
  return view;
}

StateView ViewOf(const ScheduledCriterion::State& state) {
  StateView view;
  if (state.closed_to != Time::min()) view.used_up_to = state.closed_to;
  for (const ScheduledCriterion::OpenWindow& open : state.open)
    view.windows.push_back(
        {.begin = open.window.begin, .end = open.window.end, .matches = open.matches});
  return view;
}

template <typename Criterion>
Result<StateView> View(const Criterion& criterion, std::string_view bytes) {
  ByteReader in(bytes);
  typename Criterion::State state;
  if (!criterion.Read(in, state) || !in.at_end())
    return Status(ErrorCode::kDamaged, "it is no state of the rule's trigger");
  StateView view = ViewOf(state);
  view.nearest = criterion.NearestOf(state);
  view.deadline = criterion.NextDeadline(state);
  return view;
}

}  // namespace

Result<StateView> ViewState(const rule::Rule& rule, const WindowOptions& options,
                            std::string_view bytes) {
  const Duration lateness = options.allowed_lateness;
  if (const auto* count = std::get_if<rule::Count>(&rule.trigger))
    return View(CountCriterion(*count, lateness), bytes);
  if (const auto* sequence = std::get_if<rule::Sequence>(&rule.trigger))
    return View(SequenceCriterion(*sequence, lateness), bytes);
  if (const auto* unordered = std::get_if<rule::Unordered>(&rule.trigger))
    return View(UnorderedCriterion(*unordered, lateness), bytes);
  if (const auto* scheduled = std::get_if<rule::Scheduled>(&rule.trigger)) {
    const Result<ScheduledCriterion> criterion = ScheduledCriterion::Make(*scheduled, lateness);
    if (!criterion.ok()) return criterion.status();
    return View(*criterion, bytes);
  }
  return Status(ErrorCode::kInvalidArgument, "the rule fires for each match and keeps nothing");
}

}  // namespace riposte::trigger
