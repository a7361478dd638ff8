#include "app/explanation.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <variant>

#include "app/trigger_words.h"
#include "base/check.h"
#include "engine/event/decode.h"
#include "engine/match/rule_parts.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/state_view.h"

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

std::string GroupWords(const rule::GroupBy& by, std::string_view key,
                       const schema::Catalogue& catalogue) {
  const std::vector<std::string> values = trigger::ValuesOfKey(key);
  std::string words;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) words += ", ";
    if (i < by.size() && by[i] != schema::kNoField) words += catalogue.token(by[i]).name + " ";
    words += values[i];
  }
  return words;
}

const rule::GroupBy& GroupFields(const rule::Trigger& trigger, const rule::Step* part) {
  static const rule::GroupBy kNone;
  if (part != nullptr) return part->by;
  if (const auto* count = std::get_if<rule::Count>(&trigger)) return count->group_by;
  if (const auto* scheduled = std::get_if<rule::Scheduled>(&trigger)) return scheduled->group_by;
  return kNone;
}

const rule::Step* UntilOf(const rule::Trigger& trigger) {
  const auto* sequence = std::get_if<rule::Sequence>(&trigger);
  return sequence != nullptr && sequence->until ? &*sequence->until : nullptr;
}

bool Fits(const trigger::Contribution& contribution, size_t part, bool is_until) {
  return is_until ? contribution.until : (contribution.parts & trigger::StepBit(part)) != 0;
}

std::optional<trigger::Nearest> ReachedIn(const std::vector<trigger::ChangedGroup>& changed,
                                          const trigger::Contribution& by, const rule::Rule& rule,
                                          const trigger::WindowOptions& windows) {
  for (const trigger::ChangedGroup& group : changed)
    if (group.rule == by.rule && group.key == by.key && group.state)
      return trigger::ViewState(rule, windows, *group.state).value().nearest;
  return std::nullopt;
}

// `matched`: how many of its parts.
void ExplainWindows(const Judged& judged, uint32_t rule, size_t matched,
                    const trigger::WindowOptions& windows, Explanation& explanation) {
  const rule::Trigger& trigger = explanation.rule->trigger;
  if (std::holds_alternative<rule::SingleMatch>(trigger)) return;
  const schema::Catalogue& catalogue = explanation.rules->schema->catalogue;
  explanation.has_windows = true;
  explanation.trigger = TriggerWords(trigger, catalogue);
  explanation.left_out = matched;
  for (const Taken& taken : judged.taken) {
    if (taken.contribution.rule != rule) continue;
    ExplainedGroup& group =
        explanation.groups.emplace_back(ExplainGroup(taken, trigger, catalogue));
    explanation.left_out -= group.fitted;
    if (taken.fate != trigger::Fate::kFired)
      group.reached = ReachedIn(judged.changed, taken.contribution, *explanation.rule, windows);
  }
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

ExplainedGroup ExplainGroup(const Taken& taken, const rule::Trigger& trigger,
                            const schema::Catalogue& catalogue) {
  ExplainedGroup group;
  group.fate = taken.fate;
  const std::vector<const rule::Step*> parts = rule::PartsOf(trigger);
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_until = parts[i] != nullptr && parts[i] == UntilOf(trigger);
    if (!Fits(taken.contribution, i, is_until)) continue;
    ++group.fitted;
    group.words = GroupWords(GroupFields(trigger, parts[i]), taken.contribution.key, catalogue);
    if (parts[i] != nullptr) group.steps.push_back(is_until ? "until" : parts[i]->name);
  }
  return group;
}

Truth Explanation::truth() const {
  Truth truth = Truth::kFalse;
  for (const ExplainedPart& part : parts) truth = match::Or(truth, part.tree.truth);
  return truth;
}

Result<Explanation> Explain(const rule::RuleSetPtr& rules, size_t rule,
                            const schema::Profile& profile, std::string_view bytes,
                            const remediate::Origin& origin, Offline::Options options) {
  const bool enabled = rules->rules[rule].enabled;
  // The whole set's matcher, as it runs in production; it leaves out disabled rules, and those that
  // fire for nobody.
  const bool is_matched = match::NeededRules(*rules)[rule];
  Explanation out;
  out.rules = is_matched ? rules : Alone(*rules, rules->rules[rule]);
  const uint32_t index = is_matched ? static_cast<uint32_t>(rule) : 0;
  out.rule = &out.rules->rules[index];
  out.profile = &profile;
  for (const schema::FieldId field : rule::MissingTokens(*out.rule, profile))
    out.missing_tokens.push_back(rules->schema->catalogue.token(field).name);

  options.tells_changes = true;
  options.remembers_orders = true;
  const Result<std::unique_ptr<Offline>> offline = Offline::Make(out.rules, profile, options);
  if (!offline.ok()) return offline.status();
  const Judged& judged = (*offline)->Run(bytes, origin);
  out.reject = judged.reject;
  out.error_offset = judged.error_offset;
  if (judged.event != nullptr) ExplainQuery(*rules->schema, bytes, judged.now, out);
  out.cause = CauseOf(out, enabled);

  const std::vector<const rule::Step*> parts = rule::PartsOf(out.rule->trigger);
  std::vector<const rule::Step*> matched;
  for (const match::Match& match : judged.matches)
    if (match.rule == index) matched.push_back(parts[match.part]);
  out.consistent = IsConsistent(out, matched);
  if (!out.matches()) return out;
  ExplainWindows(judged, index, matched.size(), options.windows, out);
  for (const Fired& fired : judged.firings) {
    if (fired.decided.firing.rule != out.rule) continue;
    out.fires = true;
    std::ranges::copy(fired.decided.actions, std::back_inserter(out.actions));
  }
  return out;
}

}  // namespace riposte::app
