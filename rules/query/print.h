// Prints an expression as QQL that parses to the same tree: the canonical text, whose hash
// identifies what a query means.
#pragma once

#include <string>

#include "rules/query/expression.h"

namespace riposte::query {

std::string Print(const Expression& expression, const schema::Catalogue& catalogue);

}  // namespace riposte::query
