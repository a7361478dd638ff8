#include "engine/match/rule_terms.h"

#include <variant>

#include "base/check.h"
#include "base/unicode.h"

namespace riposte::match {
namespace {

// Whether the clause says what kind of event a rule is about: one of few values.
bool IsGuard(const Term& term, const schema::Catalogue& catalogue) {
  if (term.kind != query::Node::Kind::kClause) return false;
  if (std::holds_alternative<query::BoolIs>(term.predicate())) return true;
  return std::holds_alternative<query::Equals>(term.predicate()) &&
         !catalogue.token(term.field).values.empty();
}

// The rarest of the conditions that all must hold and say what kind of event it is about, `except`
// for one.
TermId FindGuard(const PredicateTable& table, const AnchorChoice& choice,
                 const schema::Catalogue& catalogue, TermId root, TermId except) {
  TermId guard = kNoTerm;
  if (table.term(root).kind != query::Node::Kind::kAnd) return guard;
  for (const TermId child : table.children(root)) {
    if (child == except || !IsGuard(table.term(child), catalogue)) continue;
    if (guard == kNoTerm || choice.Rarity(child) < choice.Rarity(guard)) guard = child;
  }
  return guard;
}

// The folded text of the value that the guard asks for.
std::string GuardText(const Term& guard) {
  if (const auto* is = std::get_if<query::BoolIs>(&guard.predicate()))
    return is->value ? "true" : "false";
  const auto* equals = std::get_if<query::Equals>(&guard.predicate());
  RIPOSTE_CHECK(equals != nullptr, "a guard asks for one value");
  return equals->cased ? unicode::Fold(equals->text) : equals->text;
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

std::vector<event::FieldUse> FieldUsesOf(const rule::RuleSet& rules,
                                         std::span<const RuleTerm> terms,
                                         const PredicateTable& table, const AnchorChoice& choice) {
  const schema::Catalogue& catalogue = rules.schema->catalogue;
  std::vector<event::FieldUse> uses;
  for (const RuleTerm& term : terms) {
    event::FieldUse use;
    if (const TermId guard = FindGuard(table, choice, catalogue, term.root, kNoTerm);
        guard != kNoTerm) {
      use.guard = table.term(guard).field;
      use.guard_text = GuardText(table.term(guard));
    }
    for (const schema::FieldId field : rules.rules[term.rule].query.Fields()) {
      use.field = field;
      uses.push_back(use);
    }
  }
  return uses;
}

TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root) {
  return FindGuard(table, choice, catalogue, root, choice.FirstChild(root));
}

}  // namespace riposte::match
