#include "rules/rule/suppress_section.h"

#include <algorithm>
#include <array>
#include <variant>

#include <fmt/format.h>

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"by", "for"};

// Where a part has no fields of its own.
GroupBy CommonGroup(const Trigger& trigger) {
  if (const Count* count = std::get_if<Count>(&trigger)) return count->group_by;
  if (const Scheduled* scheduled = std::get_if<Scheduled>(&trigger)) return scheduled->group_by;
  return {};
}

// All parts of the trigger have it at one place, so that it is a value of the group.
bool IsOfGroup(schema::FieldId field, const Trigger& trigger) {
  const std::vector<const Step*> parts = PartsOf(trigger);
  std::vector<GroupBy> keys;
  keys.reserve(parts.size());
  for (const Step* part : parts) keys.push_back(part == nullptr ? CommonGroup(trigger) : part->by);
  for (size_t place = 0; place < keys.front().size(); ++place)
    if (std::ranges::all_of(keys, [&](const GroupBy& key) { return key[place] == field; }))
      return true;
  return false;
}

bool IsAssetId(schema::FieldId field, const schema::Schema& schema) {
  return std::ranges::any_of(schema.profiles, [field](const schema::Profile& profile) {
    return profile.role(schema::Role::kAssetId) == field;
  });
}

// A window has many events: of their values only those of its group, and its alert's asset, are the
// same for all of it.
void CheckByOfWindow(const yaml::Node& by, const GroupBy& fields, const Trigger& trigger,
                     const TriggerContext& context) {
  if (std::holds_alternative<SingleMatch>(trigger)) return;
  for (size_t i = 0; i < fields.size(); ++i)
    if (!IsOfGroup(fields[i], trigger) && !IsAssetId(fields[i], context.schema))
      context.reader.Error(
          by.items[i].span, "suppress-beside-group",
          fmt::format("'{}' is not what the windows of this trigger are grouped by",
                      context.schema.catalogue.token(fields[i]).name),
          "take what it is grouped by, or the asset");
}

}  // namespace

std::optional<Suppress> ReadSuppress(const yaml::Node& section, yaml::Span key_span,
                                     const Trigger* trigger, const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  Suppress suppress;
  if (reader.Mapping(section, "'suppress'", kKeys)) {
    if (const yaml::Node* node = reader.Required(section, "for", "'suppress'", key_span))
      suppress.span = ReadSpan(*node, "'for'", kSpanMin, reader).value_or(kSpanMin);
    suppress.by = ReadGroupByOf(section, "by", key_span, context).value_or(GroupBy{});
    const yaml::Node* by = section.Find("by");
    if (by != nullptr && trigger != nullptr && reader.diagnostics().error_count() == errors_before)
      CheckByOfWindow(*by, suppress.by, *trigger, context);
  }
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return suppress;
}

}  // namespace riposte::rule
