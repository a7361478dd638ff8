#include "engine/match/rule_plan.h"

#include <algorithm>
#include <deque>
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
        parts(PartsToMatch(set, profile, joined)),
        roots(AddParts(parts, table)),
        choice(table, catalogue) {}

  std::string TextOf(const Term& term) const {
    return query::PrintNode(*term.expression, term.node, schema::kNoField, catalogue);
  }
  PartPlan PlanOf(size_t position);
  void AddAnchors(TermId source, PartPlan& plan);
  void LookAtClauses(const query::Expression& expression, PartPlan& plan) const;

  const rule::RuleSet& rules;
  const schema::Catalogue& catalogue;
  std::deque<query::Expression> joined;
  PredicateTable table;
  const std::vector<RulePart> parts;
  const std::vector<TermId> roots;
  const AnchorChoice choice;
  AnchorTally tally;
};

PartPlan RulePlanner::Impl::PlanOf(size_t position) {
  const RulePart& part = parts[position];
  const TermId root = roots[position];
  PartPlan plan;
  const rule::Step* const step = rule::PartsOf(rules.rules[part.rule].trigger)[part.part];
  if (step != nullptr) plan.step = step->name;
  if (choice.Rarity(root) != AnchorChoice::kNone)
    for (const TermId source : choice.Sources(root)) AddAnchors(source, plan);
  const TermId guard = GuardOf(table, choice, catalogue, root);
  if (guard != kNoTerm) plan.guard = TextOf(table.term(guard));
  LookAtClauses(*part.query, plan);
  return plan;
}

// A clause has several anchors if it is a regular expression: they count as one condition each.
void RulePlanner::Impl::AddAnchors(TermId source, PartPlan& plan) {
  for (const Anchor* anchor : choice.Collect(source))
    plan.anchors.push_back({.clause = TextOf(table.term(source)),
                            .presence = IsPresence(*anchor),
                            .number = tally.impl_->index.Add(*anchor)});
}

void RulePlanner::Impl::LookAtClauses(const query::Expression& expression, PartPlan& plan) const {
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

std::vector<PartPlan> RulePlanner::PlanOf(uint32_t rule) {
  const auto first = std::ranges::lower_bound(impl_->parts, rule, {}, &RulePart::rule);
  std::vector<PartPlan> plans;
  for (auto part = first; part != impl_->parts.end() && part->rule == rule; ++part)
    plans.push_back(impl_->PlanOf(static_cast<size_t>(part - impl_->parts.begin())));
  RIPOSTE_CHECK(!plans.empty(), "the rule runs on the profile");
  return plans;
}

AnchorTally RulePlanner::Tally() {
  AnchorTally::Impl& tally = *impl_->tally.impl_;
  tally.counts.resize(tally.index.size());
  tally.index.Build();
  tally.index.Prepare(tally.scratch);
  return std::move(impl_->tally);
}

}  // namespace riposte::match
