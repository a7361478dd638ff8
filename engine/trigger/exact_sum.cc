#include "engine/trigger/exact_sum.h"

#include <cmath>
#include <cstddef>
#include <utility>

namespace riposte::trigger {
namespace {

struct Sum {
  double rounded;
  double error;
};

Sum AddExactly(double large, double small) {
  if (std::fabs(large) < std::fabs(small)) std::swap(large, small);
  const double rounded = large + small;
  return {.rounded = rounded, .error = small - (rounded - large)};
}

}  // namespace

void ExactSum::Add(double number) {
  size_t used = 0;
  for (const double partial : partials_) {
    const Sum sum = AddExactly(number, partial);
    if (sum.error != 0) partials_[used++] = sum.error;
    number = sum.rounded;
  }
  partials_.resize(used);
  if (number != 0) partials_.push_back(number);
}

double ExactSum::Value() const {
  if (partials_.empty()) return 0;
  size_t left = partials_.size() - 1;
  Sum sum{.rounded = partials_[left], .error = 0};
  while (left > 0 && sum.error == 0) sum = AddExactly(sum.rounded, partials_[--left]);
  if (left == 0 || (sum.error < 0) != (partials_[left - 1] < 0)) return sum.rounded;
  // What is left decides a tie: the error is half a unit, and more of the same sign follows.
  const double twice = sum.error * 2;
  const double next = sum.rounded + twice;
  return next - sum.rounded == twice ? next : sum.rounded;
}

}  // namespace riposte::trigger
