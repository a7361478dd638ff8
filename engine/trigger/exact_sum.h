// A sum of numbers without rounding errors: it does not depend on their order, and what was added
// and is taken out again leaves no trace. (Shewchuk, "Adaptive Precision Floating-Point
// Arithmetic", as in Python's math.fsum.)
#pragma once

#include <vector>

namespace riposte::trigger {

class ExactSum {
 public:
  // Beyond this a sum of a group's numbers could overflow.
  static constexpr double kMagnitudeMax = 1e300;

  // `number` is finite, at most kMagnitudeMax from zero. To take it out, add its negative.
  void Add(double number);
  // The exact sum, rounded once: to nearest, ties to even.
  double Value() const;

 private:
  std::vector<double> partials_;  // from small to large; no two have bits of the same weight
};

}  // namespace riposte::trigger
