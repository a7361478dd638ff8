#include "engine/match/rule_plan.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "engine/match/anchor.h"
#include "engine/match/anchor_index.h"
#include "engine/match/predicate_table.h"
#include "engine/match/rule_terms.h"
#include "rules/query/print.h"

namespace riposte::match {
namespace {

using query::Node;

bool IsPresence(const Anchor& anchor) { return anchor.kind == Anchor::Kind::kExists; }

}  // namespace

struct AnchorTally::Impl {
  AnchorIndex index;
  AnchorIndex::Scratch scratch;
  std::vector<AnchorId> held;
  std::vector<uint64_t> counts;
};

AnchorTally::AnchorTally() : impl_(std::make_unique<Impl>()) {}
AnchorTally::AnchorTally(AnchorTally&&) noexcept = default;
AnchorTally::~AnchorTally() = default;

void AnchorTally::Count(const event::Event& event) {
  impl_->held.clear();
  impl_->index.Find(event, std::numeric_limits<size_t>::max(), impl_->scratch, impl_->held);
  for (const AnchorId anchor : impl_->held) ++impl_->counts[anchor];
}

const std::vector<uint64_t>& AnchorTally::counts() const { return impl_->counts; }

struct RulePlanner::Impl {
  Impl(const rule::RuleSet& set, const schema::Profile& profile)
      : rules(set),
        catalogue(set.schema->catalogue),
        terms(AddRules(set, profile, table)),
        choice(table, catalogue) {}

  std::string TextOf(const Term& term) const {
    return query::PrintNode(*term.expression, term.node, schema::kNoField, catalogue);
  }
  void AddAnchors(TermId source, RulePlan& plan);
  void LookAtClauses(const query::Expression& expression, RulePlan& plan) const;

  const rule::RuleSet& rules;
  const schema::Catalogue& catalogue;
  PredicateTable table;
  const std::vector<RuleTerm> terms;
  const AnchorChoice choice;
  AnchorTally tally;
};

// A clause has several anchors if it is a regular expression: they count as one condition each.
void RulePlanner::Impl::AddAnchors(TermId source, RulePlan& plan) {
  for (const Anchor* anchor : choice.Collect(source))
    plan.anchors.push_back({.clause = TextOf(table.term(source)),
                            .presence = IsPresence(*anchor),
                            .number = tally.impl_->index.Add(*anchor)});
}

void RulePlanner::Impl::LookAtClauses(const query::Expression& expression, RulePlan& plan) const {
  for (uint32_t i = 0; i < expression.nodes().size(); ++i) {
    const Node& node = expression.nodes()[i];
    if (node.kind != Node::Kind::kClause) continue;
    ++plan.clauses;
    if (!std::holds_alternative<query::Matches>(node.predicate)) continue;
    ++plan.regexes;
    if (std::ranges::all_of(AnchorsOf(node.predicate, node.field, catalogue).anchors, IsPresence))
      plan.open_regexes.push_back(
          query::PrintNode(expression, query::NodeId{i}, schema::kNoField, catalogue));
  }
}

RulePlanner::RulePlanner(const rule::RuleSet& rules, const schema::Profile& profile)
    : impl_(std::make_unique<Impl>(rules, profile)) {}
RulePlanner::~RulePlanner() = default;

RulePlan RulePlanner::PlanOf(uint32_t rule) {
  const auto term = std::ranges::lower_bound(impl_->terms, rule, {}, &RuleTerm::rule);
  RIPOSTE_CHECK(term != impl_->terms.end() && term->rule == rule, "the rule runs on the profile");
  RulePlan plan;
  if (impl_->choice.Rarity(term->root) != AnchorChoice::kNone)
    for (const TermId source : impl_->choice.Sources(term->root)) impl_->AddAnchors(source, plan);
  const TermId guard = GuardOf(impl_->table, impl_->choice, impl_->catalogue, term->root);
  if (guard != kNoTerm) plan.guard = impl_->TextOf(impl_->table.term(guard));
  impl_->LookAtClauses(impl_->rules.rules[rule].query, plan);
  return plan;
}

AnchorTally RulePlanner::Tally() {
  AnchorTally::Impl& tally = *impl_->tally.impl_;
  tally.counts.resize(tally.index.size());
  tally.index.Build();
  tally.index.Prepare(tally.scratch);
  return std::move(impl_->tally);
}

}  // namespace riposte::match
