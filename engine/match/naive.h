// The plain evaluator: a tree walk over the checked expression, rule by rule. Slow and obvious, so
// that it can judge the fast matcher for ever, and explain a verdict to people.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "rules/query/expression.h"
#include "rules/rule/rule.h"

namespace riposte::match {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

Truth And(Truth a, Truth b);
Truth Or(Truth a, Truth b);
Truth Not(Truth a);

// Whether one value satisfies a predicate of its field's type.
Truth EvaluatePredicate(const query::Predicate& predicate, const event::Value& value,
                        const Context& context);
// The whole expression.
Truth Evaluate(const query::Expression& expression, const event::Event& event,
               const Context& context);

// All enabled rules of the set that run on the event's profile, ascending.
std::vector<Match> FindMatchesNaively(const rule::RuleSet& rules, const event::Event& event,
                                      const Context& context);

}  // namespace riposte::match
