#include "rules/lint/half_name.h"

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {

void CheckHalfName(const RuleQuery& asked, const schema::Schema& schema,
                   text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* wildcard = std::get_if<query::Wildcard>(&node.predicate);
    if (wildcard == nullptr || !IsFullPath(schema.catalogue, node.field)) return;
    const std::string& name = wildcard->parts.back();
    const bool is_name = name.find('.') != std::string::npos && name.front() != '.' &&
                         name.find_first_of("\\/ ") == std::string::npos;
    if (!is_name || wildcard->parts.size() != 2 || !wildcard->parts.front().empty()) return;
    WarnInQuery(
        asked, node.span,
        {.code = "half-name",
         .message = fmt::format("also holds for 'x{}': no separator in front of the name", name),
         .hint = fmt::format("write \"*\\{}\" or \"*/{}\"", name, name)},
        diagnostics);
  });
}

}  // namespace riposte::lint
