// What the checks share: when a finding refuses a rule, and where it stands in the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lint/rule_query.h"
#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

// Whether the rule proposes commands: it has a remediation that is not off.
bool Remediates(const rule::Rule& rule);
// Whether agents act on them. A doubt about such a rule is an error.
bool Enforces(const rule::Rule& rule);

// " (ordered by responses.yaml:3)" for a rule whose remediation does not stand in its file, so that
// a finding about it tells where to look; else empty.
std::string OrderedBy(const rule::Rule& rule);

// The profiles that `rule` runs on.
std::vector<const schema::Profile*> ProfilesOf(const rule::Rule& rule,
                                               const schema::Schema& schema);

// What a check says, before it has a place in the file.
struct Finding {
  std::string_view code;
  std::string message, hint;
  // Of the query's text; left out where the file writes that part of the query in another way
  // (escapes, several lines), so that replacing it could break the file.
  std::optional<text::Fix> fix_in_query{};
};

// A warning at a place of the file, or at the rule's id where `in_file` is empty.
void Warn(const rule::Rule& rule, text::Span in_file, Finding finding,
          text::Diagnostics& diagnostics);
// A warning at a node of the query. None at one that a part shares with its rule: there, it is told
// of the rule's own query.
void WarnInQuery(const RuleQuery& asked, text::Span in_query, Finding finding,
                 text::Diagnostics& diagnostics);

// The same, but an error for a rule that enforces.
void AddInQuery(const RuleQuery& asked, text::Span in_query, std::string_view code,
                std::string message, std::string hint, text::Diagnostics& diagnostics);

// A node of the query as its author wrote it, on one line and cut to what fits into a message; of
// one that a part shares with its rule all of the rule's own query.
std::string Excerpt(const RuleQuery& asked, text::Span in_query);

}  // namespace riposte::lint
