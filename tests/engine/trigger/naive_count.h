// The reference of `count`: keeps every arrival and finds everything anew each time, in the words
// of docs/adr/0007-trigger-semantics.md.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/trigger/occurrence.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

class NaiveCount {
 public:
  NaiveCount(const rule::Count& count, Duration lateness, size_t kept_max)
      : count_(count), lateness_(lateness), kept_max_(kept_max) {}

  Fate OnOccurrence(const Occurrence& occurrence, Outcome& outcome) {
    const Time time = occurrence.place.time;
    if (count_.measure != rule::Measure::kMatches && !occurrence.has_value) return Fate::kNoValue;
    if (newest_ && time < *newest_ - lateness_) return Fate::kLate;
    const bool joins = std::ranges::any_of(
        firings_, [&](const Firing& firing) { return firing.open && BelongsTo(firing, time); });
    for (const Firing& firing : firings_)
      if (!joins && !firing.open && BelongsTo(firing, time)) return Fate::kLate;
    newest_ = std::max(newest_.value_or(time), time);
    const Arrival arrival{.kept = {occurrence.place, std::string(occurrence.event)},
                          .value = std::string(occurrence.value),
                          .number = occurrence.number};
    for (Firing& firing : firings_) {
      if (!firing.open || !BelongsTo(firing, time)) continue;
      firing.joined.push_back(arrival.kept);
      return Fate::kJoined;
    }
    CloseUpTo(*newest_, outcome);
    free_.push_back(arrival);
    std::sort(free_.begin(), free_.end(),
              [](const Arrival& a, const Arrival& b) { return a.kept.place < b.kept.place; });
    for (const Arrival& end : std::vector<Arrival>(free_)) {
      const bool contains =
          end.kept.place >= occurrence.place && end.kept.place.time - time <= count_.within;
      if (contains && FireAt(end.kept, occurrence.place, outcome)) return Fate::kFired;
    }
    return Forget();
  }

  void OnTime(Time watermark, Outcome& outcome) { CloseUpTo(watermark, outcome); }

 private:
  struct Arrival {
    Kept kept;
    std::string value;
    double number = 0;
  };
  struct Firing {
    Time time{};
    Kept completed_by;
    bool open = false;
    std::vector<Kept> joined;
  };

  bool BelongsTo(const Firing& firing, Time time) const {
    if (count_.cooldown == Duration::zero()) return time < firing.time - count_.within;
    return time <= firing.time + count_.cooldown;
  }

  double MeasureOf(const std::vector<Arrival>& window) const {
    std::set<std::string> values;
    std::vector<double> numbers;
    double sum = 0;
    for (const Arrival& arrival : window) {
      values.insert(arrival.value);
      numbers.push_back(arrival.number);
      sum += arrival.number;
    }
    const double size = static_cast<double>(window.size());
    switch (count_.measure) {
      case rule::Measure::kMatches:
        return size;
      case rule::Measure::kDistinct:
        return static_cast<double>(values.size());
      case rule::Measure::kSum:
        return sum;
      case rule::Measure::kAverage:
        return sum / size;
      case rule::Measure::kPercentile:
        break;
    }
    // The smallest number that so many percent of them do not exceed.
    std::sort(numbers.begin(), numbers.end());
    size_t rank = 1;
    while (static_cast<double>(rank) * 100 < count_.percentile * size) ++rank;
    return numbers[rank - 1];
  }

  bool Reaches(double measure) const {
    const double threshold = count_.threshold;
    switch (count_.comparison) {
      case rule::Comparison::kAtLeast:
        return !(measure < threshold);
      case rule::Comparison::kMoreThan:
        return threshold < measure;
      case rule::Comparison::kAtMost:
        return !(threshold < measure);
      case rule::Comparison::kLessThan:
        return measure < threshold;
      case rule::Comparison::kEqual:
        return measure == threshold;
      case rule::Comparison::kNotEqual:
        return !(measure == threshold);
    }
    return false;
  }

  bool FireAt(const Kept& last, const Place& arrived, Outcome& outcome) {
    const Place end = last.place;
    std::vector<Arrival> window;
    std::vector<Arrival> after;
    for (const Arrival& arrival : free_) {
      if (arrival.kept.place > end) {
        after.push_back(arrival);
      } else if (arrival.kept.place.time >= end.time - count_.within) {
        window.push_back(arrival);
      }
    }
    const double measure = MeasureOf(window);
    if (!Reaches(measure)) return false;
    Completion completion{.time = end.time, .completed_by = end, .events = {}};
    if (last.event.empty()) completion.completed_by = arrived;
    completion.matches = static_cast<int64_t>(window.size());
    completion.measure = measure;
    for (const Arrival& arrival : window)
      if (!arrival.kept.event.empty()) completion.events.push_back(arrival.kept);
    outcome.fired.push_back(completion);
    Firing firing{.time = end.time,
                  .completed_by = {.place = completion.completed_by, .event = {}},
                  .open = count_.cooldown > Duration::zero(),
                  .joined = {}};
    for (const Kept& event : completion.events)
      if (event.place == completion.completed_by) firing.completed_by = event;
    free_.clear();
    for (const Arrival& arrival : after) {
      if (firing.open && BelongsTo(firing, arrival.kept.place.time)) {
        firing.joined.push_back(arrival.kept);
      } else {
        free_.push_back(arrival);
      }
    }
    firings_.push_back(firing);
    CloseUpTo(*newest_, outcome);
    return true;
  }

  void CloseUpTo(Time now, Outcome& outcome) {
    for (Firing& firing : firings_) {
      if (!firing.open || now <= firing.time + count_.cooldown) continue;
      firing.open = false;
      if (firing.joined.empty()) continue;
      std::sort(firing.joined.begin(), firing.joined.end(),
                [](const Kept& a, const Kept& b) { return a.place < b.place; });
      outcome.closed.push_back({.firing_time = firing.time,
                                .completed_by = firing.completed_by,
                                .joined = TallyOf(firing.joined)});
    }
  }

  static Tally TallyOf(const std::vector<Kept>& sorted) {
    Tally tally;
    tally.count = static_cast<int64_t>(sorted.size());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (i < Tally::kEnds) {
        tally.first.push_back(sorted[i]);
      } else if (sorted.size() - i <= Tally::kEnds) {
        tally.last.push_back(sorted[i]);
      }
    }
    return tally;
  }

  Fate Forget() {
    std::erase_if(free_, [&](const Arrival& arrival) {
      return arrival.kept.place.time < *newest_ - lateness_ - count_.within;
    });
    for (size_t i = Tally::kEnds; i + Tally::kEnds < free_.size(); ++i) free_[i].kept.event.clear();
    if (free_.size() <= kept_max_) return Fate::kCounted;
    free_.erase(free_.begin());
    return Fate::kOverflow;
  }

  rule::Count count_;
  Duration lateness_;
  size_t kept_max_;
  std::optional<Time> newest_;
  std::vector<Arrival> free_;  // sorted; not yet part of a firing
  std::vector<Firing> firings_;
};

}  // namespace riposte::trigger
