#include "rules/lint/interpreter_quarantine.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/protected_images.h"

namespace riposte::lint {

void CheckInterpreterQuarantine(const RuleQuery& asked, const schema::Schema& schema,
                                text::Diagnostics& diagnostics) {
  const bool takes =
      Remediates(asked.rule) && SelectsTargets(asked) &&
      asked.rule.remediation->action == rule::RuleAction::kKillProcessAndQuarantineFile;
  if (!takes) return;
  const std::optional<ProtectedChoice> choice =
      FindProtected(asked, schema, schema::Role::kFilePath, ProtectedImages::Files());
  if (!choice) return;
  WarnInQuery(asked, choice->span,
              {.code = "interpreter-quarantine",
               .message = fmt::format("'{}' is the system's own: it is never put into quarantine, "
                                      "and the kill is for all its processes{}",
                                      choice->image, OrderedBy(asked.rule)),
               .hint = "select what was dropped; a start of the program is a PROCESS event"},
              diagnostics);
}

}  // namespace riposte::lint
