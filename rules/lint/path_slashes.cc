#include "rules/lint/path_slashes.h"

#include <algorithm>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {

namespace {

bool IsWindowsPath(std::string_view text) {
  const bool slashes =
      text.find('/') != std::string_view::npos && text.find('\\') == std::string_view::npos;
  const bool drive = text.size() > 2 && text[1] == ':' && text[2] == '/';
  const bool program = text.ends_with(".exe") || text.ends_with(".dll") || text.ends_with(".sys");
  return slashes && (drive || program);
}

}  // namespace

void CheckPathSlashes(const RuleQuery& asked, const schema::Schema& schema,
                      text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    if (!IsFullPath(schema.catalogue, node.field)) return;
    const std::vector<std::string> literals = LiteralsOf(node.predicate);
    if (std::none_of(literals.begin(), literals.end(), IsWindowsPath)) return;
    WarnInQuery(asked, node.span,
                {.code = "path-slashes",
                 .message = "a path of Windows has backslashes in events",
                 .hint = "write '\\' between its parts"},
                diagnostics);
  });
}

}  // namespace riposte::lint
