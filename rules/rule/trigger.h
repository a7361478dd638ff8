// When a rule fires: its trigger criterion, as it is written in a rule file or a Sigma correlation.
// What each means to the millisecond: docs/adr/0007-trigger-semantics.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "rules/query/expression.h"
#include "rules/schema/profile.h"
#include "rules/text/source.h"

namespace riposte::rule {

// The fields whose values together name a group, in the order in which they are written, each once.
// Empty: all matches of the rule are one group.
using GroupBy = std::vector<schema::FieldId>;

// Fires for each matching event.
struct SingleMatch {
  bool operator==(const SingleMatch&) const = default;
};

// The firings of another rule of the set, which take the place of events: a chain of correlations.
struct FiringsOf {
  Uuid rule;
  // What a firing tells are the values of its group. Of each value of this step's key its place
  // there; of what is measured likewise.
  std::vector<size_t> by;
  std::vector<size_t> measured;
  bool by_deadline = false;  // that rule fires when a time is over
  // The fields that it, and what it refers to, read; ascending.
  std::vector<schema::FieldId> reads;
};

// A step of `sequence:` or `unordered:`, or one of several sources of a count: an event fits it,
// or a firing does.
struct Step {
  std::string name{};  // as written, or "step <n>" by its place, from 1
  query::Expression query{};
  std::string query_text{};       // as written, without trailing blanks
  std::string canonical_query{};  // query::Print; of `firings_of` what names that rule's definition
  std::optional<FiringsOf> firings_of{};  // then there is no query, `by` is as long as its `by`
  bool absent = false;
  GroupBy by{};  // of this step, as many as the others have; a value here is joined with those
  int64_t at_least = 1;                     // an absent step, a source: 1
  std::vector<schema::FieldId> distinct{};  // empty: matches are counted
  text::Span span{};
  text::Span query_span{};  // of the query's value
  // Leads spans of `query`'s nodes to the file; null for a step that was made without one.
  std::shared_ptr<const text::Fragment> query_in_file{};
};

// What a window is measured by.
enum class Measure : uint8_t { kMatches, kDistinct, kSum, kAverage, kPercentile };
enum class Comparison : uint8_t { kAtLeast, kMoreThan, kAtMost, kLessThan, kEqual, kNotEqual };

// `count:`, and Sigma's event_count and value_*.
struct Count {
  static constexpr int64_t kAtLeastMax = 10'000;
  static constexpr size_t kSourcesMax = 64;

  Measure measure = Measure::kMatches;
  std::vector<schema::FieldId> fields{};  // of kDistinct: one or more; of the numeric ones: one
  double percentile = 0;                  // of kPercentile: above 0, up to 100
  Comparison comparison = Comparison::kAtLeast;
  double threshold = 1;  // kMatches and kDistinct: a whole number from 1 to kAtLeastMax
  Duration within{};
  Duration cooldown{};  // `within` where nothing is written
  GroupBy group_by{};
  // Empty: what the rule's own query matches. Else what fits any of them (kSourcesMax at most),
  // one event once; the rule has no query, and `group_by` is empty, for each has its own `by`.
  std::vector<Step> of{};
};

// `scheduled:`. Days and times are local ones of the zone.
struct Scheduled {
  enum class Period : uint8_t { kDaily, kWeekly, kMonthly };

  Period period = Period::kDaily;
  std::vector<int> days{};  // ascending; weekly: 1 (Monday) to 7; monthly: 1 to 31; daily: none
  std::chrono::minutes from{0};  // since midnight, below 24 h
  std::chrono::minutes to{0};    // likewise; at or before `from`: on the next day
  std::string timezone = "UTC";  // a name of the IANA data base
  int64_t at_least = 1;
  GroupBy group_by{};
  bool operator==(const Scheduled&) const = default;
};

// `sequence:`.
struct Sequence {
  static constexpr size_t kStepsMax = 16;
  static constexpr int64_t kStagesMax = 100;  // the steps' at_least together

  Duration within{};
  std::vector<Step>
      steps{};  // two or more, or one that is not absent and has at_least; no absent first
  std::optional<Step> until{};  // its query and `by`
};

// `unordered:`, and Sigma's temporal.
struct Unordered {
  static constexpr size_t kStepsMax = 64;

  Duration within{};
  std::vector<Step> steps{};  // at least one that is not absent
};

using Trigger = std::variant<SingleMatch, Count, Scheduled, Sequence, Unordered>;

// "single_match", "count", "scheduled", "sequence", "unordered": its key in a rule file.
std::string_view CriterionName(const Trigger& trigger);
// Its steps in their order, `until` left out; none if it has none. The sources of a count are not
// steps.
std::span<const Step> StepsOf(const Trigger& trigger);
// What an event is matched against, by number (match::Match::part): the steps and behind them
// `until`; or the sources of a count; or, one null, the query of the rule alone. Those with
// `firings_of` keep their number, and no event fits them.
std::vector<const Step*> PartsOf(const Trigger& trigger);
// The fields that it reads of an event that fits one of them: of its groups and what it measures.
// Ascending, each once.
std::vector<schema::FieldId> FieldsOfMatches(const Trigger& trigger);
// The fields that it reads of an event: of its groups, what it measures, and of its steps with
// their queries. Ascending, each once.
std::vector<schema::FieldId> FieldsOf(const Trigger& trigger);
// Whether it fires when a time is over, and no event completes it.
bool FiresByDeadline(const Trigger& trigger);

// What an event has to be for a step: the step's query and that of its rule, which is empty where
// the rule has none. Spans of nodes count in the step's query; those of the rule's are empty.
query::Expression StepQuery(const query::Expression& of_rule, const Step& step);
// The same for each of PartsOf(): of a null that of the rule.
query::Expression PartQuery(const query::Expression& of_rule, const Step* part);

// `suppress:`.
struct Suppress {
  GroupBy by{};
  Duration span{};
  bool operator==(const Suppress&) const = default;
};

}  // namespace riposte::rule
