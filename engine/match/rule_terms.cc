#include "engine/match/rule_terms.h"

#include <variant>

namespace riposte::match {
namespace {

// Whether the clause says what kind of event a rule is about: one of few values.
bool IsGuard(const Term& term, const schema::Catalogue& catalogue) {
  if (term.kind != query::Node::Kind::kClause) return false;
  if (std::holds_alternative<query::BoolIs>(term.predicate())) return true;
  return std::holds_alternative<query::Equals>(term.predicate()) &&
         !catalogue.token(term.field).values.empty();
}

}  // namespace

std::vector<RuleTerm> AddRules(const rule::RuleSet& rules, const schema::Profile& profile,
                               PredicateTable& table) {
  std::vector<RuleTerm> terms;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const rule::Rule& rule = rules.rules[i];
    if (!rule.enabled || !rule::RunsOn(rule, profile)) continue;
    terms.push_back({.rule = i, .root = table.Add(rule.query)});
  }
  return terms;
}

TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root) {
  TermId guard = kNoTerm;
  if (table.term(root).kind != query::Node::Kind::kAnd) return guard;
  for (const TermId child : table.children(root)) {
    if (child == choice.FirstChild(root) || !IsGuard(table.term(child), catalogue)) continue;
    if (guard == kNoTerm || choice.Rarity(child) < choice.Rarity(guard)) guard = child;
  }
  return guard;
}

}  // namespace riposte::match
