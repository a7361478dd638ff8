#include "engine/trigger/window_measure.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <xxhash.h>

namespace riposte::trigger {
namespace {

using rule::Measure;

double NumberOf(Mark mark) { return std::bit_cast<double>(mark); }

bool CanBeAdded(double number) { return std::fabs(number) <= ExactSum::kMagnitudeMax; }

}  // namespace

bool IsMeasurable(Measure measure, const Occurrence& occurrence) {
  switch (measure) {
    case Measure::kMatches:
      return true;
    case Measure::kDistinct:
      return occurrence.has_value;
    case Measure::kSum:
    case Measure::kAverage:
    case Measure::kPercentile:
      return occurrence.has_value && CanBeAdded(occurrence.number);
  }
  return false;
}

Mark MarkOf(Measure measure, const Occurrence& occurrence) {
  switch (measure) {
    case Measure::kMatches:
      return 0;
    case Measure::kDistinct:
      return XXH3_64bits(occurrence.value.data(), occurrence.value.size());
    case Measure::kSum:
    case Measure::kAverage:
    case Measure::kPercentile:
      // Zero has one form.
      return std::bit_cast<Mark>(occurrence.number + 0.0);
  }
  return 0;
}

bool IsMark(Measure measure, Mark mark) {
  if (measure == Measure::kDistinct) return true;
  if (measure == Measure::kMatches) return mark == 0;
  return CanBeAdded(NumberOf(mark)) && (mark == 0 || NumberOf(mark) != 0);
}

void WindowMeasure::Add(Mark mark) {
  ++size_;
  switch (measure_) {
    case Measure::kMatches:
      return;
    case Measure::kDistinct:
      ++values_[mark];
      return;
    case Measure::kSum:
    case Measure::kAverage:
      sum_.Add(NumberOf(mark));
      return;
    case Measure::kPercentile:
      numbers_.push_back(NumberOf(mark));
      return;
  }
}

void WindowMeasure::Remove(Mark mark) {
  --size_;
  switch (measure_) {
    case Measure::kMatches:
      return;
    case Measure::kDistinct:
      if (const auto value = values_.find(mark); --value->second == 0) values_.erase(value);
      return;
    case Measure::kSum:
    case Measure::kAverage:
      sum_.Add(-NumberOf(mark));
      return;
    case Measure::kPercentile:
      SortNumbers();
      numbers_.erase(std::lower_bound(numbers_.begin(), numbers_.end(), NumberOf(mark)));
      sorted_ = numbers_.size();
      return;
  }
}

double WindowMeasure::Value() {
  switch (measure_) {
    case Measure::kMatches:
      return static_cast<double>(size_);
    case Measure::kDistinct:
      return static_cast<double>(values_.size());
    case Measure::kSum:
      return sum_.Value();
    case Measure::kAverage:
      return sum_.Value() / static_cast<double>(size_);
    case Measure::kPercentile:
      SortNumbers();
      return numbers_[NearestRank(percentile_, size_) - 1];
  }
  return 0;
}

void WindowMeasure::SortNumbers() {
  if (sorted_ == numbers_.size()) return;
  const auto first_new = numbers_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(first_new, numbers_.end());
  std::inplace_merge(numbers_.begin(), first_new, numbers_.end());
  sorted_ = numbers_.size();
}

// A percentile as it is written has few decimals, its double has an error: 99.9 % of 1000 are 999.
size_t NearestRank(double percentile, size_t size) {
  constexpr double kRounding = 1e-9;
  const double rank = std::ceil(percentile * static_cast<double>(size) / 100 - kRounding);
  return std::clamp(static_cast<size_t>(std::max(rank, 1.0)), size_t{1}, size);
}

}  // namespace riposte::trigger
