#include "rules/lint/protected_target.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/protected_images.h"

namespace riposte::lint {

void CheckProtectedTarget(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics) {
  if (!Remediates(asked.rule) || !asked.rule.remediation->target || !SelectsTargets(asked)) return;
  const bool parent = *asked.rule.remediation->target == rule::Target::kParent;
  const std::optional<ProtectedChoice> choice = FindProtected(
      asked, schema, parent ? schema::Role::kParentImage : schema::Role::kProcessImage,
      ProtectedImages::Processes());
  if (!choice) return;
  WarnInQuery(
      asked, choice->span,
      {.code = parent ? "protected-parent" : "protected-process",
       .message = fmt::format("the kill is for '{}', which is protected: it is always denied{}",
                              choice->image, OrderedBy(asked.rule)),
       .hint =
           parent ? "use 'target: process', or only alert" : "name what it started, or only alert"},
      diagnostics);
}

}  // namespace riposte::lint
