// What a run has to lead to, from the input partitions alone: one record after the other, the plain
// evaluator on the DOM decoder, and the rest computed anew. Shares with the engine only what has
// tests of its own against oracles: the conversion of single values, hashes, UUIDs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/rule/rule.h"
#include "tests/simulation/kafka_model.h"

namespace riposte::sim {

struct Tally {
  uint64_t consumed = 0, matched = 0, unmatched = 0, dead_lettered = 0, empty = 0;
  bool operator==(const Tally&) const = default;
};

// The same form for what is expected and what was found, each entry one line for people.
struct Outputs {
  std::map<PartitionId, Tally> tallies;                      // by input partition
  std::multiset<std::string> alerts;                         // place, rule, id of the firing
  std::multiset<std::string> decisions;                      // place, rule, action, outcome
  std::multiset<std::string> dead_letters;                   // place, reason
  std::map<std::string, std::vector<std::string>> commands;  // by asset, in their order
  // Of what is expected.
  uint64_t window_firings = 0;
  uint64_t not_ordered_again = 0;
};

// "<topic>-<partition>@<offset>".
std::string PlaceOf(const PartitionId& id, int64_t offset);

// Of all visible records of `inputs`, under these rules, each of them armed and enforcement on.
// `allowed_lateness`: of windows; empty: nobody keeps any, or remembers what was ordered.
Outputs Expect(KafkaModel& kafka, const std::vector<PartitionId>& inputs,
               const rule::RuleSet& rules, std::optional<Duration> allowed_lateness);

}  // namespace riposte::sim
