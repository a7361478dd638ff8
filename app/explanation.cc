#include "app/explanation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "engine/event/decode.h"
#include "engine/match/rule_parts.h"

namespace riposte::app {
namespace {

using match::Truth;

bool IsNamed(const rule::Rule& rule, const schema::Profile& profile) {
  return rule.profiles.empty() ||
         std::find(rule.profiles.begin(), rule.profiles.end(), profile.name) != rule.profiles.end();
}

void NoteEvent(const event::Event& event, Explanation& explanation) {
  for (size_t i = 0; i < static_cast<size_t>(event::Oddity::kCount); ++i) {
    const auto oddity = static_cast<event::Oddity>(i);
    if (event.Has(oddity)) explanation.oddities.push_back(oddity);
  }
  explanation.event_id = event.TextOf(schema::Role::kEventId);
  explanation.event_type = schema::EventTypeName(event.type());
  if (const event::Value* time = event.First(schema::Role::kEventTime))
    explanation.event_time = time->date;
}

// By a plan and a decoder of its own: it stands beside what it judges, and a rule that does not run
// has no fields in the matcher's plan.
void ExplainQuery(const schema::Schema& schema, std::string_view bytes, Time now,
                  Explanation& explanation) {
  const rule::Rule& rule = *explanation.rule;
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(schema, *explanation.profile, rule::FieldsOf(rule));
  event::Decoder decoder(bytes.size());
  RIPOSTE_CHECK(decoder.Decode(*plan, bytes) == event::Reject::kNone,
                "whether an event is rejected does not depend on the fields that are asked for");
  NoteEvent(decoder.event(), explanation);
  match::RegexCache regexes;
  for (const rule::Step* step : rule::PartsOf(rule.trigger)) {
    if (step != nullptr && step->firings_of) continue;
    ExplainedPart part{.step = step, .asked = rule::PartQuery(rule.query, step), .tree = {}};
    part.tree =
        match::Explain(part.asked, schema.catalogue, decoder.event(), {.now = now}, regexes);
    explanation.parts.push_back(std::move(part));
  }
}

// Whether each part holds exactly if the matcher says so; `matched` are those of the rule.
bool IsConsistent(const Explanation& explanation, const std::vector<const rule::Step*>& matched) {
  const bool runs = rule::RunsOn(*explanation.rule, *explanation.profile);
  return std::ranges::all_of(explanation.parts, [&](const ExplainedPart& part) {
    const bool is_matched = std::ranges::find(matched, part.step) != matched.end();
    return is_matched == (runs && part.tree.truth == Truth::kTrue);
  });
}

Cause CauseOf(const Explanation& explanation, bool enabled) {
  if (explanation.reject != event::Reject::kNone) return Cause::kEventRejected;
  if (!enabled) return Cause::kRuleDisabled;
  if (!IsNamed(*explanation.rule, *explanation.profile)) return Cause::kProfileNotNamed;
  if (!explanation.missing_tokens.empty()) return Cause::kTokensMissing;
  switch (explanation.truth()) {
    case Truth::kTrue:
      return Cause::kQueryHolds;
    case Truth::kFalse:
      return Cause::kQueryFails;
    case Truth::kUnknown:
      break;
  }
  return Cause::kQueryUnknown;
}

}  // namespace

std::string_view CauseName(Cause cause) {
  switch (cause) {
    case Cause::kQueryHolds:
      return "query_holds";
    case Cause::kEventRejected:
      return "event_rejected";
    case Cause::kRuleDisabled:
      return "rule_disabled";
    case Cause::kProfileNotNamed:
      return "profile_not_named";
    case Cause::kTokensMissing:
      return "tokens_missing";
    case Cause::kQueryFails:
      return "query_fails";
    case Cause::kQueryUnknown:
      break;
  }
  return "query_unknown";
}

Truth Explanation::truth() const {
  Truth truth = Truth::kFalse;
  for (const ExplainedPart& part : parts) truth = match::Or(truth, part.tree.truth);
  return truth;
}

Explanation Explain(const rule::RuleSetPtr& rules, size_t rule, const schema::Profile& profile,
                    std::string_view bytes, const remediate::Origin& origin,
                    const Offline::Options& options) {
  const bool enabled = rules->rules[rule].enabled;
  // The whole set's matcher, as it runs in production; it leaves out disabled rules, and those that
  // fire for nobody.
  const bool is_matched = match::NeededRules(*rules)[rule];
  Explanation out;
  out.rules = is_matched ? rules : Alone(*rules, rules->rules[rule]);
  const size_t index = is_matched ? rule : 0;
  out.rule = &out.rules->rules[index];
  out.profile = &profile;
  for (const schema::FieldId field : rule::MissingTokens(*out.rule, profile))
    out.missing_tokens.push_back(rules->schema->catalogue.token(field).name);

  Offline offline(out.rules, profile, options);
  const Judged& judged = offline.Run(bytes, origin);
  out.reject = judged.reject;
  out.error_offset = judged.error_offset;
  if (judged.event != nullptr) ExplainQuery(*rules->schema, bytes, judged.now, out);
  out.cause = CauseOf(out, enabled);

  const std::vector<const rule::Step*> parts = rule::PartsOf(out.rule->trigger);
  std::vector<const rule::Step*> matched;
  for (size_t i = 0; i < judged.matches.size(); ++i) {
    if (judged.matches[i].rule != index) continue;
    if (matched.empty() && out.matches()) out.actions = judged.firings[i].actions;
    matched.push_back(parts[judged.matches[i].part]);
  }
  out.consistent = IsConsistent(out, matched);
  return out;
}

}  // namespace riposte::app
