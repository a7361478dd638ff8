#include "app/response_report.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

uint32_t LineOf(const rule::Response& response) {
  return response.source->Locate(response.span.begin).line;
}

std::vector<std::string_view> ValuesOf(const rule::Response& response) {
  std::vector<std::string_view> values;
  values.reserve(response.choices.size());
  for (const rule::Response::Choice& choice : response.choices) values.push_back(choice.text);
  return values;
}

std::string GivenBy(const rule::Response& response) {
  if (!response.remediation) return "single_match, no remediation";
  const rule::Remediation& remediation = *response.remediation;
  return fmt::format(
      "{} {}{}", rule::AutoModeName(remediation.mode), rule::RuleActionName(remediation.action),
      remediation.target ? fmt::format(" of the {}", rule::TargetName(*remediation.target)) : "");
}

using RulesById = std::map<Uuid, const rule::Rule*>;

RulesById ById(const rule::RuleSet& rules) {
  RulesById by_id;
  for (const rule::Rule& rule : rules.rules) by_id.emplace(rule.id, &rule);
  return by_id;
}

void WriteGiven(const rule::Response& response, json::Writer& writer) {
  writer.Key("trigger");
  if (response.trigger) {
    writer.String("single_match");
  } else {
    writer.Null();
  }
  writer.Key("remediation");
  if (!response.remediation) {
    writer.Null();
    return;
  }
  writer.BeginObject()
      .Field("auto", rule::AutoModeName(response.remediation->mode))
      .Field("action", rule::RuleActionName(response.remediation->action));
  if (response.remediation->target)
    writer.Field("target", rule::TargetName(*response.remediation->target));
  writer.EndObject();
}

}  // namespace

std::string ResponsesText(const rule::RuleSet& rules) {
  if (rules.responses.empty()) return {};
  const RulesById by_id = ById(rules);
  std::string out;
  const text::Source* source = nullptr;
  for (const rule::AttachedResponse& attached : rules.responses) {
    const rule::Response& response = *attached.response;
    if (response.source.get() != source) {
      source = response.source.get();
      out += source->path() + "\n";
    }
    out += fmt::format("  line {}, {} {}: {} for {} of at most {} rule{}", LineOf(response),
                       rule::SelectorName(response.selector),
                       text::ForTerminal(fmt::format("{}", fmt::join(ValuesOf(response), ", "))),
                       GivenBy(response), attached.armed.size(), response.max_rules,
                       response.max_rules == 1 ? "" : "s");
    const size_t others = attached.selected - attached.armed.size();
    if (others > 0) out += fmt::format(" ({} more by a stronger entry)", others);
    out += "\n";
    for (const Uuid& id : attached.armed)
      out += fmt::format("    {} ({})\n", text::ForTerminal(by_id.at(id)->name), id.ToString());
  }
  return out;
}

void WriteResponses(const rule::RuleSet& rules, json::Writer& writer) {
  const RulesById by_id = ById(rules);
  writer.BeginArray();
  for (const rule::AttachedResponse& attached : rules.responses) {
    const rule::Response& response = *attached.response;
    writer.BeginObject()
        .Field("path", response.source->path())
        .Field("line", LineOf(response))
        .Field("selector", rule::SelectorName(response.selector));
    writer.Key("values").BeginArray();
    for (const std::string_view value : ValuesOf(response)) writer.String(value);
    writer.EndArray()
        .Field("max_rules", response.max_rules)
        .Field("selected", static_cast<int64_t>(attached.selected));
    WriteGiven(response, writer);
    writer.Key("rules").BeginArray();
    for (const Uuid& id : attached.armed)
      writer.BeginObject().Field("id", id.ToString()).Field("name", by_id.at(id)->name).EndObject();
    writer.EndArray().EndObject();
  }
  writer.EndArray();
}

void WriteResponseOf(const rule::Rule& rule, json::Writer& writer) {
  if (rule.response == nullptr) {
    writer.Null();
    return;
  }
  writer.BeginObject()
      .Field("path", rule.response->source->path())
      .Field("line", LineOf(*rule.response))
      .Field("selector", rule::SelectorName(rule.response->selector));
  WriteGiven(*rule.response, writer);
  writer.EndObject();
}

}  // namespace riposte::app
