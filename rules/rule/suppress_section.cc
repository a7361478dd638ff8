#include "rules/rule/suppress_section.h"

#include <array>

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"by", "for"};

}  // namespace

std::optional<Suppress> ReadSuppress(const yaml::Node& section, yaml::Span key_span,
                                     const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  Suppress suppress;
  if (reader.Mapping(section, "'suppress'", kKeys)) {
    if (const yaml::Node* node = reader.Required(section, "for", "'suppress'", key_span))
      suppress.span = ReadSpan(*node, "'for'", kSpanMin, reader).value_or(kSpanMin);
    suppress.by = ReadGroupByOf(section, "by", key_span, context).value_or(GroupBy{});
  }
  if (!context.allow_windows)
    reader.Error(key_span, "not-available-yet", "'suppress' is not available yet", "leave it out");
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return suppress;
}

}  // namespace riposte::rule
