// The plain evaluator: a tree walk over the checked expression, part by part. Slow and obvious, so
// that it can judge the fast matcher for ever, and explain a verdict to people.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/regex.h"
#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "engine/match/rule_parts.h"
#include "rules/query/expression.h"
#include "rules/rule/rule.h"

namespace riposte::match {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

// Kleene's logic.
Truth And(Truth a, Truth b);
Truth Or(Truth a, Truth b);
Truth Not(Truth a);

// The patterns that were seen, each compiled once. Keep one for as long as the same rules are
// evaluated. One thread.
class RegexCache {
 public:
  // Valid as long as the cache.
  const Regex& Get(const query::Matches& predicate);

 private:
  boost::unordered_flat_map<std::pair<std::string, bool>, std::unique_ptr<const Regex>>
      compiled_;  // pattern, ignore_case
};

// Whether one value satisfies a predicate of its field's type. Not for an OtherField, which asks
// for more than a value.
Truth EvaluatePredicate(const query::Predicate& predicate, const event::Value& value,
                        const Context& context, RegexCache& regexes);
// The same of an OtherField: whether the value compares with any of the other field.
Truth EvaluateOther(const query::OtherField& other, const event::Value& value,
                    const event::Event& event);
// One node of the expression and what is below it, for the values that stand in `row` (the event
// itself, or the sub-object of a nested group around the node).
Truth EvaluateNode(const query::Expression& expression, query::NodeId node,
                   const event::Event& event, event::RowId row, const Context& context,
                   RegexCache& regexes);
// The whole expression.
Truth Evaluate(const query::Expression& expression, const event::Event& event,
               const Context& context, RegexCache& regexes);

// All rules of a set on one event after the other: what the matcher has to agree with. One thread.
class PlainMatcher {
 public:
  // PartsToMatch() on `profile` only. `rules` must outlive it.
  PlainMatcher(const rule::RuleSet& rules, const schema::Profile& profile);
  PlainMatcher(const PlainMatcher&) = delete;  // its parts point into it
  PlainMatcher& operator=(const PlainMatcher&) = delete;

  // All fields that the rules ask for or read of a match, of each event, whether or not it is one
  // that they are about: what the matcher leaves out, it leaves out on its own responsibility.
  const event::Plan& plan() const { return *plan_; }
  // What matches, ascending.
  std::vector<Match> FindMatches(const event::Event& event, const Context& context);

 private:
  std::deque<query::Expression> joined_;
  const std::vector<RulePart> parts_;  // with queries of `joined_`
  std::shared_ptr<const event::Plan> plan_;
  RegexCache regexes_;
};

}  // namespace riposte::match
