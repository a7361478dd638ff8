#include "rules/rule/trigger_section.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/rule/trigger_count.h"
#include "rules/rule/trigger_scheduled.h"
#include "rules/rule/trigger_sequence.h"
#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

constexpr std::string_view kSingleMatch = "single_match";
constexpr std::array<std::string_view, 5> kAll = {kSingleMatch, "count", "scheduled", "sequence",
                                                  "unordered"};
constexpr std::string_view kHint = "write 'trigger: {single_match: {}}'";

// The one criterion that is written, or null after an error.
const yaml::Entry* FindCriterion(const yaml::Node& section, text::NodeReader& reader) {
  const yaml::Entry* criterion = nullptr;
  bool good = true;
  for (const yaml::Entry& entry : section.entries) {
    if (std::ranges::find(kAll, entry.key) == kAll.end()) {
      std::string hint = text::DidYouMean(entry.key, kAll);
      if (hint.empty()) hint = kHint;
      reader.Error(entry.key_span, "unknown-trigger",
                   fmt::format("unknown trigger '{}'", entry.key), std::move(hint));
      good = false;
    } else if (criterion == nullptr) {
      criterion = &entry;
    } else {
      reader.Error(entry.key_span, "two-criteria",
                   fmt::format("the trigger is '{}' already", criterion->key),
                   "keep one of them; the other is another rule");
      good = false;
    }
  }
  return good ? criterion : nullptr;
}

template <typename T>
std::optional<Trigger> ToTrigger(std::optional<T> criterion) {
  if (!criterion) return std::nullopt;
  return Trigger(std::move(*criterion));
}

std::optional<Trigger> ReadCriterion(const yaml::Entry& criterion, const TriggerContext& context) {
  const yaml::Node& settings = criterion.value;
  if (criterion.key == "count") return ToTrigger(ReadCount(settings, criterion.key_span, context));
  if (criterion.key == "scheduled")
    return ToTrigger(ReadScheduled(settings, criterion.key_span, context));
  if (criterion.key == "sequence")
    return ToTrigger(ReadSequence(settings, criterion.key_span, context));
  if (criterion.key == "unordered")
    return ToTrigger(ReadUnordered(settings, criterion.key_span, context));
  if (!CheckNoSettings(settings, kSingleMatch, kHint, context.reader)) return std::nullopt;
  return SingleMatch{};
}

}  // namespace

std::optional<Trigger> ReadTrigger(const yaml::Node& section, const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  if (section.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(section, "'trigger'", std::string(kHint));
    return std::nullopt;
  }
  if (section.entries.empty()) {
    reader.Error(section.span, "empty-value", "'trigger' names no criterion", std::string(kHint));
    return std::nullopt;
  }
  const yaml::Entry* criterion = FindCriterion(section, reader);
  if (criterion == nullptr) return std::nullopt;
  return ReadCriterion(*criterion, context);
}

bool HasSteps(const yaml::Node& section) {
  return section.kind == yaml::Node::Kind::kMapping &&
         (section.Find("sequence") != nullptr || section.Find("unordered") != nullptr);
}

}  // namespace riposte::rule
