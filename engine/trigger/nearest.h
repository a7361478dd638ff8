// How near what a group keeps comes to its criterion, for people who ask why it did not fire.
// Worked out on request: no event pays for it.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"

namespace riposte::trigger {

struct Nearest {
  // Of a count what is measured and its threshold; of a schedule matches; of a sequence its stages,
  // of which a step with `at_least: n` is n; of unordered the steps that are not absent.
  double reached = 0;
  double needed = 0;
  // Of what is counted: the first and the last. Of a schedule: the window, its last millisecond.
  Time first{}, last{};
  Time by{};  // when the last that is missing has to come
  // Steps, by index: of unordered those that are missing, of a sequence the next one. Empty where
  // only what must stay away is to be decided.
  std::vector<size_t> missing{};
  bool operator==(const Nearest&) const = default;
};

}  // namespace riposte::trigger
