// Why a rule matches an event or does not, and what would follow: the query's tree, what else
// decides, and the remediation. It checks itself against the matcher.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/offline.h"
#include "engine/match/explain.h"
#include "engine/trigger/nearest.h"

namespace riposte::app {

// What the verdict is, and what decides it first. Bounded: a field of the JSON form.
enum class Cause {
  kQueryHolds,  // the only one by which a rule matches
  kEventRejected,
  kRuleDisabled,
  kProfileNotNamed,
  kTokensMissing,
  kQueryFails,
  kQueryUnknown,
};
std::string_view CauseName(Cause cause);  // "query_holds", ...

// What is asked of an event for a part of the rule, evaluated.
struct ExplainedPart {
  const rule::Step* step = nullptr;  // of its trigger; null: the rule's own query
  query::Expression asked;           // with the rule's own query, whose nodes have empty spans
  match::Explained tree;
};

// What the event is to one group of a rule with windows, which it meets alone.
struct ExplainedGroup {
  std::string words;               // "asset.id a1, process.username ann"; empty: all are one group
  std::vector<std::string> steps;  // whose place it could take, by name; none of a count's query
  trigger::Fate fate = trigger::Fate::kCounted;
  size_t fitted = 0;                        // parts that it tells of
  std::optional<trigger::Nearest> reached;  // by this event alone; empty: nothing, or it fires
};
// `reached` is not filled in.
ExplainedGroup ExplainGroup(const Taken& taken, const rule::Trigger& trigger,
                            const schema::Catalogue& catalogue);

struct Explanation {
  rule::RuleSetPtr rules;  // what the pointers below point into
  const rule::Rule* rule = nullptr;
  const schema::Profile* profile = nullptr;

  Cause cause = Cause::kQueryHolds;
  bool matches() const { return cause == Cause::kQueryHolds; }
  // Whether the matcher has the same verdict (of a disabled rule: as if it were enabled). If not,
  // one of the two is wrong, and nothing here is to be trusted.
  bool consistent = true;
  std::vector<std::string> missing_tokens;  // that the profile lacks

  // Of the event. Unless it was rejected, `parts` tell about it.
  event::Reject reject = event::Reject::kNone;
  size_t error_offset = 0;  // of a broken grammar
  std::vector<event::Oddity> oddities;
  std::string event_id, event_type;
  std::optional<Time> event_time;
  // As the queries are evaluated, also where the rule does not run: the first cause may hide
  // others. One for each of rule::PartsOf() that does not take firings. The rule matches if one of
  // them holds.
  std::vector<ExplainedPart> parts;
  match::Truth truth() const;  // of the parts

  // Of a rule with windows that matches.
  bool has_windows = false;
  std::string trigger;  // in words
  std::vector<ExplainedGroup> groups;
  size_t left_out = 0;  // parts that hold, but lack a value of their group or of what is measured

  bool fires = false;                     // a rule that matches: by this event alone
  std::vector<pipeline::Action> actions;  // then
};

// `rule` is an index in `rules`, `profile` one of its schema; `origin` as in Offline::Run().
// Errors: those of Offline::Make.
Result<Explanation> Explain(const rule::RuleSetPtr& rules, size_t rule,
                            const schema::Profile& profile, std::string_view bytes,
                            const remediate::Origin& origin, Offline::Options options);

}  // namespace riposte::app
