// What a user's own rules cost on their own events: how fast, and which rules take the time, and
// why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/recorded_events.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// Processor time for all events once: the median of the runs.
struct Timing {
  double seconds = 0;
  double spread = 0;  // (slowest - fastest) / median
};

// Why a rule costs what it does. Bounded: a field of the JSON form; docs/operations.md.
enum class CostCause : uint8_t {
  kNoAnchor,      // nothing is known that must hold, so that it is evaluated for every event
  kCommonAnchor,  // what it is found by holds in many events
  kOpenRegex,     // a regular expression that no literal stands before
  kRegex,         // regular expressions, and an evaluation takes long
  kManyClauses,   // many clauses, and an evaluation takes long
  kMatches,       // it matches many events
  kCount,
};
std::string_view CostCauseName(CostCause cause);  // "no_anchor", ...

struct CostReason {
  CostCause cause = CostCause::kNoAnchor;
  std::string words;
};

struct RuleCost {
  uint32_t rule = 0;                // index in RuleSet::rules
  uint64_t evaluations = 0;         // of all its parts
  uint64_t matches = 0;             // events that fit at least one
  double ns_per_event = 0;          // of all events, evaluated for or not
  double share = 0;                 // of the time from bytes to matches
  std::vector<CostReason> reasons;  // none: it is cheap, or no reason is known
};

struct BenchResult {
  size_t events = 0, bytes = 0, rejected = 0;
  size_t rules = 0;            // that run on the profile
  size_t rules_evaluated = 0;  // of them, for any event
  uint64_t matches = 0, matched_events = 0, evaluations = 0;
  uint64_t plain_events = 0;            // for which all rules were evaluated
  Timing dom{}, decode{}, whole{};      // simdjson's DOM; the rules' fields; from bytes to matches
  double find_ns = 0, evaluate_ns = 0;  // parts of `whole`, for each event
  std::vector<RuleCost> ranking;        // the most expensive rules first
};

struct BenchOptions {
  size_t repeat = 5;  // runs, besides one to warm up
  size_t top = 20;    // how many rules are ranked; 0: all that are evaluated
  size_t event_bytes_max = 1'048'588;
};

// `profile` is one of the rules' schema, and there is at least one event. `now` of a query is the
// time of its event, as in Offline. Takes the processor for itself.
BenchResult Bench(const rule::RuleSet& rules, const schema::Profile& profile,
                  const RecordedEvents& events, const BenchOptions& options);

}  // namespace riposte::app
