#include "tests/engine/trigger/naive_unordered.h"

namespace riposte::trigger {

NaiveUnordered::NaiveUnordered(const rule::Unordered& unordered, Duration allowed_lateness)
    : rule_(unordered), within_(unordered.within.count()), lateness_(allowed_lateness.count()) {
  for (size_t i = 0; i < rule_.steps.size(); ++i)
    if (rule_.steps[i].absent) absent_ |= StepBit(i);
}

bool NaiveUnordered::HasAll(const std::vector<Arrival>& events) const {
  for (size_t i = 0; i < rule_.steps.size(); ++i) {
    const rule::Step& step = rule_.steps[i];
    std::multiset<std::string> all;
    for (const Arrival& event : events)
      if (event.Fits(i)) all.insert(event.values[i]);
    const std::set<std::string> distinct(all.begin(), all.end());
    const size_t count = step.distinct.empty() ? all.size() : distinct.size();
    if (!step.absent && count < static_cast<size_t>(step.at_least)) return false;
  }
  return true;
}

bool NaiveUnordered::IsBroken(int64_t from, int64_t to) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Arrival& one) {
    return (one.steps & absent_) != 0 && from <= one.at && one.at <= to;
  });
}

std::optional<NaiveUnordered::Found> NaiveUnordered::First() const {
  std::vector<Arrival> present;
  for (const Arrival& one : all_)
    if ((one.steps & ~absent_) != 0 && !IsUsedUp(one)) present.push_back(one);
  for (const Arrival& end : present) {
    Found found;
    for (const Arrival& one : present)
      if (one.at >= end.at - within_ && !(end < one)) found.events.push_back(one);
    found.deadline = found.events.front().at + within_;
    if (HasAll(found.events) && !IsBroken(end.at - within_, found.deadline)) return found;
  }
  return std::nullopt;
}

void NaiveUnordered::Fire(const Found& found, Outcome& outcome) {
  used_ = found.events.back();
  Completion completion;
  completion.by_deadline = absent_ != 0;
  completion.time = TimeFromMs(completion.by_deadline ? found.deadline : used_->at);
  if (!completion.by_deadline) completion.completed_by = KeptOf(*used_).place;
  for (const Arrival& event : found.events) {
    completion.events.push_back(KeptOf(event));
    completion.steps.push_back(event.steps & ~absent_);
  }
  completion.matches = static_cast<int64_t>(found.events.size());
  outcome.fired.push_back(std::move(completion));
}

Fate NaiveUnordered::Arrive(const Arrival& arrival, Outcome& outcome) {
  if (arrival.steps == 0) return Fate::kNoUse;
  if (newest_ && arrival.at < *newest_ - lateness_) return Fate::kLate;
  OnTime(TimeFromMs(arrival.at - lateness_), outcome);
  if (IsUsedUp(arrival) && (arrival.steps & absent_) == 0) return Fate::kJoined;
  newest_ = std::max(newest_.value_or(arrival.at), arrival.at);
  all_.insert(arrival);
  bool fired = false;
  for (std::optional<Found> found; absent_ == 0 && (found = First()); fired = true)
    Fire(*found, outcome);
  return fired ? Fate::kFired : Fate::kCounted;
}

void NaiveUnordered::OnTime(Time watermark, Outcome& outcome) {
  if (absent_ == 0) return;
  for (std::optional<Found> found; (found = First()) && TimeFromMs(found->deadline) < watermark;)
    Fire(*found, outcome);
}

std::optional<Time> NaiveUnordered::NextDeadline() {
  const std::optional<Found> found = absent_ == 0 ? std::nullopt : First();
  return found ? std::optional<Time>(TimeFromMs(found->deadline)) : std::nullopt;
}

}  // namespace riposte::trigger
