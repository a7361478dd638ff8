#include "engine/trigger/count_window.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

namespace riposte::trigger {
namespace {

// Below this a window is measured anew each time: cheaper than what would have to be kept.
constexpr size_t kFollowedFrom = 32;

uint32_t AddRepeats(uint32_t a, uint32_t b) {
  const uint64_t sum = uint64_t{a} + b + 1;
  return static_cast<uint32_t>(std::min<uint64_t>(sum, std::numeric_limits<uint32_t>::max()));
}

// The last two entries of a value that stay.
struct LastTwo {
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();
  size_t before = kNone;
  size_t last = kNone;
};

}  // namespace

CountWindow::CountWindow(const CountWindow& other)
    : entries_(other.entries().begin(), other.entries().end()) {}

CountWindow& CountWindow::operator=(const CountWindow& other) {
  if (this != &other) *this = CountWindow(other);
  return *this;
}

bool CountWindow::operator==(const CountWindow& other) const {
  return std::ranges::equal(entries(), other.entries());
}

size_t CountWindow::FirstNotBefore(Time time) const {
  const std::span<const CountEntry> all = entries();
  const auto at = std::partition_point(
      all.begin(), all.end(), [&](const CountEntry& e) { return e.kept.place.time < time; });
  return static_cast<size_t>(at - all.begin());
}

size_t CountWindow::Insert(const WindowTerms& terms, CountEntry entry) {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(gone_);
  const auto at = std::upper_bound(
      begin, entries_.end(), entry.kept.place,
      [](const Place& place, const CountEntry& other) { return place < other.kept.place; });
  const size_t index = static_cast<size_t>(at - begin);
  entries_.insert(at, std::move(entry));
  if (at_last_ != nullptr) Follow(terms, index);
  return index;
}

// Before the insertion it was so; what is new in the middle is the inserted one, or what it moved
// out of the first or the last.
void CountWindow::Thin(size_t inserted) {
  constexpr size_t kEnds = Tally::kEnds;
  if (size() <= 2 * kEnds) return;
  for (const size_t index : {inserted, kEnds, size() - kEnds - 1})
    if (index >= kEnds && index < size() - kEnds)
      entries_[gone_ + index].kept.event = std::string();
}

// The window that ends at the last entry is the last at_last_->size() entries.
void CountWindow::Follow(const WindowTerms& terms, size_t inserted) {
  const Time from = (*this)[size() - 1].kept.place.time - terms.within;
  if ((*this)[inserted].kept.place.time < from) return;
  at_last_->Add((*this)[inserted].mark);
  for (size_t first = size() - at_last_->size(); (*this)[first].kept.place.time < from; ++first)
    at_last_->Remove((*this)[first].mark);
}

void CountWindow::Leave(size_t count) {
  if (size() - count < kFollowedFrom) at_last_.reset();
  if (at_last_ == nullptr) return;
  for (size_t i = size() - at_last_->size(); i < count; ++i) at_last_->Remove((*this)[i].mark);
}

std::vector<CountEntry> CountWindow::TakeFront(size_t count) {
  Leave(count);
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(gone_);
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  std::vector<CountEntry> taken(std::make_move_iterator(begin), std::make_move_iterator(end));
  gone_ += count;
  if (gone_ * 2 < entries_.size()) return taken;
  // A group that was large gives its memory back.
  entries_ = std::vector<CountEntry>(std::make_move_iterator(end),
                                     std::make_move_iterator(entries_.end()));
  gone_ = 0;
  return taken;
}

void CountWindow::DropFront(size_t count) {
  if (count > 0) TakeFront(count);
}

double CountWindow::MeasureAtLast(const WindowTerms& terms) {
  if (at_last_ != nullptr) return at_last_->Value();
  WindowMeasure measure = MeasureOfLast(terms);
  const double value = measure.Value();
  if (size() >= kFollowedFrom) at_last_ = std::make_unique<WindowMeasure>(std::move(measure));
  return value;
}

WindowMeasure CountWindow::MeasureOfLast(const WindowTerms& terms) const {
  WindowMeasure measure(terms.measure, terms.percentile);
  const Time from = (*this)[size() - 1].kept.place.time - terms.within;
  for (const CountEntry& entry : entries().subspan(FirstNotBefore(from))) measure.Add(entry.mark);
  return measure;
}

void CountWindow::FoldRepeats(Duration within) {
  boost::unordered_flat_map<Mark, LastTwo> last_two;
  std::vector<bool> folded(entries_.size());
  for (size_t i = gone_; i < entries_.size(); ++i) {
    LastTwo& same = last_two[entries_[i].mark];
    const bool fold = same.before != LastTwo::kNone &&
                      entries_[i].kept.place.time - entries_[same.before].kept.place.time <= within;
    if (fold) {
      CountEntry& into = entries_[same.before];
      into.repeats = AddRepeats(into.repeats, entries_[same.last].repeats);
      folded[same.last] = true;
    } else {
      same.before = same.last;
    }
    same.last = i;
  }
  std::vector<CountEntry> left;
  for (size_t i = gone_; i < entries_.size(); ++i)
    if (!folded[i]) left.push_back(std::move(entries_[i]));
  entries_ = std::move(left);
  gone_ = 0;
  at_last_.reset();
}

}  // namespace riposte::trigger
