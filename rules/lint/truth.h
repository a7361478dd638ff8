// Which parts of a query hold for no event, and which for every one.
#pragma once

#include <vector>

#include "rules/lint/rule_query.h"
#include "rules/rule/rule.h"

namespace riposte::lint {

enum class Truth : uint8_t { kOpen, kNever, kAlways };

// Where two operands of an `and` exclude each other, or two of an `or` leave nothing over.
struct Clash {
  Truth truth =
      Truth::kOpen;          // of the operator, as it stands in the rule: negations around it count
  text::Span first, second;  // the operands, in the query
  bool whole = false;        // and so of the whole query
};

// Only what is certain, values that cannot be read as their type aside. In the order of the text;
// one for each operator.
std::vector<Clash> FindClashes(const RuleQuery& asked, const schema::Schema& schema);

}  // namespace riposte::lint
