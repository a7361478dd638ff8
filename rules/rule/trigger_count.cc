#include "rules/rule/trigger_count.h"

#include <array>
#include <utility>

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 5> kKeys = {"at_least", "within", "group_by", "distinct",
                                                   "cooldown"};

}  // namespace

std::optional<Count> ReadCount(const yaml::Node& section, yaml::Span key_span,
                               const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'count'", kKeys)) return std::nullopt;
  Count count;
  if (const yaml::Node* node = reader.Required(section, "at_least", "'count'", key_span))
    count.threshold =
        static_cast<double>(ReadAtLeast(*node, Count::kAtLeastMax, reader).value_or(1));
  if (const yaml::Node* node = reader.Required(section, "within", "'count'", key_span))
    count.within = ReadSpan(*node, "'within'", kSpanMin, reader).value_or(kSpanMin);
  count.cooldown = count.within;
  if (const yaml::Node* node = section.Find("cooldown"))
    count.cooldown = ReadSpan(*node, "'cooldown'", Duration{0}, reader).value_or(kSpanMin);
  if (const yaml::Node* node = section.Find("distinct")) {
    count.measure = Measure::kDistinct;
    count.fields = ReadDistinct(*node, context).value_or(std::vector<schema::FieldId>{});
  }
  count.group_by = ReadGroupByOf(section, "group_by", key_span, context).value_or(GroupBy{});
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return count;
}

}  // namespace riposte::rule
