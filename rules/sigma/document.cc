#include "rules/sigma/document.h"

#include <utility>

#include <fmt/format.h>

#include "rules/sigma/detection.h"

namespace riposte::sigma {
namespace {

// The expression for the events of the log source only. Empty if there are no more tokens.
std::optional<query::Expression> OnLogSource(query::Expression detection, const RuleText& rule,
                                             FieldTable& fields, text::NodeReader& reader,
                                             yaml::Span place) {
  const schema::FieldId route = fields.Route(rule.log_source);
  if (route == schema::kNoField) {
    reader.Error(place, "too-many-fields", "the rules use more fields than the engine can count",
                 "split the set of rules");
    return std::nullopt;
  }
  const query::NodeId inner = detection.root();
  const query::NodeId clause = detection.AddClause(route, query::BoolIs{}, rule.log_source_span);
  detection.SetRoot(detection.AddAnd({clause, inner}, rule.detection_span));
  return detection;
}

}  // namespace

DocumentKind KindOf(const yaml::Node& root) {
  if (root.kind != yaml::Node::Kind::kMapping) return DocumentKind::kNone;
  if (root.Find("action") != nullptr && root.Find("query") == nullptr) return DocumentKind::kGlobal;
  if (Placeholders::IsPlaceholders(root)) return DocumentKind::kPlaceholders;
  if (root.Find("correlation") != nullptr) return DocumentKind::kCorrelation;
  if (root.Find("filter") != nullptr) return DocumentKind::kFilter;
  if (root.Find("detection") != nullptr || root.Find("logsource") != nullptr)
    return DocumentKind::kRule;
  return DocumentKind::kNone;
}

std::optional<RuleText> ReadRule(const yaml::Node& root, FieldTable& fields,
                                 const Placeholders& placeholders, text::NodeReader& reader) {
  RuleText rule;
  bool good = ReadMetadata(root, reader, rule.about);
  const yaml::Span place = root.entries.empty() ? root.span : root.entries.front().key_span;
  const yaml::Node* log_source = reader.Required(root, "logsource", "the rule", place);
  const yaml::Node* detection = reader.Required(root, "detection", "the rule", place);
  if (log_source == nullptr || detection == nullptr) return std::nullopt;
  rule.log_source_span = text::ToSpan(log_source->span);
  rule.detection_span = text::ToSpan(detection->span);
  const std::optional<LogSource> source = ReadLogSource(reader, *log_source);
  rule.log_source = source.value_or(LogSource{});
  const DetectionContext context{
      .reader = reader, .fields = fields, .placeholders = placeholders, .source = rule.log_source};
  std::optional<query::Expression> expression =
      CompileDetection(context, *detection, "detection", {});
  if (!good || !source || !expression) return std::nullopt;
  expression = OnLogSource(std::move(*expression), rule, fields, reader, log_source->span);
  if (!expression) return std::nullopt;
  rule.expression = std::move(*expression);
  if (fields.Providers(rule.log_source).empty())
    reader.Warning(log_source->span, "unreachable-logsource",
                   fmt::format("no event format provides the log source ({}): the rule never runs",
                               rule.log_source.ToString()),
                   "add it to 'sigma' of the profile that has its events");
  return rule;
}

}  // namespace riposte::sigma
