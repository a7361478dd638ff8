#include "engine/match/matcher.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include "base/check.h"
#include "engine/match/anchor.h"
#include "engine/match/anchor_index.h"
#include "engine/match/predicate_table.h"
#include "engine/match/program.h"
#include "engine/match/rule_index.h"
#include "engine/match/rule_parts.h"
#include "engine/match/rule_terms.h"
#include "engine/match/sampling.h"

namespace riposte::match {
namespace {

// A part of the matcher: what it matches, its term, and the clause without which it is not looked
// at.
struct Compiled {
  Match match;
  TermId root = kNoTerm;
  TermId guard = kNoTerm;
};

// Matchers are told apart by number: another one may come to stand where one was freed.
uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

struct Matcher::Impl {
  uint64_t number = NextNumber();
  size_t rules_in_set = 0;
  size_t rules_matched = 0;
  std::deque<query::Expression> joined;  // queries that stand nowhere in the rules
  Limits limits;
  std::shared_ptr<const event::Plan> plan;
  Program program;
  std::vector<Compiled> compiled;  // ascending; positions in it are what the index holds
  std::vector<const query::Expression*> queries;  // of them, apart: matching does not look at them
  AnchorIndex anchors;
  RuleIndex rules;

  void Index(const PredicateTable& table, const AnchorChoice& choice,
             const schema::Catalogue& catalogue);
};

struct Matcher::Scratch::Impl {
  uint64_t matcher = 0;  // the number of the one that it is prepared for
  Program::Scratch program;
  AnchorIndex::Scratch anchors;
  std::vector<AnchorId> held;
  EpochMemo seen;  // by position
  std::vector<uint32_t> candidates;
  Costs costs;
  Sampler sampler;
  Lap lap;

  explicit Impl(uint32_t time_every) : sampler(time_every) {}
};

Matcher::Scratch::Scratch(uint32_t time_every) : impl_(std::make_unique<Impl>(time_every)) {}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

const Costs& Matcher::Scratch::costs() const { return impl_->costs; }
void Matcher::Scratch::ResetCosts() {
  Costs& costs = impl_->costs;
  std::ranges::fill(costs.evaluations, 0);
  std::ranges::fill(costs.rule_ns, 0);
  costs.find_ns = 0;
  costs.plain_events = 0;
}

Matcher::Matcher(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Matcher::~Matcher() = default;

void Matcher::Impl::Index(const PredicateTable& table, const AnchorChoice& choice,
                          const schema::Catalogue& catalogue) {
  const auto add = [&](TermId term, std::vector<AnchorId>& ids) {
    for (const Anchor* anchor : choice.Collect(term)) ids.push_back(anchors.Add(*anchor));
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
  };
  std::vector<PartKeys> keys(compiled.size());
  for (size_t i = 0; i < compiled.size(); ++i) {
    const TermId root = compiled[i].root;
    compiled[i].guard = keys[i].guard = GuardOf(table, choice, catalogue, root);
    if (choice.Rarity(root) != AnchorChoice::kNone) add(root, keys[i].first);
  }
  // Where many have the same anchor, each is found by one more.
  std::vector<uint32_t> parts_at(anchors.size());
  for (const PartKeys& of_part : keys)
    for (const AnchorId anchor : of_part.first) ++parts_at[anchor];
  for (size_t i = 0; i < compiled.size(); ++i) {
    const TermId second = choice.SecondChild(compiled[i].root);
    const auto is_common = [&](AnchorId id) { return parts_at[id] > RuleIndex::kFewParts; };
    if (second != kNoTerm && second != keys[i].guard &&
        std::ranges::any_of(keys[i].first, is_common))
      add(second, keys[i].second);
  }
  anchors.Build();
  rules = RuleIndex(keys, anchors.size());
}

std::shared_ptr<const Matcher> Matcher::Compile(const rule::RuleSet& rules,
                                                const schema::Profile& profile,
                                                const Limits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->rules_in_set = rules.rules.size();
  impl->limits = limits;
  PredicateTable table;
  const std::vector<RulePart> parts = PartsToMatch(rules, profile, impl->joined);
  const std::vector<TermId> roots = AddParts(parts, table);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Match match{.rule = parts[i].rule, .part = parts[i].part};
    const bool is_new = i == 0 || parts[i - 1].rule != match.rule;
    impl->rules_matched += is_new ? 1 : 0;
    impl->compiled.push_back({.match = match, .root = roots[i]});
    impl->queries.push_back(parts[i].query);
  }
  const schema::Catalogue& catalogue = rules.schema->catalogue;
  const AnchorChoice choice(table, catalogue);
  impl->plan = event::Plan::CompileUses(*rules.schema, profile,
                                        FieldUsesOf(rules, parts, roots, table, choice));
  impl->program = Program(table, choice);
  impl->Index(table, choice, catalogue);
  return std::shared_ptr<const Matcher>(new Matcher(std::move(impl)));
}

const event::Plan& Matcher::plan() const { return *impl_->plan; }
size_t Matcher::rule_count() const { return impl_->rules_matched; }
const query::Expression& Matcher::QueryOf(const Match& match) const {
  const auto found = std::ranges::lower_bound(impl_->compiled, match, {}, &Compiled::match);
  RIPOSTE_CHECK(found != impl_->compiled.end() && found->match == match, "a match of this matcher");
  return *impl_->queries[static_cast<size_t>(found - impl_->compiled.begin())];
}

void Matcher::Prepare(Scratch::Impl& work) const {
  if (work.matcher == impl_->number) return;
  work.matcher = impl_->number;
  impl_->anchors.Prepare(work.anchors);
  work.costs.evaluations.resize(impl_->rules_in_set);
  work.costs.rule_ns.resize(impl_->rules_in_set);
}

bool Matcher::FindCandidates(const event::Event& event, const Context& context,
                             Scratch::Impl& work) const {
  work.held.clear();
  work.candidates.clear();
  if (!impl_->anchors.Find(event, impl_->limits.windows_max, work.anchors, work.held) ||
      work.held.size() > impl_->limits.anchors_max)
    return false;
  work.seen.Begin(impl_->compiled.size());
  impl_->rules.ForEach(work.held, [&](const Posting& posting) {
    if (posting.guard != kNoTerm &&
        !impl_->program.IsTrue(posting.guard, event, context, work.program))
      return;
    if (work.seen.Insert(posting.position)) work.candidates.push_back(posting.position);
  });
  std::ranges::sort(work.candidates);
  return true;
}

void Matcher::FindMatches(const event::Event& event, const Context& context, Scratch& scratch,
                          std::vector<Match>& matches) const {
  Scratch::Impl& work = *scratch.impl_;
  Prepare(work);
  impl_->program.Begin(work.program);
  Costs& costs = work.costs;
  const bool timed = work.sampler.Next();
  const auto evaluate = [&](const Compiled& candidate) {
    ++costs.evaluations[candidate.match.rule];
    if (timed) work.lap.Begin();
    if (impl_->program.IsTrue(candidate.root, event, context, work.program))
      matches.push_back(candidate.match);
    if (timed) costs.rule_ns[candidate.match.rule] += work.lap.End() * work.sampler.every();
  };
  if (timed) work.lap.Begin();
  const bool found = FindCandidates(event, context, work);
  if (timed) costs.find_ns += work.lap.End() * work.sampler.every();
  if (found) {
    for (const uint32_t position : work.candidates) evaluate(impl_->compiled[position]);
    return;
  }
  ++costs.plain_events;
  for (const Compiled& compiled : impl_->compiled) {
    if (compiled.guard == kNoTerm ||
        impl_->program.IsTrue(compiled.guard, event, context, work.program))
      evaluate(compiled);
  }
}

}  // namespace riposte::match
