// A rule as the engine sees it, and an immutable set of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "rules/query/expression.h"
#include "rules/rule/trigger.h"
#include "rules/schema/profile.h"
#include "rules/text/source.h"

namespace riposte::rule {

enum class Severity : uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };
std::string_view SeverityName(Severity severity);
std::optional<Severity> ParseSeverity(std::string_view text);

enum class AutoMode : uint8_t { kOff, kDryRun, kEnforce };
std::string_view AutoModeName(AutoMode mode);  // "off", "dry_run", "enforce"

enum class RuleAction : uint8_t { kKillProcessAndQuarantineFile, kQuarantineAsset };
std::string_view RuleActionName(RuleAction action);

// Which process a kill is for.
enum class Target : uint8_t { kProcess, kParent, kTree };
std::string_view TargetName(Target target);

// Which of several events in a firing are remediated.
enum class Remediate : uint8_t { kCompleting, kAll, kStep };

struct Remediation {
  AutoMode mode = AutoMode::kOff;
  RuleAction action = RuleAction::kQuarantineAsset;
  std::optional<Target> target;  // always there for a kill
  Remediate remediate = Remediate::kCompleting;
  std::string step{};  // kStep: its name, of a step that is not absent
};

// Where its values stand in its file; empty for what is not there.
struct RemediationPlaces {
  text::Span action, remediate;
};

// One event of a test in the rule file, or only the time that has come.
struct TestEvent {
  // When it arrives, since the beginning of the test; empty: its own time says so, or it comes
  // with the one before it.
  std::optional<Duration> at{};
  std::string json;  // one event in the profile's format; empty: none, time goes on to `at`
  text::Span span;
};
struct ExpectedCommand {
  std::string action;  // "kill_process", "quarantine_file", "quarantine_asset"
  std::string target;  // base name, full path or asset; empty: any
  text::Span span;
};
struct ExpectedFiring {
  Duration at{0};                 // its time, since the beginning of the test
  std::optional<int64_t> events;  // how many completed it
  text::Span span;
};
struct TestCase {
  std::string name;
  std::string profile = "qualys-edr";
  std::vector<TestEvent> events;
  std::optional<int64_t> firings;  // how many; with `each_firing` as many as that has
  std::optional<std::vector<ExpectedFiring>> each_firing;  // as a multiset
  std::optional<std::vector<ExpectedCommand>> commands;    // as a multiset
  text::Span span;
};

// What a rule is written in.
enum class Language : uint8_t { kQql, kSigma };
std::string_view LanguageName(Language language);  // "qql", "sigma"

// Where parts of a rule stand in its file, for findings that point at them; empty for what is not
// there.
struct Places {
  text::Span name, severity, enabled, remediation;
  std::vector<text::Span> tags, references, profiles;  // by index of the rule's lists
};

// How an entry of a responses.yaml selects rules; the first is the strongest.
enum class Selector : uint8_t { kId, kPath, kTag, kLevel };
std::string_view SelectorName(Selector selector);  // "id", "path", "tag", "level": its key

// An entry of a responses.yaml: what it gives to the rules that it selects.
struct Response {
  struct Choice {
    std::string text;  // an id, a pattern of paths, a tag or a level
    text::Span span;
  };
  Selector selector = Selector::kId;
  std::vector<Choice> choices;  // a rule that one of them fits is selected
  int64_t max_rules = 0;        // 1 or more
  std::optional<Trigger> trigger;
  std::string canonical_trigger;  // PrintTrigger; empty without one
  std::optional<Remediation> remediation;

  text::SourcePtr source;
  text::Span span;  // of the entry
  RemediationPlaces remediation_places{};
  text::Span selector_span;  // of the selector's key
  text::Span max_rules_span;
};
using ResponsePtr = std::shared_ptr<const Response>;

struct Rule {
  Uuid id;
  Language language = Language::kQql;
  std::string name;
  std::string description;
  std::string author;
  std::string status;  // of a Sigma rule: "stable", "experimental" ...
  Severity severity = Severity::kMedium;
  bool enabled = true;
  // False: only other rules take its firings; it alerts nobody and orders nothing.
  bool fires = true;
  std::vector<std::string> tags, references, false_positives;
  std::vector<std::string> profiles;  // runs only on these; empty: on each that has its tokens
  query::Expression query;            // empty where the steps of the trigger have all that is asked
  std::string query_text;             // as written, without trailing blanks; of Sigma the detection
  std::string canonical_query;        // query::Print
  Trigger trigger;
  std::string canonical_trigger = "single_match";  // PrintTrigger
  std::optional<Suppress> suppress;
  std::optional<Remediation> remediation;
  ResponsePtr response;  // gave the rule its trigger and remediation; null: they are its own
  std::vector<TestCase> tests;

  // Hash (SHA-256, hex) of what arming depends on: canonical query, trigger, target, action, which
  // events are remediated.
  std::string arming_hash;
  // Hash (SHA-256, hex) of the whole rule's document text, and of what filters and a response add
  // to it: "version" on commands and alerts.
  std::string version;

  text::SourcePtr source;
  text::Span span;        // of the document
  text::Span query_span;  // of the query's value
  // Leads spans of `query`'s nodes to the file; null for a rule that was made without one.
  std::shared_ptr<const text::Fragment> query_in_file;
  text::Span id_span;
  Places places;
};

// The fields that its query and its trigger read, ascending, each once.
std::vector<schema::FieldId> FieldsOf(const Rule& rule);
// The fields that what it does with a match reads, of its trigger and `suppress`; likewise.
std::vector<schema::FieldId> FieldsOfMatches(const Rule& rule);
// Whether `rule` runs on events of `profile`: it names it or names none, and the profile has all
// its tokens.
bool RunsOn(const Rule& rule, const schema::Profile& profile);
// The tokens of `rule` that `profile` lacks.
std::vector<schema::FieldId> MissingTokens(const Rule& rule, const schema::Profile& profile);

// An entry of a responses.yaml and the rules of the set that it is for.
struct AttachedResponse {
  ResponsePtr response;
  size_t selected = 0;      // rules that it selects
  std::vector<Uuid> armed;  // those of them that no stronger entry selects, in the set's order
};

struct RuleSet {
  schema::SchemaPtr schema;
  std::vector<Rule> rules;                  // by path, then place; disabled ones included
  std::vector<AttachedResponse> responses;  // by path, then place
  std::vector<text::SourcePtr> sources;     // all files that were read
  // Over the names and bytes of all files, and the profiles. A file's name counts from the
  // folder that was given, so that the same set has the same hash wherever it is mounted.
  std::string sha256;
};
using RuleSetPtr = std::shared_ptr<const RuleSet>;

}  // namespace riposte::rule
