// Prints an expression as QQL that parses to the same tree: the canonical text, whose hash
// identifies what a query means. What only other front ends can say (letter case that counts, a
// wildcard for one character, another field) is printed in words that QQL does not have.
#pragma once

#include <string>

#include "rules/query/expression.h"

namespace riposte::query {

std::string Print(const Expression& expression, const schema::Catalogue& catalogue);

// One node and what is below it, as it is written inside a group over `object`, where names are
// relative to it; kNoField: outside of any.
std::string PrintNode(const Expression& expression, NodeId node, schema::FieldId object,
                      const schema::Catalogue& catalogue);

}  // namespace riposte::query
