#include "app/timeline_ended.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/time.h"
#include "engine/trigger/saturating.h"

namespace riposte::app {
namespace {

using trigger::StateView;

using Trace = std::vector<std::pair<Time, std::string>>;

Trace TraceOf(const StateView& view, const StateView::Partial& partial) {
  Trace trace;
  for (const size_t index : partial.occurrences)
    trace.emplace_back(view.kept[index].time, view.kept[index].event);
  return trace;
}

bool GoesOnIn(const Trace& trace, const StateView& view) {
  return std::ranges::any_of(view.partials, [&](const StateView::Partial& partial) {
    const Trace other = TraceOf(view, partial);
    return other.size() >= trace.size() && std::equal(trace.begin(), trace.end(), other.begin());
  });
}

// The step that must not come now, if the event fits one.
const rule::Step* BrokenBy(const rule::Sequence& sequence, size_t stages,
                           const trigger::Contribution& by) {
  size_t passed = 0;
  for (size_t i = 0; i < sequence.steps.size() && passed <= stages; ++i) {
    const rule::Step& step = sequence.steps[i];
    if (!step.absent) passed += static_cast<size_t>(step.at_least);
    if (step.absent && passed == stages && (by.parts & trigger::StepBit(i)) != 0) return &step;
  }
  return nullptr;
}

std::string WhyEnded(const rule::Sequence& sequence, const StateView& before,
                     const StateView::Partial& partial, const trigger::Contribution* by) {
  const Time over = trigger::Later(before.kept[partial.occurrences.front()].time, sequence.within);
  if (by == nullptr || by->place.time > over)
    return fmt::format("{} were over at {}", FormatDuration(sequence.within), FormatTime(over));
  if (by->until) return "'until' came";
  if (const rule::Step* step = BrokenBy(sequence, partial.occurrences.size(), *by))
    return fmt::format("'{}' came, which must stay away", step->name);
  if (before.newest && by->place.time < *before.newest)
    return "an event that came late changed the order";
  return "a newer one took its place";
}

}  // namespace

std::vector<EndedPartial> EndedPartials(const rule::Sequence& sequence, const StateView& before,
                                        const StateView& after, const trigger::Contribution* by,
                                        size_t fired) {
  std::vector<EndedPartial> ended;
  for (const StateView::Partial& partial : before.partials)
    if (!before.kept[partial.occurrences.back()].completed &&
        !GoesOnIn(TraceOf(before, partial), after))
      ended.push_back(
          {.stages = partial.occurrences.size(), .why = WhyEnded(sequence, before, partial, by)});
  // What fires is what had passed most.
  std::ranges::stable_sort(ended, std::greater(), &EndedPartial::stages);
  ended.erase(ended.begin(), ended.begin() + static_cast<ptrdiff_t>(std::min(fired, ended.size())));
  return ended;
}

}  // namespace riposte::app
