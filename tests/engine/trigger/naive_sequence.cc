#include "tests/engine/trigger/naive_sequence.h"

namespace riposte::trigger {

bool NaiveSequence::HasAll(const Standing& standing) const {
  return standing.second == rule_.steps[standing.first].at_least;
}

std::optional<size_t> NaiveSequence::NextPresent(size_t step) const {
  for (size_t next = step + 1; next < rule_.steps.size(); ++next)
    if (!rule_.steps[next].absent) return next;
  return std::nullopt;
}

std::optional<NaiveSequence::Standing> NaiveSequence::After(const Standing& standing) const {
  if (!HasAll(standing)) return Standing{standing.first, standing.second + 1};
  const std::optional<size_t> next = NextPresent(standing.first);
  return next ? std::optional<Standing>({*next, 1}) : std::nullopt;
}

bool NaiveSequence::IsBroken(const Standing& standing, const Arrival& by) const {
  if (by.until) return true;
  if (!HasAll(standing)) return false;
  for (size_t i = standing.first + 1; i < rule_.steps.size() && rule_.steps[i].absent; ++i)
    if (by.Fits(i)) return true;
  return false;
}

bool NaiveSequence::TakesValue(const Standing& to, const Members& members,
                               const Arrival& arrival) const {
  if (rule_.steps[to.first].distinct.empty()) return true;
  const int64_t in_step = to.second - 1;
  return std::none_of(members.end() - in_step, members.end(), [&](const Arrival& member) {
    return member.values[to.first] == arrival.values[to.first];
  });
}

// All partials of before the arrival are looked at once, each moves by one at most; those that
// moved take the places of those that did not.
void NaiveSequence::Step(const Arrival& arrival, Partials& partials, Replay& replay) const {
  Partials stay;
  Partials moved;
  if (arrival.Fits(0)) moved[{0, 1}] = {arrival};
  for (const auto& [standing, members] : partials) {
    const std::optional<Standing> after = After(standing);
    if (members.front().at + rule_.within.count() < arrival.at) {
      if (!after) replay.waiting.push_back(members);
    } else if (IsBroken(standing, arrival)) {
      replay.of_use.insert(arrival.order);
    } else if (after && arrival.Fits(after->first) && TakesValue(*after, members, arrival)) {
      moved[*after] = members;
      moved[*after].push_back(arrival);
    } else {
      stay[standing] = members;
    }
  }
  if (!moved.empty()) replay.of_use.insert(arrival.order);
  const bool ends_absent = rule_.steps.back().absent;
  for (const auto& [standing, members] : moved) {
    if (After(standing) || ends_absent)
      stay[standing] = members;
    else
      replay.completed.push_back(members);
  }
  partials = std::move(stay);
}

NaiveSequence::Replay NaiveSequence::ReplayAll() const {
  Replay replay;
  Partials partials;
  for (const Arrival& arrival : all_) Step(arrival, partials, replay);
  for (const auto& [standing, members] : partials)
    if (!After(standing)) replay.waiting.push_back(members);
  return replay;
}

void NaiveSequence::Fire(const Members& members, bool by_deadline, Outcome& outcome) {
  if (!fired_.insert(members.back().order).second) return;
  Completion completion;
  completion.by_deadline = by_deadline;
  completion.time =
      by_deadline ? TimeFromMs(members.front().at) + rule_.within : TimeFromMs(members.back().at);
  if (!by_deadline) completion.completed_by = KeptOf(members.back()).place;
  for (const Arrival& member : members) completion.events.push_back(KeptOf(member));
  for (size_t step = 0; step < rule_.steps.size(); ++step)
    if (!rule_.steps[step].absent)
      completion.steps.insert(completion.steps.end(),
                              static_cast<size_t>(rule_.steps[step].at_least), StepBit(step));
  completion.matches = static_cast<int64_t>(members.size());
  outcome.fired.push_back(std::move(completion));
}

Fate NaiveSequence::Arrive(const Arrival& arrival, Outcome& outcome) {
  if (arrival.steps == 0 && !arrival.until) return Fate::kNoUse;
  if (!all_.empty() && arrival.at < all_.rbegin()->at - lateness_) return Fate::kLate;
  OnTime(TimeFromMs(arrival.at - lateness_), outcome);
  all_.insert(arrival);
  const Replay replay = ReplayAll();
  const size_t before = outcome.fired.size();
  for (const Members& members : replay.completed) Fire(members, false, outcome);
  const bool overflows = all_.size() > most_;
  if (overflows) all_.erase(all_.begin());
  if (outcome.fired.size() > before) return Fate::kFired;
  if (overflows) return Fate::kOverflow;
  return replay.of_use.contains(arrival.order) ? Fate::kCounted : Fate::kNoUse;
}

void NaiveSequence::OnTime(Time watermark, Outcome& outcome) {
  for (const Members& members : ReplayAll().waiting)
    if (TimeFromMs(members.front().at) + rule_.within < watermark) Fire(members, true, outcome);
}

std::optional<Time> NaiveSequence::NextDeadline() {
  std::optional<Time> next;
  for (const Members& members : ReplayAll().waiting) {
    const Time deadline = TimeFromMs(members.front().at) + rule_.within;
    if (!fired_.contains(members.back().order) && (!next || deadline < *next)) next = deadline;
  }
  return next;
}

}  // namespace riposte::trigger
