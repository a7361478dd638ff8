#include "rules/lint/duplicate_rule.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

// What a rule does; two of the same are one too many.
std::string EffectOf(const rule::Rule& rule) {
  std::string order;
  if (rule.remediation) {
    order = fmt::format("{} {} {} {} {}", rule::AutoModeName(rule.remediation->mode),
                        rule::RuleActionName(rule.remediation->action),
                        rule.remediation->target ? rule::TargetName(*rule.remediation->target) : "",
                        static_cast<int>(rule.remediation->remediate), rule.remediation->step);
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}", rule.fires, order, fmt::join(rule.profiles, " "),
                     rule.canonical_query, rule.canonical_trigger);
}

// Whether it is known what the rule finds: its own query says it, or its trigger's parts do.
bool SaysWhatItFinds(const rule::Rule& rule) {
  return !rule.canonical_query.empty() || rule::PartsOf(rule.trigger).front() != nullptr;
}

}  // namespace

void CheckDuplicateRules(const rule::RuleSet& rules, text::Diagnostics& diagnostics) {
  boost::unordered_flat_map<std::string, const rule::Rule*> by_effect;
  for (const rule::Rule& rule : rules.rules) {
    if (!rule.enabled || !SaysWhatItFinds(rule)) continue;
    const auto [first, is_new] = by_effect.emplace(EffectOf(rule), &rule);
    if (is_new) continue;
    Warn(rule, rule.query_span,
         {.code = "duplicate-rule",
          .message =
              fmt::format("'{}' finds and orders the same as '{}'", rule.name, first->second->name),
          .hint = fmt::format("first in {}; remove one of them", first->second->source->path())},
         diagnostics);
  }
}

}  // namespace riposte::lint
