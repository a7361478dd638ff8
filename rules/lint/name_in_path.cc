#include "rules/lint/name_in_path.h"

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {

void CheckNameInPath(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* equals = std::get_if<query::Equals>(&node.predicate);
    if (equals == nullptr || equals->text.empty() || !IsFullPath(schema.catalogue, node.field))
      return;
    if (equals->text.find_first_of("\\/") != std::string::npos) return;
    WarnInQuery(
        asked, node.span,
        {.code = "name-in-path",
         .message = fmt::format("'{}' is a whole path, and this is a name only",
                                schema.catalogue.token(node.field).name),
         .hint = fmt::format("write \"*\\{}\", or take the token of the name", equals->text)},
        diagnostics);
  });
}

}  // namespace riposte::lint
