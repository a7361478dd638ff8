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

std::vector<TermId> AddParts(std::span<const RulePart> parts, PredicateTable& table) {
  std::vector<TermId> roots;
  roots.reserve(parts.size());
  for (const RulePart& part : parts) roots.push_back(table.Add(*part.query));
  return roots;
}

std::vector<event::FieldUse> FieldUsesOf(const rule::RuleSet& rules,
                                         std::span<const RulePart> parts,
                                         std::span<const TermId> roots, const PredicateTable& table,
                                         const AnchorChoice& choice) {
  const schema::Catalogue& catalogue = rules.schema->catalogue;
  std::vector<event::FieldUse> uses;
  for (size_t i = 0; i < parts.size(); ++i) {
    event::FieldUse use;
    if (const TermId guard = FindGuard(table, choice, catalogue, roots[i], kNoTerm);
        guard != kNoTerm) {
      use.guard = table.term(guard).field;
      use.guard_text = GuardText(table.term(guard));
    }
    for (const schema::FieldId field : parts[i].query->Fields()) {
      use.field = field;
      uses.push_back(use);
    }
    if (i > 0 && parts[i].rule == parts[i - 1].rule) continue;
    for (const schema::FieldId field : rule::FieldsOfMatches(rules.rules[parts[i].rule]))
      uses.push_back({.field = field, .once_matched = true});
  }
  return uses;
}

TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root) {
  return FindGuard(table, choice, catalogue, root, choice.FirstChild(root));
}

}  // namespace riposte::match
