#include "app/explanation_report.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "app/columns.h"
#include "app/guard_words.h"
#include "app/trigger_words.h"
#include "app/would.h"
#include "base/json.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

using match::Explained;
using match::Truth;
using query::Node;
using text::ForTerminal;

// Of a node's own text: a longer one is cut, and one that is longer than the column pushes its
// line's rest to the right.
constexpr size_t kLabelMax = 160;
constexpr size_t kColumnMax = 64;

std::string_view MarkOf(Truth truth, Marks marks) {
  switch (truth) {
    case Truth::kTrue:
      return marks == Marks::kUnicode ? "\u2713" : "+";
    case Truth::kFalse:
      return marks == Marks::kUnicode ? "\u2717" : "-";
    case Truth::kUnknown:
      break;
  }
  return "?";
}

std::string PlaceOf(const rule::Rule& rule) {
  return fmt::format("{}:{}", rule.source->path(), rule.source->Locate(rule.span.begin).line);
}

std::string RejectWords(const Explanation& explanation) {
  const std::string_view reason = event::RejectName(explanation.reject);
  if (explanation.reject != event::Reject::kInvalidJson)
    return fmt::format("the event is rejected, {}", reason);
  return fmt::format("the event is rejected, {} at byte {}", reason, explanation.error_offset);
}

size_t ToHold(const ExplainedPart& part) { return part.tree.to_hold; }

std::string FailureWords(const Explanation& explanation) {
  if (explanation.parts.empty()) return "the rule takes firings of other rules, and no events";
  const size_t clauses = std::ranges::min(explanation.parts, {}, ToHold).tree.to_hold;
  return clauses == 1
             ? "the query does not hold; 1 clause would have to say otherwise"
             : fmt::format("the query does not hold; {} clauses would have to say otherwise",
                           clauses);
}

std::string CauseWords(const Explanation& explanation) {
  const std::string& profile = explanation.profile->name;
  switch (explanation.cause) {
    case Cause::kQueryHolds:
      return "the query holds";
    case Cause::kEventRejected:
      return RejectWords(explanation);
    case Cause::kRuleDisabled:
      return "the rule is disabled";
    case Cause::kProfileNotNamed:
      return fmt::format("the rule runs only on events of {}, and this one is read as {}",
                         fmt::join(explanation.rule->profiles, ", "), profile);
    case Cause::kTokensMissing:
      return fmt::format("the rule does not run on events of {}, which lack {}", profile,
                         fmt::join(explanation.missing_tokens, ", "));
    case Cause::kQueryFails:
      return FailureWords(explanation);
    case Cause::kQueryUnknown:
      break;
  }
  return "whether the query holds is not known, as a value cannot be read";
}

// What the query says where something else decided.
std::string_view QueryWords(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "holds";
    case Truth::kFalse:
      return "does not hold";
    case Truth::kUnknown:
      break;
  }
  return "is not known";
}

bool QueryDecides(const Explanation& explanation) {
  return explanation.cause == Cause::kQueryHolds || explanation.cause == Cause::kQueryFails ||
         explanation.cause == Cause::kQueryUnknown;
}

std::string Header(const Explanation& explanation, const std::string& event) {
  const rule::Rule& rule = *explanation.rule;
  std::string out = fmt::format("rule     {} ({}, {})\n", ForTerminal(rule.name),
                                rule.id.ToString(), ForTerminal(PlaceOf(rule)));
  out += fmt::format("event    {}, read as {}", ForTerminal(event), explanation.profile->name);
  if (!explanation.event_type.empty()) out += ": " + explanation.event_type;
  if (!explanation.event_id.empty()) out += " " + ForTerminal(explanation.event_id);
  if (explanation.event_time) out += " at " + FormatTime(*explanation.event_time);
  out += '\n';
  std::vector<std::string_view> odd;
  odd.reserve(explanation.oddities.size());
  for (const event::Oddity oddity : explanation.oddities) odd.push_back(event::OddityName(oddity));
  if (!odd.empty()) out += fmt::format("odd      {}\n", fmt::join(odd, ", "));
  out += fmt::format("verdict  {}: {}\n", explanation.matches() ? "match" : "no match",
                     CauseWords(explanation));
  if (!explanation.consistent)
    out += "ERROR    the matcher says otherwise, so nothing here is to be trusted\n";
  if (!explanation.parts.empty() && !QueryDecides(explanation))
    out += fmt::format("query    {}\n", QueryWords(explanation.truth()));
  return out;
}

// A node's line, in two columns.
struct Line {
  std::string label;
  std::string_view why;
};

void CollectLines(const Explained& node, size_t depth, Marks marks, std::vector<Line>& lines) {
  std::string label = CutAt(ForTerminal(node.text), kLabelMax);
  if (node.kind == Node::Kind::kGroup) label += ": (...)";
  lines.push_back({.label = fmt::format("{} {:{}}{} {}", node.decides ? '>' : ' ', "", 2 * depth,
                                        MarkOf(node.truth, marks), label),
                   .why = node.why});
  for (const Explained& child : node.children) CollectLines(child, depth + 1, marks, lines);
}

std::string Tree(const Explained& root, Marks marks) {
  std::vector<Line> lines;
  CollectLines(root, 0, marks, lines);
  size_t column = 0;
  for (const Line& line : lines)
    column = std::max(column, std::min(kColumnMax, CodePoints(line.label)));
  std::string out;
  for (const Line& line : lines) {
    const size_t width = CodePoints(line.label);
    out += line.label;
    out.append(2 + (width < column ? column - width : 0), ' ');
    out += line.why;
    out += '\n';
  }
  return out;
}

std::string GroupText(const ExplainedGroup& group, const rule::Trigger& trigger) {
  std::string out = "group    ";
  out += group.words.empty() ? "of all matches" : ForTerminal(group.words);
  for (size_t i = 0; i < group.steps.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? ": " : ", ", ForTerminal(group.steps[i]));
  out += fmt::format(" ({})", trigger::FateName(group.fate));
  if (group.reached)
    out += fmt::format(", {}; missing: {}", ReachedWords(*group.reached, trigger),
                       ForTerminal(MissingWords(*group.reached, trigger)));
  return out + '\n';
}

// What the event alone is to the windows of the rule.
std::string WindowsText(const Explanation& explanation) {
  std::string out = fmt::format("trigger  {}\n", ForTerminal(explanation.trigger));
  for (const ExplainedGroup& group : explanation.groups)
    out += GroupText(group, explanation.rule->trigger);
  if (explanation.left_out > 0)
    out += "group    none: a value of the group, or of what is measured, is absent or unreadable\n";
  return out;
}

std::string RemediationText(const Explanation& explanation) {
  const std::optional<rule::Remediation>& remediation = explanation.rule->remediation;
  if (explanation.has_windows && !explanation.fires)
    return "This event alone does not meet the trigger.\n";
  if (!remediation) return "The rule only alerts.\n";
  std::string out =
      fmt::format("remediation  {}, auto: {}\n", rule::RuleActionName(remediation->action),
                  rule::AutoModeName(remediation->mode));
  if (explanation.actions.empty()) return out + "  nothing is proposed\n";
  for (const pipeline::Action& action : explanation.actions) {
    out += "  " + ForTerminal(DescribeAction(action)) + '\n';
    out += GuardText(action, *explanation.rule, 4);
  }
  return out +
         "What is decided at run time, and the rule's mode, are left out of it; nothing is sent.\n";
}

void WriteValue(const match::SeenValue& value, json::Writer& writer) {
  writer.BeginObject()
      .Field("text", value.text)
      .Field("bytes", static_cast<int64_t>(value.bytes))
      .Field("truth", match::TruthName(value.truth));
  if (value.object) writer.Key("object").Bool(true);
  if (!value.sub_object.empty()) writer.Field("in", value.sub_object);
  if (value.undecodable != event::Undecodable::kNone)
    writer.Field("undecodable", event::UndecodableName(value.undecodable));
  writer.EndObject();
}

std::string_view KindName(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kAnd:
      return "and";
    case Node::Kind::kOr:
      return "or";
    case Node::Kind::kNot:
      return "not";
    case Node::Kind::kClause:
      return "clause";
    case Node::Kind::kGroup:
      break;
  }
  return "group";
}

class JsonReport {
 public:
  JsonReport(const Explanation& explanation, std::string& out)
      : explanation_(explanation), writer_(out) {}

  void Write(const std::string& event) {
    writer_.BeginObject();
    WriteRule();
    WriteEvent(event);
    writer_.Key("matches").Bool(explanation_.matches());
    writer_.Field("cause", CauseName(explanation_.cause)).Field("why", CauseWords(explanation_));
    writer_.Key("missing_tokens").BeginArray();
    for (const std::string& token : explanation_.missing_tokens) writer_.String(token);
    writer_.EndArray().Key("consistent").Bool(explanation_.consistent);
    WriteParts();
    WriteWindows();
    WriteCommands();
    writer_.EndObject();
  }

 private:
  void WriteRule() {
    const rule::Rule& rule = *explanation_.rule;
    writer_.Key("rule")
        .BeginObject()
        .Field("id", rule.id.ToString())
        .Field("name", rule.name)
        .Field("path", rule.source->path())
        .Field("line", rule.source->Locate(rule.span.begin).line)
        .EndObject();
  }

  void WriteEvent(const std::string& event) {
    writer_.Key("event")
        .BeginObject()
        .Field("source", event)
        .Field("profile", explanation_.profile->name);
    if (explanation_.reject != event::Reject::kNone) {
      writer_.Field("reject", event::RejectName(explanation_.reject))
          .Field("error_offset", static_cast<int64_t>(explanation_.error_offset));
    } else {
      writer_.Field("type", explanation_.event_type).Field("id", explanation_.event_id);
      if (explanation_.event_time) writer_.Field("time", FormatTime(*explanation_.event_time));
      writer_.Key("oddities").BeginArray();
      for (const event::Oddity oddity : explanation_.oddities)
        writer_.String(event::OddityName(oddity));
      writer_.EndArray();
    }
    writer_.EndObject();
  }

  // "query" of the rule's own, or "steps" of its trigger.
  void WriteParts() {
    const bool has_own = explanation_.parts.size() == 1 && explanation_.parts[0].step == nullptr;
    writer_.Key("query");
    if (has_own) {
      WriteNode(explanation_.parts[0], explanation_.parts[0].tree);
    } else {
      writer_.Null();
    }
    if (has_own || explanation_.parts.empty()) return;
    writer_.Key("steps").BeginArray();
    for (const ExplainedPart& part : explanation_.parts) {
      writer_.BeginObject().Field("step", part.step->name).Key("query");
      WriteNode(part, part.tree);
      writer_.EndObject();
    }
    writer_.EndArray();
  }

  void WriteWindows() {
    if (!explanation_.has_windows) return;
    writer_.Field("trigger", explanation_.trigger).Key("groups").BeginArray();
    for (const ExplainedGroup& group : explanation_.groups) {
      writer_.BeginObject().Field("group", group.words).Key("steps").BeginArray();
      for (const std::string& step : group.steps) writer_.String(step);
      writer_.EndArray().Field("fate", trigger::FateName(group.fate));
      if (group.reached) WriteNearest(*group.reached, explanation_.rule->trigger, writer_);
      writer_.EndObject();
    }
    writer_.EndArray().Field("left_out", static_cast<int64_t>(explanation_.left_out));
    writer_.Key("fires").Bool(explanation_.fires);
  }

  void WriteNode(const ExplainedPart& part, const Explained& node) {
    writer_.BeginObject()
        .Field("kind", KindName(node.kind))
        .Field("text", node.text)
        .Field("truth", match::TruthName(node.truth))
        .Field("reason", match::ReasonName(node.reason))
        .Field("why", node.why);
    writer_.Key("decides").Bool(node.decides);
    writer_.Field("clauses_in_the_way", static_cast<int64_t>(node.to_hold));
    WritePlace(part, node);
    if (node.field != schema::kNoField) WriteField(node);
    if (node.kind == Node::Kind::kGroup) {
      writer_.Field("sub_objects", static_cast<int64_t>(node.sub_object_count));
      if (!node.sub_object.empty()) writer_.Field("sub_object", node.sub_object);
    }
    if (node.kind != Node::Kind::kClause) {
      writer_.Key("parts").BeginArray();
      for (const Explained& child : node.children) WriteNode(part, child);
      writer_.EndArray();
    }
    writer_.EndObject();
  }

  // Where the node stands in its file, if it is not one of the rule's own query that a step is
  // asked with.
  void WritePlace(const ExplainedPart& part, const Explained& node) {
    const std::shared_ptr<const text::Fragment>& in_file =
        part.step == nullptr ? explanation_.rule->query_in_file : part.step->query_in_file;
    const text::Span span = part.asked.node(node.node).span;
    if (in_file == nullptr || (part.step != nullptr && span.begin == span.end)) return;
    const text::LineColumn place = in_file->source()->Locate(in_file->ToSource(span).begin);
    writer_.Field("line", place.line).Field("column", place.column);
  }

  void WriteField(const Explained& node) {
    writer_.Field("token", explanation_.rules->schema->catalogue.token(node.field).name);
    writer_.Key("values").BeginArray();
    for (const match::SeenValue& value : node.values) WriteValue(value, writer_);
    writer_.EndArray().Field("value_count", static_cast<int64_t>(node.value_count));
    if (node.reason != match::Reason::kAbsent) return;
    writer_.Key("looked_for_at").BeginArray();
    for (const std::string& place : node.look_ups.places) writer_.String(place);
    writer_.EndArray();
  }

  void WriteCommands() {
    writer_.Key("commands").BeginArray();
    for (const pipeline::Action& action : explanation_.actions) {
      writer_.BeginObject();
      WriteAction(action, *explanation_.rule, writer_);
      writer_.EndObject();
    }
    writer_.EndArray();
  }

  const Explanation& explanation_;
  json::Writer writer_;
};

}  // namespace

std::string ExplanationText(const Explanation& explanation, const std::string& event, Marks marks) {
  std::string out = Header(explanation, event);
  if (explanation.has_windows) out += WindowsText(explanation);
  for (const ExplainedPart& part : explanation.parts) {
    out += '\n';
    if (part.step != nullptr)
      out += fmt::format("{} {}\n", ForTerminal(part.step->name), QueryWords(part.tree.truth));
    out += Tree(part.tree, marks);
  }
  if (explanation.matches() && explanation.consistent) out += '\n' + RemediationText(explanation);
  return out;
}

std::string ExplanationJson(const Explanation& explanation, const std::string& event) {
  std::string out;
  JsonReport(explanation, out).Write(event);
  return out + '\n';
}

}  // namespace riposte::app
