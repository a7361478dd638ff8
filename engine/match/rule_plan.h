// How the matcher finds each rule, in words: what makes a rule expensive, for people. Compiled
// apart from the matcher, which need not keep it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "rules/rule/rule.h"

namespace riposte::match {

// A condition that a rule is found by.
struct PlannedAnchor {
  std::string clause;     // the condition as QQL, or the whole clause that it is a part of
  bool presence = false;  // looked up is only whether the field has a value
  size_t number = 0;      // of AnchorTally; clauses may share one
};

// Of a part of a rule.
struct PartPlan {
  std::string step;  // its name; empty: the rule's own query
  // One must hold, or else the part is not evaluated. Empty: none is known, it always is.
  std::vector<PlannedAnchor> anchors;
  std::string guard;  // as QQL: what must hold besides, since it says the kind of event; or empty
  // Clauses, as QQL, with a regular expression of which no part is known that every match has.
  std::vector<std::string> open_regexes;
  size_t regexes = 0;  // all of them
  size_t clauses = 0;  // of what is asked for it, with the rule's own query
};

// How often anchors hold, by their numbers in a plan.
class AnchorTally {
 public:
  AnchorTally();
  AnchorTally(AnchorTally&&) noexcept;
  ~AnchorTally();

  // Looks at one more event, decoded by the matcher's plan.
  void Count(const event::Event& event);
  const std::vector<uint64_t>& counts() const;

 private:
  friend class RulePlanner;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One thread.
class RulePlanner {
 public:
  // Both must outlive it.
  RulePlanner(const rule::RuleSet& rules, const schema::Profile& profile);
  ~RulePlanner();

  // Of the rule of this index, which has parts that events of the profile are matched against: of
  // each of them, in their order.
  std::vector<PartPlan> PlanOf(uint32_t rule);
  // For the anchors of all plans so far. To be called once, after the last plan.
  AnchorTally Tally();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::match
