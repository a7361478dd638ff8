#include "engine/match/rule_parts.h"

#include <map>

#include "base/uuid.h"

namespace riposte::match {
namespace {

// In place where it stands as it is.
const query::Expression* QueryOf(const rule::Rule& rule, const rule::Step* part,
                                 std::deque<query::Expression>& joined) {
  if (part == nullptr) return &rule.query;
  if (rule.query.empty()) return &part->query;
  return &joined.emplace_back(rule::PartQuery(rule.query, part));
}

}  // namespace

std::vector<bool> NeededRules(const rule::RuleSet& rules) {
  std::vector<bool> needed(rules.rules.size(), false);
  std::vector<size_t> open;
  std::multimap<Uuid, size_t> silent;  // those that nobody has been seen to take anything of
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const rule::Rule& rule = rules.rules[i];
    if (!rule.enabled) continue;
    if (rule.fires) {
      open.push_back(i);
    } else {
      silent.emplace(rule.id, i);
    }
  }
  while (!open.empty()) {
    const rule::Rule& rule = rules.rules[open.back()];
    needed[open.back()] = true;
    open.pop_back();
    for (const rule::Step* part : rule::PartsOf(rule.trigger)) {
      if (part == nullptr || !part->firings_of) continue;
      const auto [first, last] = silent.equal_range(part->firings_of->rule);
      for (auto taken = first; taken != last; ++taken) open.push_back(taken->second);
      silent.erase(first, last);
    }
  }
  return needed;
}

std::vector<RulePart> PartsToMatch(const rule::RuleSet& rules, const schema::Profile& profile,
                                   std::deque<query::Expression>& joined) {
  const std::vector<bool> needed = NeededRules(rules);
  std::vector<RulePart> matched;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const rule::Rule& rule = rules.rules[i];
    if (!needed[i] || !rule::RunsOn(rule, profile)) continue;
    const std::vector<const rule::Step*> parts = rule::PartsOf(rule.trigger);
    for (uint32_t part = 0; part < parts.size(); ++part) {
      if (parts[part] != nullptr && parts[part]->firings_of) continue;
      matched.push_back({.rule = i, .part = part, .query = QueryOf(rule, parts[part], joined)});
    }
  }
  return matched;
}

}  // namespace riposte::match
