#include "tests/simulation/windows.h"

#include "base/check.h"

namespace riposte::sim {

std::vector<int64_t> ExpectedWindows::Take(const rule::Count& count, const Match& match) {
  const auto [group, is_new] =
      groups_.try_emplace(std::pair(match.rule, match.group), count, lateness_, kKeptMax);
  const std::string event = std::to_string(match.offset);
  trigger::Outcome outcome;
  group->second.OnOccurrence(
      {.place = {.time = match.time, .order = static_cast<uint64_t>(match.offset)},
       .event = event,
       .value = match.value,
       .has_value = match.has_value},
      outcome);
  std::vector<int64_t> fired;
  for (const trigger::Completion& completion : outcome.fired)
    fired.push_back(static_cast<int64_t>(completion.completed_by.order));
  return fired;
}

}  // namespace riposte::sim
