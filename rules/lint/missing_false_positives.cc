#include "rules/lint/missing_false_positives.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckMissingFalsePositives(const rule::Rule& rule, const schema::Schema&,
                                text::Diagnostics& diagnostics) {
  if (!Enforces(rule) || !rule.false_positives.empty()) return;
  Warn(
      rule, rule.places.name,
      {.code = "missing-false-positives",
       .message = "the rule enforces a remediation and names nothing that it could hit by mistake" +
                  OrderedBy(rule),
       .hint = fmt::format(
           "add '{}:'; [none known] is an answer, too",
           rule.language == rule::Language::kSigma ? "falsepositives" : "false_positives")},
      diagnostics);
}

}  // namespace riposte::lint
