#include "engine/trigger/suppress_keys.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/rule_parts.h"

namespace riposte::trigger {
namespace {

// Raise it when what an older version kept must not be read any more.
constexpr uint64_t kFormatVersion = 1;

std::string DefinitionOf(const rule::Suppress& suppress, const schema::Catalogue& catalogue) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Unsigned(kFormatVersion);
  out.Signed(suppress.span.count());
  for (const schema::FieldId field : suppress.by) out.Text(catalogue.token(field).name);
  return Sha256Hex(bytes);
}

// Where all parts of the rule have it, so that it is one value of the group.
std::optional<size_t> PlaceOf(schema::FieldId field, const RuleParts& parts) {
  for (size_t place = 0; place < parts.key_values; ++place)
    if (std::ranges::all_of(
            parts.parts, [&](const RuleParts::Part& part) { return part.by[place].id == field; }))
      return place;
  return std::nullopt;
}

bool IsAssetId(const schema::Schema& schema, schema::FieldId field) {
  return std::ranges::any_of(schema.profiles, [field](const schema::Profile& profile) {
    return profile.role(schema::Role::kAssetId) == field;
  });
}

}  // namespace

SuppressKeys::SuppressKeys(rule::RuleSetPtr rules) : rules_(std::move(rules)) {
  for (const rule::Rule& rule : rules_->rules) per_rule_.push_back(Read(rule));
}

SuppressKeys::PerRule SuppressKeys::Read(const rule::Rule& rule) const {
  PerRule read;
  if (!rule.enabled || !rule.suppress) return read;
  const schema::Schema& schema = *rules_->schema;
  const RuleParts parts = PartsOf(rule, schema);
  read.has = true;
  read.definition = DefinitionOf(*rule.suppress, schema.catalogue);
  read.group_values = parts.key_values;
  for (const schema::FieldId field : rule.suppress->by)
    read.by.push_back({.id = field,
                       .type = schema.catalogue.token(field).type,
                       .place = PlaceOf(field, parts),
                       .is_asset = IsAssetId(schema, field)});
  return read;
}

std::optional<AlertKey> SuppressKeys::KeyOfMatch(uint32_t rule, const event::Event& event) const {
  std::optional<std::string> key;
  if (Has(rule)) key = OfMatch(rule, event);
  if (!key) return std::nullopt;
  return AlertKey{.definition = definition(rule), .key = *std::move(key)};
}

std::optional<AlertKey> SuppressKeys::KeyOfWindow(uint32_t rule, std::string_view group,
                                                  std::string_view asset_id) const {
  std::optional<std::string> key;
  if (Has(rule)) key = OfWindow(rule, group, asset_id);
  if (!key) return std::nullopt;
  return AlertKey{.definition = definition(rule), .key = *std::move(key)};
}

std::optional<std::string> SuppressKeys::OfMatch(uint32_t rule, const event::Event& event) const {
  KeyWriter key;
  for (const Field& field : per_rule_[rule].by) {
    const std::optional<std::string> text = TextOfFirst(event, field.id, field.type);
    if (!text) return std::nullopt;
    key.AddText(*text);
  }
  return std::move(key).Finish(kSuppressKeyBytesMax);
}

std::optional<std::string> SuppressKeys::OfWindow(uint32_t rule, std::string_view group,
                                                  std::string_view asset_id) const {
  const PerRule& of = per_rule_[rule];
  std::vector<KeyValue> values;
  const bool has_values = SplitKey(group, values) && values.size() == of.group_values;
  KeyWriter key;
  for (const Field& field : of.by) {
    if (field.place && has_values) {
      key.Add(values[*field.place]);
    } else if (field.is_asset && !asset_id.empty()) {
      key.AddText(unicode::Fold(asset_id));
    } else {
      return std::nullopt;
    }
  }
  return std::move(key).Finish(kSuppressKeyBytesMax);
}

bool SuppressKeys::IsKey(uint32_t rule, std::string_view key) const {
  if (key.size() > kSuppressKeyBytesMax) return false;
  if (IsHash(key)) return true;
  std::vector<KeyValue> values;
  return SplitKey(key, values) && values.size() == per_rule_[rule].by.size();
}

}  // namespace riposte::trigger
