#include "engine/pipeline/transaction.h"

#include <algorithm>

#include "base/check.h"

namespace riposte::pipeline {
namespace {

double SecondsBetween(Time from, Time to) {
  return std::max(0.0, static_cast<double>((to - from).count()) / 1000.0);
}

}  // namespace

void Transaction::Consume(int64_t offset, Time now) {
  if (empty()) {
    opened_at_ = now;
    first_offset_ = offset;
  }
  last_offset_ = offset;
  ++counts_.consumed;
}

void Transaction::Put(OutRecord record) {
  output_bytes_ += record.key.size() + record.value.size();
  outputs_.push_back(std::move(record));
}

void Transaction::CountMatch(uint32_t rule) {
  if (matches_.size() <= rule) matches_.resize(rule + 1);
  ++matches_[rule];
}

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

const std::vector<OutRecord>& Transaction::Seal(const PartitionId& partition,
                                                rule::RuleSetPtr rules, const match::Costs& costs,
                                                Time now) {
  RIPOSTE_CHECK(counts_.consumed ==
                    counts_.matched + counts_.unmatched + counts_.dead_lettered + counts_.empty,
                "every record is accounted for");
  Put(CountsRecord(partition,
                   {.first_offset = first_offset_,
                    .last_offset = last_offset_,
                    .consumed = counts_.consumed,
                    .matched = counts_.matched,
                    .unmatched = counts_.unmatched,
                    .dead_lettered = counts_.dead_lettered,
                    .empty = counts_.empty},
                   now));
  rules_ = std::move(rules);
  costs_ = costs;
  return outputs_;
}

void Transaction::Tell(const PartitionId& partition, int64_t lag, Time now, Observer& observer) {
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
                          .cost_ns = at(costs_.rule_ns, i)};
    if (count.evaluations > 0 || count.matches > 0) rule_counts.push_back(count);
  }
  observer.OnCommit({.partition = &partition,
                     .counts = &counts_,
                     .rules = rule_counts,
                     .commands = commands_,
                     .decisions = decisions_,
                     .lag = lag});
}

void Transaction::Clear() {
  outputs_.clear();
  output_bytes_ = 0;
  has_command_ = false;
  counts_ = {};
  std::fill(matches_.begin(), matches_.end(), uint64_t{0});
  commands_.clear();
  decisions_.clear();
  firing_times_.clear();
  command_times_.clear();
  rules_.reset();
}

}  // namespace riposte::pipeline
