#include "rules/sigma/correlation_condition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

using Operator = MeasureCondition::Operator;

constexpr std::string_view kCode = "correlation-condition";
constexpr std::array<std::string_view, 7> kTypes = {
    "event_count",      "value_count", "value_sum",       "value_avg",
    "value_percentile", "temporal",    "temporal_ordered"};  // as CorrelationType
constexpr std::array<std::string_view, 6> kOperators = {"gt",  "gte", "lt",
                                                        "lte", "eq",  "neq"};  // as Operator
constexpr std::array<std::string_view, 8> kKeys = {"gt", "gte", "lt",    "lte",
                                                   "eq", "neq", "field", "percentile"};
constexpr double kMedian = 50;

const yaml::Entry* FindEntry(const yaml::Node& mapping, std::string_view key) {
  const auto found = std::ranges::find(mapping.entries, key, &yaml::Entry::key);
  return found == mapping.entries.end() ? nullptr : &*found;
}

std::optional<double> ReadNumber(const yaml::Node& node, std::string_view what,
                                 text::NodeReader& reader) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    reader.WrongType(node, what, "write a number");
    return std::nullopt;
  }
  double number = 0;
  const char* const end = node.value.data() + node.value.size();
  const std::from_chars_result read = std::from_chars(node.value.data(), end, number);
  const bool good = read.ec == std::errc() && read.ptr == end && std::isfinite(number);
  if (good && node.style == yaml::Style::kPlain) return number;
  reader.Error(node.span, "wrong-type", fmt::format("{} is no number", what),
               "write a number without quotes");
  return std::nullopt;
}

// The comparison of a condition in a mapping.
struct Comparison {
  Operator compared = Operator::kAtLeast;
  const yaml::Entry* entry = nullptr;
};

// The one that is written: of a range both ends would have to hold at once, and a window that
// grows event by event reaches its lower end first.
std::optional<Comparison> FindComparison(const yaml::Node& node, text::NodeReader& reader) {
  std::optional<Comparison> comparison;
  for (const yaml::Entry& entry : node.entries) {
    const auto* const known = std::ranges::find(kOperators, entry.key);
    if (known == kOperators.end()) continue;
    if (comparison) {
      reader.Error(entry.key_span, kCode,
                   fmt::format("it is compared by '{}' already: a range cannot be waited for, its "
                               "lower end comes first",
                               comparison->entry->key),
                   "keep one of them");
      return std::nullopt;
    }
    comparison = {.compared = static_cast<Operator>(known - kOperators.begin()), .entry = &entry};
  }
  if (!comparison)
    reader.Error({.begin = node.span.begin, .end = node.span.begin}, "missing-key",
                 "'condition' compares with nothing", "add 'gte:' and a number");
  return comparison;
}

class MeasureReader {
 public:
  MeasureReader(const yaml::Node& node, CorrelationType type, text::NodeReader& reader)
      : node_(node), type_(type), reader_(reader) {}

  std::optional<MeasureCondition> Read() {
    if (node_.kind == yaml::Node::Kind::kScalar) {
      reader_.Error(node_.span, kCode,
                    fmt::format("'{}' compares a number; rules are joined in words by 'temporal' "
                                "and 'temporal_ordered' only",
                                CorrelationTypeName(type_)),
                    "write 'gte: 10'");
      return std::nullopt;
    }
    const size_t errors_before = reader_.diagnostics().error_count();
    if (!reader_.Mapping(node_, "'condition'", kKeys)) return std::nullopt;
    ReadComparison();
    ReadFields();
    ReadPercentile();
    if (reader_.diagnostics().error_count() != errors_before) return std::nullopt;
    return std::move(condition_);
  }

 private:
  void ReadComparison() {
    const std::optional<Comparison> found = FindComparison(node_, reader_);
    if (!found) return;
    const yaml::Node& number = found->entry->value;
    const std::string what = fmt::format("'{}'", found->entry->key);
    condition_.compared = found->compared;
    condition_.number_span = text::ToSpan(number.span);
    const bool counts =
        type_ == CorrelationType::kEventCount || type_ == CorrelationType::kValueCount;
    if (counts) {
      condition_.number = static_cast<double>(reader_.Count(number, what).value_or(0));
    } else {
      condition_.number = ReadNumber(number, what, reader_).value_or(0);
    }
  }

  void ReadFields() {
    const yaml::Entry* entry = FindEntry(node_, "field");
    if (type_ == CorrelationType::kEventCount) {
      if (entry != nullptr)
        reader_.Error(entry->key_span, kCode, "'event_count' counts events, whatever is in them",
                      "write 'value_count', or leave 'field' out");
      return;
    }
    if (entry == nullptr) {
      reader_.Required(node_, "field", "'condition'", {node_.span.begin, node_.span.begin});
    } else if (entry->value.kind != yaml::Node::Kind::kSequence) {
      AddField(entry->value);
    } else if (reader_.List(entry->value, "'field'")) {
      for (const yaml::Node& item : entry->value.items) AddField(item);
      if (entry->value.items.size() > 1 && type_ != CorrelationType::kValueCount)
        reader_.Error(
            entry->value.span, kCode,
            fmt::format("'{}' is about the numbers of one field", CorrelationTypeName(type_)),
            "write one field");
    }
  }

  void AddField(const yaml::Node& node) {
    if (const std::optional<std::string> name = reader_.Text(node, "'field'"))
      condition_.fields.push_back({.text = *name, .span = text::ToSpan(node.span)});
  }

  void ReadPercentile() {
    const yaml::Entry* entry = FindEntry(node_, "percentile");
    const bool wanted = type_ == CorrelationType::kValuePercentile;
    if (entry == nullptr) {
      if (wanted)
        reader_.Warning({node_.span.begin, node_.span.begin}, kCode,
                        "no 'percentile' is named, so the median is compared",
                        "add 'percentile: 50', or which one is meant");
      condition_.percentile = kMedian;
      return;
    }
    if (!wanted) {
      reader_.Error(entry->key_span, kCode,
                    fmt::format("'{}' has no percentile", CorrelationTypeName(type_)),
                    "write 'type: value_percentile', or leave it out");
      return;
    }
    const std::optional<double> number = ReadNumber(entry->value, "'percentile'", reader_);
    if (!number) return;
    condition_.percentile = *number;
    if (*number > 0 && *number <= 100) return;
    reader_.Error(entry->value.span, kCode, "'percentile' lies above 0, and is 100 at most",
                  "the median is 50");
  }

  const yaml::Node& node_;
  const CorrelationType type_;
  text::NodeReader& reader_;
  MeasureCondition condition_;
};

// How many of the rules have to match at least; of equal numbers, exactly. Empty if it is no lower
// bound.
std::optional<int64_t> LeastOf(Operator compared, int64_t number) {
  if (compared == Operator::kAtLeast || compared == Operator::kEqual) return number;
  if (compared == Operator::kMoreThan) return number + 1;
  return std::nullopt;
}

bool AsksForAll(const yaml::Node& node, size_t rules, text::NodeReader& reader) {
  const size_t errors_before = reader.diagnostics().error_count();
  for (const std::string_view key : {"field", "percentile"})
    if (const yaml::Entry* entry = FindEntry(node, key))
      reader.Error(entry->key_span, kCode,
                   fmt::format("a temporal correlation measures nothing, so it has no '{}'", key),
                   "leave it out");
  const std::optional<Comparison> found = FindComparison(node, reader);
  if (!found) return false;
  const yaml::Node& written = found->entry->value;
  const std::optional<int64_t> number =
      reader.Count(written, fmt::format("'{}'", found->entry->key));
  if (!number || rules == 0) return false;
  if (LeastOf(found->compared, std::min<int64_t>(*number, INT32_MAX)) !=
      static_cast<int64_t>(rules))
    reader.Error(
        written.span, kCode,
        fmt::format("only all of the {} rules can be waited for, not some number of them", rules),
        "leave 'condition' out; of a choice of rules write a correlation each");
  return reader.diagnostics().error_count() == errors_before;
}

}  // namespace

std::string_view CorrelationTypeName(CorrelationType type) {
  return kTypes[static_cast<size_t>(type)];
}

bool IsTemporal(CorrelationType type) {
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

std::optional<MeasureCondition> ReadMeasureCondition(const yaml::Node& node, CorrelationType type,
                                                     text::NodeReader& reader) {
  return MeasureReader(node, type, reader).Read();
}

std::optional<std::vector<CorrelationTerm>> ReadTemporalCondition(const yaml::Node& node,
                                                                  std::vector<Written>& rules,
                                                                  text::NodeReader& reader) {
  if (node.kind == yaml::Node::Kind::kScalar)
    return ParseCorrelationExpression(text::ToFragment(reader.source(), node), rules,
                                      reader.diagnostics());
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(node, "'condition'", kKeys)) return std::nullopt;
  if (!AsksForAll(node, rules.size(), reader)) return std::nullopt;
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return EachOf(rules.size());
}

std::vector<CorrelationTerm> EachOf(size_t rules) {
  std::vector<CorrelationTerm> terms;
  for (size_t i = 0; i < rules; ++i) terms.push_back({.absent = false, .rules = {i}});
  return terms;
}

}  // namespace riposte::sigma
