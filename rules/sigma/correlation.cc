#include "rules/sigma/correlation.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

constexpr std::string_view kSection = "'correlation'";
constexpr std::array<std::string_view, 7> kKeys = {"type",     "rules",   "generate", "group-by",
                                                   "timespan", "aliases", "condition"};
constexpr std::array<CorrelationType, 7> kTypes = {
    CorrelationType::kEventCount,     CorrelationType::kValueCount,      CorrelationType::kValueSum,
    CorrelationType::kValueAverage,   CorrelationType::kValuePercentile, CorrelationType::kTemporal,
    CorrelationType::kTemporalOrdered};
constexpr std::string_view kUnits = "smhd";

class CorrelationReader {
 public:
  CorrelationReader(const yaml::Node& root, text::NodeReader& reader)
      : root_(root), section_(*root.Find("correlation")), reader_(reader) {}

  std::optional<Correlation> Read() {
    const size_t errors_before = reader_.diagnostics().error_count();
    ReadMetadata(root_, reader_, correlation_.about);
    RefuseDetection();
    if (!reader_.Mapping(section_, kSection, kKeys)) return std::nullopt;
    correlation_.section_span = text::ToSpan(section_.span);
    top_ = {.begin = section_.span.begin, .end = section_.span.begin};
    const std::optional<CorrelationType> type = ReadType();
    ReadRules(type && IsTemporal(*type));
    ReadGenerate();
    ReadGroupBy();
    ReadTimespan();
    ReadAliases();
    if (type) ReadCondition(*type);
    if (reader_.diagnostics().error_count() != errors_before) return std::nullopt;
    return std::move(correlation_);
  }

 private:
  const yaml::Node* Required(std::string_view key) {
    return reader_.Required(section_, key, kSection, top_);
  }

  // What it finds is found by the rules that it refers to.
  void RefuseDetection() {
    for (const yaml::Entry& entry : root_.entries)
      if (entry.key == "detection" || entry.key == "logsource")
        reader_.Error(entry.key_span, "unknown-key",
                      fmt::format("a correlation has no '{}'", entry.key),
                      "write the rule as a document of its own, and name it in 'rules'");
  }

  std::optional<CorrelationType> ReadType() {
    const yaml::Node* node = Required("type");
    if (node == nullptr) return std::nullopt;
    std::array<std::string_view, kTypes.size()> names;
    std::ranges::transform(kTypes, names.begin(), CorrelationTypeName);
    const std::optional<size_t> index = reader_.Choice(*node, "'type'", names);
    if (!index) return std::nullopt;
    correlation_.type = kTypes[*index];
    return correlation_.type;
  }

  // One text, or a list of them; `what` names them.
  std::vector<Written> ReadTexts(const yaml::Node& node, std::string_view what) {
    std::vector<Written> texts;
    const auto add = [&](const yaml::Node& one) {
      if (std::optional<std::string> text = reader_.Text(one, what))
        texts.push_back({.text = std::move(*text), .span = text::ToSpan(one.span)});
    };
    if (node.kind != yaml::Node::Kind::kSequence) {
      add(node);
    } else {
      for (const yaml::Node& item : node.items) add(item);
    }
    return texts;
  }

  // The condition in words of a temporal correlation may name them instead.
  void ReadRules(bool may_be_missing) {
    const yaml::Node* condition = section_.Find("condition");
    const bool in_words = condition != nullptr && condition->kind == yaml::Node::Kind::kScalar;
    const yaml::Node* node =
        may_be_missing && in_words ? section_.Find("rules") : Required("rules");
    if (node == nullptr) {
      if (in_words) correlation_.rules_span = text::ToSpan(condition->span);
      return;
    }
    correlation_.rules_span = text::ToSpan(node->span);
    if (node->kind == yaml::Node::Kind::kSequence && !reader_.List(*node, "'rules'")) return;
    correlation_.rules = ReadTexts(*node, "an entry of 'rules'");
    if (correlation_.rules.size() <= kMostCorrelated) return;
    reader_.Error(node->items[kMostCorrelated].span, "too-many-steps",
                  fmt::format("more than {} rules", kMostCorrelated), "split the correlation");
    correlation_.rules.resize(kMostCorrelated);
  }

  // The specification has it beside `correlation`, tools have it inside.
  void ReadGenerate() {
    const yaml::Node* inside = section_.Find("generate");
    const yaml::Node* beside = root_.Find("generate");
    if (inside != nullptr && beside != nullptr)
      reader_.Error(beside->span, "duplicate-key", "'generate' stands in 'correlation', too",
                    "keep one of them");
    const yaml::Node* node = inside != nullptr ? inside : beside;
    if (node != nullptr) correlation_.generate = reader_.Bool(*node, "'generate'").value_or(false);
  }

  void ReadGroupBy() {
    const yaml::Node* node = Required("group-by");
    if (node == nullptr) return;
    if (node->kind == yaml::Node::Kind::kSequence && node->items.size() > kMostGroupFields) {
      reader_.Error(node->items[kMostGroupFields].span, "too-many-fields",
                    fmt::format("'group-by' has more than {} fields", kMostGroupFields),
                    "group by fewer");
      return;
    }
    for (Written& field : ReadTexts(*node, "an entry of 'group-by'")) {
      if (std::ranges::find(correlation_.group_by, field.text, &Written::text) !=
          correlation_.group_by.end()) {
        reader_.Error({.begin = field.span.begin, .end = field.span.end}, "duplicate-field",
                      fmt::format("'{}' is in 'group-by' already", field.text),
                      "write each field once");
        continue;
      }
      correlation_.group_by.push_back(std::move(field));
    }
  }

  void ReadTimespan() {
    const yaml::Node* node = Required("timespan");
    if (node == nullptr) return;
    const std::optional<std::string> text = reader_.Text(*node, "'timespan'");
    if (!text) return;
    correlation_.timespan_span = text::ToSpan(node->span);
    const bool unit_is_known = text->size() > 1 &&
                               kUnits.find(text->back()) != std::string_view::npos &&
                               text->find_first_not_of("0123456789") == text->size() - 1;
    const std::optional<Duration> span = unit_is_known ? ParseDuration(*text) : std::nullopt;
    correlation_.timespan = span.value_or(Duration{});
    if (!span)
      reader_.Error(node->span, "bad-duration", fmt::format("'{}' is no timespan", *text),
                    "a whole number and s, m, h or d: 90m");
  }

  void ReadAliases() {
    const yaml::Node* node = section_.Find("aliases");
    if (node == nullptr) return;
    if (node->kind != yaml::Node::Kind::kMapping)
      return reader_.WrongType(*node, "'aliases'",
                               "write a mapping: each alias, and a field for each rule");
    for (const yaml::Entry& entry : node->entries) ReadAlias(entry);
  }

  void ReadAlias(const yaml::Entry& entry) {
    FieldAlias alias{.name = {.text = entry.key, .span = text::ToSpan(entry.key_span)}};
    if (entry.value.kind != yaml::Node::Kind::kMapping)
      return reader_.WrongType(entry.value, fmt::format("the alias '{}'", entry.key),
                               "write a field for each rule: {rule: field}");
    for (const yaml::Entry& field : entry.value.entries) {
      const std::optional<std::string> name =
          reader_.Text(field.value, fmt::format("the field of '{}'", field.key));
      if (!name) continue;
      alias.fields.push_back({.rule = {.text = field.key, .span = text::ToSpan(field.key_span)},
                              .field = {.text = *name, .span = text::ToSpan(field.value.span)}});
    }
    correlation_.aliases.push_back(std::move(alias));
  }

  void ReadCondition(CorrelationType type) {
    const yaml::Node* node = IsTemporal(type) ? section_.Find("condition") : Required("condition");
    if (node != nullptr) correlation_.condition_span = text::ToSpan(node->span);
    if (!IsTemporal(type)) {
      if (node != nullptr)
        correlation_.measured =
            ReadMeasureCondition(*node, type, reader_).value_or(MeasureCondition{});
    } else if (node == nullptr) {
      correlation_.terms = EachOf(correlation_.rules.size());
    } else {
      correlation_.terms = ReadTemporalCondition(*node, correlation_.rules, reader_)
                               .value_or(std::vector<CorrelationTerm>{});
    }
  }

  const yaml::Node& root_;
  const yaml::Node& section_;
  text::NodeReader& reader_;
  yaml::Span top_;  // where to point for what is missing
  Correlation correlation_;
};

}  // namespace

std::optional<Correlation> ReadCorrelation(const yaml::Node& root, text::NodeReader& reader) {
  return CorrelationReader(root, reader).Read();
}

}  // namespace riposte::sigma
