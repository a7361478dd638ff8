#include "rules/sigma/filter.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/sigma/detection.h"

namespace riposte::sigma {
namespace {

constexpr std::array<std::string_view, 1> kNoSelections = {"rules"};

bool Names(const FilterTarget& target, const Uuid& id, std::string_view name) {
  const std::optional<Uuid> wanted = Uuid::Parse(target.text);
  return wanted ? *wanted == id : !name.empty() && target.text == name;
}

// "rules: any", an id or name, or a list of them.
bool ReadTargets(const yaml::Node& node, text::NodeReader& reader, Filter& filter) {
  const auto add = [&](const yaml::Node& one) {
    filter.targets.push_back({.text = one.value, .span = text::ToSpan(one.span)});
  };
  if (node.kind == yaml::Node::Kind::kScalar) {
    filter.of_all = node.value == "any";
    if (!filter.of_all) add(node);
    return true;
  }
  if (!reader.List(node, "'rules'")) return false;
  bool good = true;
  for (const yaml::Node& item : node.items) {
    good = reader.Text(item, "an entry of 'rules'").has_value() && good;
    add(item);
  }
  return good;
}

// A filter without a negation keeps what it describes, which is rarely meant.
void WarnOfInclusion(const yaml::Node& section, const query::Expression& expression,
                     text::NodeReader& reader) {
  const bool negates = std::ranges::any_of(expression.nodes(), [](const query::Node& node) {
    return node.kind == query::Node::Kind::kNot;
  });
  if (negates) return;
  reader.Warning(section.Find("condition")->span, "filter-includes",
                 "the rules then match only what this filter describes",
                 "to leave that out, write 'not selection'");
}

}  // namespace

bool Filter::IsFor(const Uuid& id, std::string_view name, const LogSource& of_rule) const {
  if (!log_source.Covers(of_rule)) return false;
  return of_all || std::ranges::any_of(targets, [&](const FilterTarget& target) {
           return Names(target, id, name);
         });
}

std::optional<Filter> ReadFilter(const yaml::Node& root, FieldTable& fields,
                                 const Placeholders& placeholders, text::NodeReader& reader) {
  const yaml::Span place = root.entries.empty() ? root.span : root.entries.front().key_span;
  Filter filter{.source = reader.source(), .document = text::ToSpan(root.span)};
  const yaml::Node* title = reader.Required(root, "title", "the filter", place);
  const yaml::Node* log_source = reader.Required(root, "logsource", "the filter", place);
  const yaml::Node& section = *root.Find("filter");
  if (section.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(section, "'filter'", "write rules, a selection and a condition");
    return std::nullopt;
  }
  const yaml::Span top = {section.span.begin, section.span.begin};
  const yaml::Node* rules = reader.Required(section, "rules", "'filter'", top);
  if (title == nullptr || log_source == nullptr || rules == nullptr) return std::nullopt;
  const std::optional<LogSource> source = ReadLogSource(reader, *log_source);
  bool good = ReadTargets(*rules, reader, filter) && source;
  filter.log_source = source.value_or(LogSource{});
  const DetectionContext context{.reader = reader,
                                 .fields = fields,
                                 .placeholders = placeholders,
                                 .source = filter.log_source};
  std::optional<query::Expression> expression =
      CompileDetection(context, section, "filter", kNoSelections);
  if (!good || !expression) return std::nullopt;
  WarnOfInclusion(section, *expression, reader);
  filter.expression = std::move(*expression);
  return filter;
}

}  // namespace riposte::sigma
