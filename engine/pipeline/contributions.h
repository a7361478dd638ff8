// What a task's events are to the groups of rules with windows, and which task each goes to: the
// same of a task that keeps windows as of one that keeps none.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "engine/remediate/subject.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

// What goes to another task, by the shuffle (shuffle_record.h).
struct Outgoing {
  int32_t to = 0;  // the number of a state task
  // How far this task was when it came about: what it sends afterwards is not before that, but for
  // what is late.
  Time watermark{};
  trigger::Contribution contribution;
};

// One thread.
class Contributions {
 public:
  explicit Contributions(std::shared_ptr<const trigger::MatchValues> values)
      : values_(std::move(values)) {}

  // The event matched these parts of one rule, ascending; `subject` is what firings tell of it.
  // What that is to the rule's groups, until the next call; its orders: MatchValues::OfEvent.
  std::span<trigger::Contribution> OfMatches(const event::Event& event,
                                             std::span<const match::Match> parts,
                                             const remediate::Subject& subject,
                                             uint64_t& next_index);

  const trigger::LeftOut& left_out() const { return left_out_; }  // since the last Forget()
  void Forget() { left_out_ = {}; }

 private:
  const std::shared_ptr<const trigger::MatchValues> values_;
  trigger::LeftOut left_out_;
  std::vector<uint32_t> parts_;
  std::string payload_;
  std::vector<trigger::Contribution> found_;
};

}  // namespace riposte::pipeline
