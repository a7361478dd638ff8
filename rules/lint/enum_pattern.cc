#include "rules/lint/enum_pattern.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/unicode.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/relation.h"

namespace riposte::lint {

void CheckEnumPattern(const RuleQuery& asked, const schema::Schema& schema,
                      text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const schema::Token& token = schema.catalogue.token(node.field);
    const bool is_pattern = std::holds_alternative<query::Wildcard>(node.predicate) ||
                            std::holds_alternative<query::Contains>(node.predicate);
    if (!is_pattern || token.values.empty()) return;
    std::vector<std::string_view> meant;
    for (const std::string& value : token.values) {
      if (Implies(query::Equals{.text = unicode::Fold(value)}, node.predicate))
        meant.push_back(value);
    }
    const bool all = meant.size() == token.values.size();
    WarnInQuery(
        asked, node.span,
        {.code = "enum-pattern",
         .message = fmt::format("'{}' has a closed list of values, and this holds for {} of them",
                                token.name, all ? "each" : std::to_string(meant.size())),
         .hint = all ? fmt::format("write '{} is not null'", token.name)
                     : fmt::format("name {}: {}", meant.size() == 1 ? "it" : "them",
                                   fmt::join(meant, ", "))},
        diagnostics);
  });
}

}  // namespace riposte::lint
