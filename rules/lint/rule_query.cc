#include "rules/lint/rule_query.h"

#include <variant>

namespace riposte::lint {
namespace {

RuleQuery PartOf(const rule::Rule& rule, const rule::Step& part,
                 std::deque<query::Expression>& joined) {
  return {.rule = rule,
          .part = &part,
          .written = part.query,
          .text = part.query_text,
          .span = part.query_span,
          .in_file = part.query_in_file.get(),
          .asked = rule.query.empty() ? &part.query
                                      : &joined.emplace_back(rule::PartQuery(rule.query, &part))};
}

}  // namespace

RuleQuery OwnQuery(const rule::Rule& rule) {
  const bool has_parts = rule::PartsOf(rule.trigger).front() != nullptr;
  return {.rule = rule,
          .part = nullptr,
          .written = rule.query,
          .text = rule.query_text,
          .span = rule.query_span,
          .in_file = rule.query_in_file.get(),
          .asked = has_parts ? nullptr : &rule.query};
}

std::vector<RuleQuery> QueriesOf(const rule::Rule& rule, std::deque<query::Expression>& joined) {
  std::vector<RuleQuery> queries;
  if (!rule.query.empty()) queries.push_back(OwnQuery(rule));
  for (const rule::Step* part : rule::PartsOf(rule.trigger))
    if (part != nullptr && !part->query.empty()) queries.push_back(PartOf(rule, *part, joined));
  return queries;
}

bool SelectsTargets(const RuleQuery& asked) {
  if (!asked.rule.remediation) return false;
  const rule::Step* const part = asked.part;
  if (part == nullptr) return true;
  if (part->absent) return false;
  const auto* sequence = std::get_if<rule::Sequence>(&asked.rule.trigger);
  if (sequence != nullptr && sequence->until && part == &*sequence->until) return false;
  switch (asked.rule.remediation->remediate) {
    case rule::Remediate::kAll:
      return true;
    case rule::Remediate::kStep:
      return part->name == asked.rule.remediation->step;
    case rule::Remediate::kCompleting:
      break;
  }
  // Of a sequence the last step completes it, of the other criteria any part.
  return sequence == nullptr || part == &sequence->steps.back();
}

}  // namespace riposte::lint
