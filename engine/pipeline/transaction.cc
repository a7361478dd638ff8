#include "engine/pipeline/transaction.h"

#include <algorithm>

#include "base/check.h"
#include "engine/pipeline/record_parts.h"

namespace riposte::pipeline {
namespace {

double SecondsBetween(Time from, Time to) {
  return std::max(0.0, static_cast<double>((to - from).count()) / 1000.0);
}

}  // namespace

std::optional<int64_t> Transaction::NextOffset(size_t source) const {
  return source < next_offsets_.size() ? next_offsets_[source] : std::nullopt;
}

void Transaction::Begin(Time now) {
  if (begun_) return;
  begun_ = true;
  opened_at_ = now;
}

void Transaction::Pass(size_t source, int64_t offset, Time now) {
  Begin(now);
  if (next_offsets_.size() <= source) next_offsets_.resize(source + 1);
  next_offsets_[source] = offset + 1;
}

void Transaction::Consume(size_t source, int64_t offset, Time now) {
  Pass(source, offset, now);
  if (sources_.size() <= source) sources_.resize(source + 1);
  at_ = source;
  TransactionCounts& counts = sources_[source];
  if (counts.consumed == 0) counts.first_offset = offset;
  counts.last_offset = offset;
  ++counts.consumed;
  ++counts_.consumed;
}

void Transaction::Count(Fate fate) {
  TransactionCounts& counts = sources_[at_];
  switch (fate) {
    case Fate::kMatched:
      ++counts.matched;
      ++counts_.matched;
      break;
    case Fate::kUnmatched:
      ++counts.unmatched;
      ++counts_.unmatched;
      break;
    case Fate::kDeadLettered:
      ++counts.dead_lettered;
      ++counts_.dead_lettered;
      break;
    case Fate::kEmpty:
      ++counts.empty;
      ++counts_.empty;
      break;
  }
}

void Transaction::Put(OutRecord record) {
  output_bytes_ += record.key.size() + record.value.size();
  outputs_.push_back(std::move(record));
}

uint64_t& Transaction::At(std::vector<uint64_t>& by_rule, uint32_t rule) {
  if (by_rule.size() <= rule) by_rule.resize(rule + 1);
  return by_rule[rule];
}

void Transaction::CountMatch(uint32_t rule) { ++At(matches_, rule); }

void Transaction::CountFiring(const remediate::Firing& firing) {
  ++counts_.firings[static_cast<size_t>(firing.rule->severity)];
  firing_times_.push_back(firing.event_time);
}

void Transaction::AddAction(const Action& action) {
  const std::string_view name = remediate::ActionName(action.proposal.action);
  const std::string_view outcome = OutcomeName(action.outcome);
  std::vector<CommandCount>::iterator known = std::find_if(
      commands_.begin(), commands_.end(),
      [&](const CommandCount& entry) { return entry.action == name && entry.outcome == outcome; });
  if (known == commands_.end())
    known = commands_.insert(known, {.action = name, .outcome = outcome, .count = 0});
  ++known->count;
  for (const guard::Decision& decision : action.trail) {
    const std::string_view verdict = guard::VerdictName(decision.verdict);
    std::vector<DecisionCount>::iterator entry =
        std::find_if(decisions_.begin(), decisions_.end(), [&](const DecisionCount& count) {
          return count.guard == decision.guard && count.decision == verdict;
        });
    if (entry == decisions_.end())
      entry = decisions_.insert(entry, {.guard = decision.guard, .decision = verdict, .count = 0});
    ++entry->count;
  }
  if (action.outcome != Outcome::kOrdered) return;
  has_command_ = true;
  command_times_.push_back(action.proposal.command->append_time);
  Put({.topic = OutTopic::kCommands,
       .key = AssetKey(action.proposal.command->asset.id),
       .value = action.command_json});
}

const std::vector<OutRecord>& Transaction::Seal(std::span<const PartitionId> partitions,
                                                rule::RuleSetPtr rules, match::Costs costs,
                                                Time now) {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const TransactionCounts& counts = sources_[i];
    RIPOSTE_CHECK(
        counts.consumed == counts.matched + counts.unmatched + counts.dead_lettered + counts.empty,
        "every record is accounted for");
    if (counts.consumed > 0) Put(CountsRecord(partitions[i], counts, now));
  }
  rules_ = std::move(rules);
  costs_ = std::move(costs);
  return outputs_;
}

void Transaction::Tell(std::span<SourceCount> sources, Time now, Observer& observer) {
  for (size_t i = 0; i < std::min(sources.size(), sources_.size()); ++i)
    sources[i].consumed = sources_[i].consumed;
  for (const Time time : firing_times_) counts_.detection_delay.Add(SecondsBetween(time, now));
  for (const Time time : command_times_) counts_.command_delay.Add(SecondsBetween(time, now));
  counts_.plain_events = costs_.plain_events;
  counts_.find_ns = costs_.find_ns;
  std::vector<RuleCount> rule_counts;
  // Nothing was matched yet: then there are no costs by rule either.
  const auto at = [](const std::vector<uint64_t>& by_rule, size_t i) {
    return i < by_rule.size() ? by_rule[i] : 0;
  };
  for (size_t i = 0; i < rules_->rules.size(); ++i) {
    const RuleCount count{.rule = &rules_->rules[i],
                          .evaluations = at(costs_.evaluations, i),
                          .matches = at(matches_, i),
                          .cost_ns = at(costs_.rule_ns, i),
                          .late = at(late_, i),
                          .evicted = at(evicted_, i)};
    if (count.evaluations + count.matches + count.late + count.evicted > 0)
      rule_counts.push_back(count);
  }
  observer.OnCommit({.sources = sources,
                     .counts = &counts_,
                     .rules = rule_counts,
                     .commands = commands_,
                     .decisions = decisions_});
}

void Transaction::Clear() {
  begun_ = false;
  outputs_.clear();
  output_bytes_ = 0;
  has_command_ = false;
  hurries_ = false;
  sources_.clear();
  next_offsets_.clear();
  counts_ = {};
  for (std::vector<uint64_t>* by_rule : {&matches_, &late_, &evicted_})
    std::fill(by_rule->begin(), by_rule->end(), uint64_t{0});
  commands_.clear();
  decisions_.clear();
  firing_times_.clear();
  command_times_.clear();
  rules_.reset();
}

}  // namespace riposte::pipeline
