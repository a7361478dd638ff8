#include "rules/lint/protected_target.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/protected_images.h"

namespace riposte::lint {

void CheckProtectedTarget(const rule::Rule& rule, const schema::Schema& schema,
                          text::Diagnostics& diagnostics) {
  if (!Remediates(rule) || !rule.remediation->target) return;
  const bool parent = *rule.remediation->target == rule::Target::kParent;
  const std::optional<ProtectedChoice> choice =
      FindProtected(rule, schema, parent ? schema::Role::kParentImage : schema::Role::kProcessImage,
                    ProtectedImages::Processes());
  if (!choice) return;
  WarnInQuery(
      rule, choice->span,
      {.code = parent ? "protected-parent" : "protected-process",
       .message = fmt::format("the kill is for '{}', which is protected: it is always denied{}",
                              choice->image, OrderedBy(rule)),
       .hint =
           parent ? "use 'target: process', or only alert" : "name what it started, or only alert"},
      diagnostics);
}

}  // namespace riposte::lint
