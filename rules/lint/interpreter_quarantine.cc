#include "rules/lint/interpreter_quarantine.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/protected_images.h"

namespace riposte::lint {

void CheckInterpreterQuarantine(const rule::Rule& rule, const schema::Schema& schema,
                                text::Diagnostics& diagnostics) {
  const bool takes = Remediates(rule) &&
                     rule.remediation->action == rule::RuleAction::kKillProcessAndQuarantineFile;
  if (!takes) return;
  const std::optional<ProtectedChoice> choice =
      FindProtected(rule, schema, schema::Role::kFilePath, ProtectedImages::Files());
  if (!choice) return;
  WarnInQuery(rule, choice->span,
              {.code = "interpreter-quarantine",
               .message = fmt::format("'{}' is the system's own: it is never put into quarantine, "
                                      "and the kill is for all its processes{}",
                                      choice->image, OrderedBy(rule)),
               .hint = "select what was dropped; a start of the program is a PROCESS event"},
              diagnostics);
}

}  // namespace riposte::lint
