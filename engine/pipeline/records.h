// The JSON of what a transaction writes besides commands: alerts, audit, dead letters. Schemas:
// agent-bridge/schema/. Hostile events decide how long much of it is, so each builder keeps to a
// size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/match/held_clauses.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/ports.h"
#include "engine/trigger/suppress.h"

namespace riposte::pipeline {

// The key of records that belong to an input partition: "<topic>-<partition>".
std::string PartitionKey(const PartitionId& partition);

// So many clauses of a match an alert names, and so many bytes of each clause and value.
inline constexpr size_t kMatchedClausesMax = 8;
inline constexpr size_t kMatchedTextMax = 256;

// What an alert shows besides what was decided.
struct Evidence {
  std::vector<match::HeldClause> matched;  // kMatchedClausesMax at most
  size_t event_bytes_max = 0;              // of the copy of the event
  // Of the whole event where its subject has only the first bytes of the record; else 0.
  size_t event_bytes = 0;
  bool cut = false;  // `matched` was left out
};

// The firing of a single match on `event`, which is at hand, and what was ordered, held, denied or
// refused and why, with the evidence. The copy of the event is left out if the whole would exceed
// `value_bytes_max`; it says so. In the worst case `matched` is left out and long texts are cut,
// too, and "truncated" is true.
OutRecord AlertRecord(const Decided& decided, const remediate::Subject& event, Time now,
                      const Evidence& evidence, size_t value_bytes_max);

// One decision about what `target` is about, with what each guard said.
OutRecord DecisionRecord(const Decided& decided, const Action& action,
                         const remediate::Subject& target, Time now, size_t value_bytes_max);

// The counts of one transaction: consumed = matched + unmatched + dead_lettered + empty.
struct TransactionCounts {
  int64_t first_offset = 0, last_offset = 0;
  uint64_t consumed = 0, matched = 0, unmatched = 0, dead_lettered = 0, empty = 0;
};
OutRecord CountsRecord(const PartitionId& partition, const TransactionCounts& counts, Time now);

// Records from `first_offset` on, up to but without `end_offset`, were gone before they were read:
// the operator let the offset jump.
OutRecord CoverageGapRecord(const PartitionId& partition, int64_t first_offset, int64_t end_offset,
                            Time now);

// That a span of a rule's `suppress` is over in which something was silent. `key`: SuppressKeys.
OutRecord SuppressionEndedRecord(const rule::Rule& rule, std::string_view key,
                                 const trigger::SilencedSpan& span, Time now,
                                 size_t value_bytes_max);

// A rejected record. `error_offset`: byte of a broken grammar.
struct DeadLetter {
  event::Reject reason = event::Reject::kInvalidJson;
  const PartitionId* partition = nullptr;
  int64_t offset = 0;
  Time append_time{};
  std::string_view original;
  size_t error_offset = 0;
};
// The original bytes are text if they are UTF-8, else Base64; the first `original_bytes_max` of
// them, fewer if the whole would exceed `value_bytes_max`. Those of poison are Base64 always, and
// none behind what is kept is looked at.
OutRecord DeadLetterRecord(const DeadLetter& letter, Time now, size_t original_bytes_max,
                           size_t value_bytes_max);

// That a record crashed the process `crashes` times and was dead-lettered unparsed: an alert
// without a rule, since nobody knows what the record would have matched.
OutRecord PoisonAlertRecord(const DeadLetter& letter, int64_t crashes, Time now);

}  // namespace riposte::pipeline
