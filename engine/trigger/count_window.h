// The occurrences that a group of `count` keeps, in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/trigger/occurrence.h"
#include "engine/trigger/window_measure.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

struct CountEntry {
  Kept kept;
  Mark mark = 0;
  uint32_t repeats = 0;  // of kDistinct: how many were folded into this one
  bool operator==(const CountEntry&) const = default;
};

// How a window is measured.
struct WindowTerms {
  rule::Measure measure = rule::Measure::kMatches;
  double percentile = 0;
  Duration within{};
};

// A value. All calls of one object are with the same terms. An insertion at the end, and the
// measure of the window that ends there, take amortised constant time (of kPercentile: linear, by
// moving numbers); any other insertion takes linear time.
class CountWindow {
 public:
  CountWindow() = default;
  explicit CountWindow(std::vector<CountEntry> ascending) : entries_(std::move(ascending)) {}
  CountWindow(const CountWindow& other);
  CountWindow& operator=(const CountWindow& other);
  CountWindow(CountWindow&&) noexcept = default;
  CountWindow& operator=(CountWindow&&) noexcept = default;
  ~CountWindow() = default;
  bool operator==(const CountWindow& other) const;

  bool empty() const { return size() == 0; }
  size_t size() const { return entries_.size() - gone_; }
  const CountEntry& operator[](size_t index) const { return entries_[gone_ + index]; }
  std::span<const CountEntry> entries() const { return std::span(entries_).subspan(gone_); }
  size_t FirstNotBefore(Time time) const;  // an index; size() if all are before

  // Where it stands now.
  size_t Insert(const WindowTerms& terms, CountEntry entry);
  // Of what stands neither among the first nor among the last Tally::kEnds, the event is forgotten
  // for good, so that a large window stays small. Called after each insertion that stays.
  void Thin(size_t inserted);
  // The first so many.
  std::vector<CountEntry> TakeFront(size_t count);
  void DropFront(size_t count);
  // Of the window that ends at the last.
  double MeasureAtLast(const WindowTerms& terms);
  // Of three with the same value of which the outer ones are at most `within` apart, every window
  // with the middle one has one of the others: the middle one is folded into the first.
  void FoldRepeats(Duration within);

 private:
  WindowMeasure MeasureOfLast(const WindowTerms& terms) const;
  void Follow(const WindowTerms& terms, size_t inserted);
  void Leave(size_t count);

  std::vector<CountEntry> entries_;
  size_t gone_ = 0;  // so many at the beginning are no longer there
  // Of large windows, when it was asked for: the window that ends at the last entry. Follows from
  // the entries, so that it is neither copied nor compared.
  std::unique_ptr<WindowMeasure> at_last_;
};

}  // namespace riposte::trigger
