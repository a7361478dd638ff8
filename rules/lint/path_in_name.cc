#include "rules/lint/path_in_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {

void CheckPathInName(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const schema::FieldId path = FullPathOf(schema.catalogue, node.field);
    if (path == schema::kNoField) return;
    const std::vector<std::string> literals = LiteralsOf(node.predicate);
    const bool has_separator =
        std::any_of(literals.begin(), literals.end(), [](const std::string& literal) {
          return literal.find_first_of("\\/") != std::string::npos;
        });
    if (!has_separator) return;
    WarnInQuery(
        asked, node.span,
        {.code = "path-in-name",
         .message = fmt::format("'{}' is a name without its folder, which has no separator",
                                schema.catalogue.token(node.field).name),
         .hint = fmt::format("the whole path is in '{}'", schema.catalogue.token(path).name)},
        diagnostics);
  });
}

}  // namespace riposte::lint
