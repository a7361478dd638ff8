#include "rules/rule/trigger_section.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

constexpr std::string_view kSingleMatch = "single_match";
// Criteria of the language that this version does not run.
constexpr std::array<std::string_view, 4> kNotAvailable = {"count", "scheduled", "sequence",
                                                           "unordered"};
constexpr std::array<std::string_view, 5> kAll = {kSingleMatch, "count", "scheduled", "sequence",
                                                  "unordered"};
constexpr std::string_view kHint = "write 'trigger: {single_match: {}}'";

bool CheckCriterion(const yaml::Entry& criterion, text::NodeReader& reader) {
  if (criterion.key == kSingleMatch) return true;
  if (std::find(kNotAvailable.begin(), kNotAvailable.end(), criterion.key) != kNotAvailable.end()) {
    reader.Error(criterion.key_span, "trigger-not-available",
                 fmt::format("the trigger '{}' is not available yet", criterion.key),
                 "only single_match is");
  } else {
    std::string hint = text::DidYouMean(criterion.key, kAll);
    if (hint.empty()) hint = kHint;
    reader.Error(criterion.key_span, "unknown-trigger",
                 fmt::format("unknown trigger '{}'", criterion.key), std::move(hint));
  }
  return false;
}

}  // namespace

std::optional<Trigger> ReadTrigger(const yaml::Node& section, text::NodeReader& reader) {
  if (section.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(section, "'trigger'", std::string(kHint));
    return std::nullopt;
  }
  if (section.entries.empty()) {
    reader.Error(section.span, "empty-value", "'trigger' names no criterion", std::string(kHint));
    return std::nullopt;
  }
  bool good = true;
  for (const yaml::Entry& criterion : section.entries)
    good = CheckCriterion(criterion, reader) && good;
  if (!good) return std::nullopt;
  // Keys are distinct, so there is but one. It has no settings, and may be left without a value.
  const yaml::Node& settings = section.entries.front().value;
  if (settings.kind == yaml::Node::Kind::kNull) return SingleMatch{};
  if (settings.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(settings, "'single_match'", std::string(kHint));
    return std::nullopt;
  }
  for (const yaml::Entry& entry : settings.entries)
    reader.Error(entry.key_span, "unknown-key",
                 fmt::format("unknown key '{}' in 'single_match'", entry.key),
                 "it has no settings");
  if (!settings.entries.empty()) return std::nullopt;
  return SingleMatch{};
}

}  // namespace riposte::rule
