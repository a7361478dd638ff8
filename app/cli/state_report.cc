#include "app/cli/state_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "engine/remediate/subject.h"
#include "engine/state/rocks_store.h"
#include "engine/trigger/group_key.h"
#include "rules/text/diagnostic.h"

namespace riposte::cli {
namespace {

using text::ForTerminal;
using trigger::StateView;

// As much of a definition as people compare.
constexpr size_t kHexDigits = 12;
// Of what a group keeps, in a text: the first and the last.
constexpr size_t kListedEnds = 10;

int64_t Signed(uint64_t number) { return static_cast<int64_t>(number); }

// Its id, or where its record stands.
std::string EventName(std::string_view event) {
  if (event.empty()) return "(only counted)";
  const std::optional<remediate::Subject> subject = remediate::ReadSubject(event);
  if (!subject) return "(cannot be read)";
  if (!subject->event_id.empty()) return std::string(subject->event_id);
  return fmt::format("{}-{}@{}", subject->origin.topic, subject->origin.partition,
                     subject->origin.offset);
}

std::string StepNames(const StateView::Seen& seen, std::span<const rule::Step> steps) {
  std::vector<std::string> names;
  names.reserve(seen.steps.size() + 1);
  for (const size_t step : seen.steps)
    names.push_back(step < steps.size() ? steps[step].name : std::to_string(step + 1));
  if (seen.until) names.emplace_back("until");
  return fmt::format("{}", fmt::join(names, ", "));
}

std::span<const rule::Step> StepsOf(const rule::Rule* rule) {
  return rule == nullptr ? std::span<const rule::Step>() : rule::StepsOf(rule->trigger);
}

std::string RuleText(const state::DefinitionSummary& of, const DefinitionNames& names) {
  if (of.kind != state::Kind::kWindow && of.kind != state::Kind::kSuppress) return "";
  if (const rule::Rule* const rule = names.Find(of.definition))
    return fmt::format("{} ({})", ForTerminal(rule->name), rule->id.ToString());
  return names.known() ? "UNKNOWN: no rule of these has it" : "(see --rules)";
}

std::string ClockText(const InspectedStore& store) {
  if (!store.clock_problem.empty()) return "CANNOT BE READ: " + store.clock_problem;
  if (!store.clock) return "none";
  std::string text =
      store.clock->value() == Time::min() ? "not known yet" : FormatTime(store.clock->value());
  for (const trigger::Watermark::SourceView& source : store.clock->Sources())
    if (source.latest)
      text += fmt::format(", {} {} at {}", source.is_sender ? "sender" : "input",
                          ForTerminal(source.name), FormatTime(*source.latest));
  return text;
}

std::string DefinitionText(const state::DefinitionSummary& of, const DefinitionNames& names) {
  std::string text = fmt::format("  {}  {:<8}  {:>8} {:>8} {:>12}  {}\n",
                                 HexOf(of.definition).substr(0, kHexDigits), KindName(of.kind),
                                 of.groups, of.records, of.bytes, RuleText(of, names));
  if (of.damaged > 0)
    text += fmt::format("      DAMAGED: {} records are of no whole group\n", of.damaged);
  if (of.kind != state::Kind::kWindow && of.kind != state::Kind::kSuppress) return text;
  for (const state::GroupSize& group : of.largest)
    text +=
        fmt::format("      {:>8} bytes  {}\n", group.bytes,
                    group.group.empty() ? "(the only group)" : ForTerminal(GroupText(group.group)));
  return text;
}

std::string KeptText(const StateView& view, std::span<const rule::Step> steps) {
  std::string text;
  for (size_t i = 0; i < view.kept.size(); ++i) {
    if (i == kListedEnds && view.kept.size() > 2 * kListedEnds) {
      const size_t left_out = view.kept.size() - 2 * kListedEnds;
      text += fmt::format("      ... {} more\n", left_out);
      i += left_out;
    }
    const StateView::Seen& seen = view.kept[i];
    text += fmt::format("      {}  {}", FormatTime(seen.time), ForTerminal(EventName(seen.event)));
    if (const std::string names = StepNames(seen, steps); !names.empty())
      text += "  fits " + ForTerminal(names);
    if (seen.repeats > 0) text += fmt::format("  and {} repeats", seen.repeats);
    if (seen.completed) text += "  has completed a firing";
    text += "\n";
  }
  return text;
}

std::string ViewText(const StateView& view, std::span<const rule::Step> steps) {
  std::string text;
  if (view.newest) text += fmt::format("    newest   {}\n", FormatTime(*view.newest));
  if (view.used_up_to) text += fmt::format("    used up  to {}\n", FormatTime(*view.used_up_to));
  if (view.joined)
    text += fmt::format("    open     {} have joined the firing\n", view.joined->count);
  for (const StateView::Open& open : view.windows)
    text += fmt::format("    window   {} to {}: {} matches\n", FormatTime(open.begin),
                        FormatTime(open.end), open.matches.count);
  for (const StateView::Partial& partial : view.partials)
    text += fmt::format("    partial  {} of its stages, since {}{}\n", partial.occurrences.size(),
                        FormatTime(view.kept[partial.occurrences.front()].time),
                        partial.waits ? ", complete: it waits for what must stay away" : "");
  if (view.deadline)
    text += fmt::format("    due      when the clock is beyond {}\n", FormatTime(*view.deadline));
  if (!view.kept.empty())
    text += fmt::format("    kept     {}, from {} to {}\n", view.kept.size(),
                        FormatTime(view.kept.front().time), FormatTime(view.kept.back().time));
  return text + KeptText(view, steps);
}

std::string GroupReport(const InspectedGroup& group, const DefinitionNames& names) {
  const rule::Rule* const rule = names.Find(group.definition);
  std::string text = fmt::format("  group '{}' of {}: {} bytes in {} record{}\n",
                                 ForTerminal(GroupText(group.key)),
                                 rule == nullptr ? HexOf(group.definition).substr(0, kHexDigits)
                                                 : "'" + ForTerminal(rule->name) + "'",
                                 group.bytes, group.segments, group.segments == 1 ? "" : "s");
  if (group.silenced)
    return text + fmt::format("    silent   since {}: {} alerts; {} targets were told\n",
                              FormatTime(*group.silenced->first), group.silenced->silenced,
                              group.silenced->targets.size());
  if (!group.view) return text + fmt::format("    {}\n", group.problem);
  return text + ViewText(*group.view, StepsOf(rule));
}

std::string StoreText(const InspectedStore& store, const DefinitionNames& names) {
  std::string text = fmt::format("{}\n", ForTerminal(store.folder.path));
  if (!store.problem.ok())
    return text + fmt::format("  {}\n", ForTerminal(store.problem.message()));
  if (!store.mark) return text + "  nothing was ever written to it\n";
  text += fmt::format("  format {}, changelog {}, next offset {}, written at {}\n",
                      state::RocksStores::kFormat, store.mark->changelog_birth.ToString(),
                      store.mark->changelog_next, FormatTime(store.mark->written_at));
  text += fmt::format("  clock: {}\n", ClockText(store));
  text += fmt::format("  {} records, {} bytes\n", store.summary.records, store.summary.bytes);
  if (store.summary.foreign > 0)
    text += fmt::format("  DAMAGED: {} records whose key is none of Riposte's\n",
                        store.summary.foreign);
  if (!store.summary.definitions.empty())
    text += fmt::format("  {:<12}  {:<8}  {:>8} {:>8} {:>12}  {}\n", "DEFINITION", "KIND", "GROUPS",
                        "RECORDS", "BYTES", "RULE");
  for (const state::DefinitionSummary& of : store.summary.definitions)
    text += DefinitionText(of, names);
  for (const InspectedGroup& group : store.groups) text += GroupReport(group, names);
  return text;
}

json::Value TimeJson(const std::optional<Time>& time) {
  return time ? json::Value(FormatTime(*time)) : json::Value();
}

json::Array ValuesJson(std::string_view group) {
  json::Array values;
  for (std::string& value : trigger::ValuesOfKey(group)) values.emplace_back(std::move(value));
  return values;
}

void AddRule(const state::DefinitionId& definition, const DefinitionNames& names,
             json::Object& object) {
  const rule::Rule* const rule = names.Find(definition);
  object.emplace_back("definition", HexOf(definition));
  object.emplace_back("rule_id",
                      rule == nullptr ? json::Value() : json::Value(rule->id.ToString()));
  object.emplace_back("rule_name", rule == nullptr ? json::Value() : json::Value(rule->name));
}

json::Value DefinitionJson(const state::DefinitionSummary& of, const DefinitionNames& names) {
  json::Object object{{"kind", std::string(KindName(of.kind))}};
  AddRule(of.definition, names, object);
  object.emplace_back("groups", Signed(of.groups));
  object.emplace_back("records", Signed(of.records));
  object.emplace_back("bytes", Signed(of.bytes));
  object.emplace_back("damaged", Signed(of.damaged));
  json::Array largest;
  for (const state::GroupSize& group : of.largest)
    largest.emplace_back(
        json::Object{{"group", ValuesJson(group.group)}, {"bytes", Signed(group.bytes)}});
  object.emplace_back("largest", std::move(largest));
  return object;
}

json::Value SeenJson(const StateView::Seen& seen, std::span<const rule::Step> steps) {
  json::Object object{{"time", FormatTime(seen.time)}};
  object.emplace_back("event",
                      seen.event.empty() ? json::Value() : json::Value(EventName(seen.event)));
  json::Array names;
  for (const size_t step : seen.steps)
    names.emplace_back(step < steps.size() ? steps[step].name : std::to_string(step + 1));
  object.emplace_back("steps", std::move(names));
  object.emplace_back("until", seen.until);
  object.emplace_back("completed", seen.completed);
  object.emplace_back("repeats", int64_t{seen.repeats});
  return object;
}

json::Value ViewJson(const StateView& view, std::span<const rule::Step> steps) {
  json::Array kept, partials, windows;
  for (const StateView::Seen& seen : view.kept) kept.push_back(SeenJson(seen, steps));
  for (const StateView::Partial& partial : view.partials)
    partials.emplace_back(
        json::Object{{"stages", static_cast<int64_t>(partial.occurrences.size())},
                     {"since", FormatTime(view.kept[partial.occurrences.front()].time)},
                     {"waits", partial.waits}});
  for (const StateView::Open& open : view.windows)
    windows.emplace_back(json::Object{{"begin", FormatTime(open.begin)},
                                      {"end", FormatTime(open.end)},
                                      {"matches", open.matches.count}});
  return json::Object{{"newest", TimeJson(view.newest)},
                      {"used_up_to", TimeJson(view.used_up_to)},
                      {"joined", view.joined ? json::Value(view.joined->count) : json::Value()},
                      {"deadline", TimeJson(view.deadline)},
                      {"kept", std::move(kept)},
                      {"partials", std::move(partials)},
                      {"windows", std::move(windows)}};
}

json::Value GroupJson(const InspectedGroup& group, const DefinitionNames& names) {
  json::Object object{{"group", ValuesJson(group.key)}};
  AddRule(group.definition, names, object);
  object.emplace_back("bytes", Signed(group.bytes));
  object.emplace_back("records", int64_t{group.segments});
  if (group.silenced) {
    object.emplace_back(
        "state", json::Object{{"first", FormatTime(*group.silenced->first)},
                              {"silenced", group.silenced->silenced},
                              {"targets", static_cast<int64_t>(group.silenced->targets.size())}});
  } else if (group.view) {
    object.emplace_back("state", ViewJson(*group.view, StepsOf(names.Find(group.definition))));
  } else {
    object.emplace_back("problem", group.problem);
  }
  return object;
}

json::Value ClockJson(const InspectedStore& store) {
  if (!store.clock) return {};
  json::Array sources;
  for (const trigger::Watermark::SourceView& source : store.clock->Sources())
    if (source.latest)
      sources.emplace_back(json::Object{{"name", std::string(source.name)},
                                        {"sender", source.is_sender},
                                        {"latest", FormatTime(*source.latest)}});
  const Time value = store.clock->value();
  return json::Object{{"watermark", value == Time::min() ? json::Value() : FormatTime(value)},
                      {"sources", std::move(sources)}};
}

json::Value StoreJson(const InspectedStore& store, const DefinitionNames& names) {
  json::Object object{{"path", store.folder.path}};
  if (!store.problem.ok()) {
    object.emplace_back("problem", store.problem.message());
    return object;
  }
  object.emplace_back("format", Signed(state::RocksStores::kFormat));
  json::Value mark;
  if (store.mark)
    mark = json::Object{{"changelog_birth", store.mark->changelog_birth.ToString()},
                        {"changelog_next", store.mark->changelog_next},
                        {"written_at", FormatTime(store.mark->written_at)}};
  object.emplace_back("mark", std::move(mark));
  object.emplace_back("clock", ClockJson(store));
  object.emplace_back("records", Signed(store.summary.records));
  object.emplace_back("bytes", Signed(store.summary.bytes));
  object.emplace_back("foreign", Signed(store.summary.foreign));
  object.emplace_back("damaged", Signed(store.summary.damaged()));
  json::Array definitions, groups;
  for (const state::DefinitionSummary& of : store.summary.definitions)
    definitions.push_back(DefinitionJson(of, names));
  for (const InspectedGroup& group : store.groups) groups.push_back(GroupJson(group, names));
  object.emplace_back("definitions", std::move(definitions));
  object.emplace_back("groups", std::move(groups));
  return object;
}

}  // namespace

std::string InspectionText(const std::vector<InspectedStore>& stores,
                           const DefinitionNames& names) {
  std::string text;
  for (const InspectedStore& store : stores) text += StoreText(store, names);
  return text;
}

std::string InspectionJson(const std::vector<InspectedStore>& stores,
                           const DefinitionNames& names) {
  json::Array array;
  for (const InspectedStore& store : stores) array.push_back(StoreJson(store, names));
  return json::Write(json::Object{{"stores", std::move(array)}}) + "\n";
}

}  // namespace riposte::cli
