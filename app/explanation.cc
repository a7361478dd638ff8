#include "app/explanation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "engine/event/decode.h"

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
  const query::Expression& query = explanation.rule->query;
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(schema, *explanation.profile, query.Fields());
  event::Decoder decoder(bytes.size());
  RIPOSTE_CHECK(decoder.Decode(*plan, bytes) == event::Reject::kNone,
                "whether an event is rejected does not depend on the fields that are asked for");
  NoteEvent(decoder.event(), explanation);
  match::RegexCache regexes;
  explanation.query =
      match::Explain(query, schema.catalogue, decoder.event(), {.now = now}, regexes);
}

Cause CauseOf(const Explanation& explanation, bool enabled) {
  if (explanation.reject != event::Reject::kNone) return Cause::kEventRejected;
  if (!enabled) return Cause::kRuleDisabled;
  if (!IsNamed(*explanation.rule, *explanation.profile)) return Cause::kProfileNotNamed;
  if (!explanation.missing_tokens.empty()) return Cause::kTokensMissing;
  switch (explanation.query->truth) {
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

Explanation Explain(const rule::RuleSetPtr& rules, size_t rule, const schema::Profile& profile,
                    std::string_view bytes, const remediate::Origin& origin,
                    const Offline::Options& options) {
  const bool enabled = rules->rules[rule].enabled;
  // The whole set's matcher, as it runs in production; it leaves out disabled rules.
  Explanation out;
  out.rules = enabled ? rules : Alone(*rules, rules->rules[rule]);
  const size_t index = enabled ? rule : 0;
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

  const auto match =
      std::find_if(judged.matches.begin(), judged.matches.end(),
                   [index](const match::Match& candidate) { return candidate.rule == index; });
  const bool matched = match != judged.matches.end();
  out.consistent = matched == (out.query && out.query->truth == Truth::kTrue &&
                               rule::RunsOn(*out.rule, profile));
  if (matched && out.matches())
    out.actions = judged.firings[static_cast<size_t>(match - judged.matches.begin())].actions;
  return out;
}

}  // namespace riposte::app
