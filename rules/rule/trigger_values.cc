#include "rules/rule/trigger_values.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

using schema::FieldId;

void UnknownToken(const yaml::Node& node, const schema::Catalogue& catalogue,
                  text::NodeReader& reader) {
  std::vector<std::string_view> names;
  names.reserve(catalogue.size());
  for (const schema::Token& token : catalogue.tokens()) names.push_back(token.name);
  std::string hint = text::DidYouMean(node.value.substr(0, 200), names);
  if (hint.empty()) hint = "'riposte fields' lists the tokens";
  reader.Error(node.span, "unknown-token", fmt::format("unknown token '{}'", node.value),
               std::move(hint));
}

// The token of the asset's id in the first of the rule's profiles that has it.
FieldId AssetToken(const TriggerContext& context) {
  for (const schema::Profile& profile : context.schema.profiles) {
    const bool runs_there =
        context.profiles.empty() ||
        std::ranges::find(context.profiles, profile.name) != context.profiles.end();
    const FieldId token = profile.role(schema::Role::kAssetId);
    if (runs_there && token != schema::kNoField) return token;
  }
  return schema::kNoField;
}

}  // namespace

std::optional<FieldId> ReadField(const yaml::Node& node, std::string_view what,
                                 const TriggerContext& context) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    context.reader.WrongType(node, what, "write the name of a token");
    return std::nullopt;
  }
  const schema::Catalogue& catalogue = context.schema.catalogue;
  const FieldId field = catalogue.Find(node.value);
  if (field == schema::kNoField) {
    UnknownToken(node, catalogue, context.reader);
    return std::nullopt;
  }
  if (catalogue.token(field).type == schema::FieldType::kObject) {
    context.reader.Error(
        node.span, "grouped-by-object",
        fmt::format("'{}' is an object, which has no value of its own", node.value),
        "name a token inside it");
    return std::nullopt;
  }
  return field;
}

std::optional<GroupBy> ReadGroupBy(const yaml::Node& node, std::string_view what,
                                   const TriggerContext& context) {
  if (node.kind != yaml::Node::Kind::kSequence) {
    context.reader.WrongType(node, what, "write a list of tokens, or [] for one group of all");
    return std::nullopt;
  }
  GroupBy fields;
  bool good = true;
  for (const yaml::Node& item : node.items) {
    const std::optional<FieldId> field =
        ReadField(item, fmt::format("an entry of {}", what), context);
    if (!field) {
      good = false;
    } else if (std::ranges::find(fields, *field) != fields.end()) {
      context.reader.Error(item.span, "duplicate-field",
                           fmt::format("'{}' is in {} already", item.value, what),
                           "write each token once");
      good = false;
    } else {
      fields.push_back(*field);
    }
  }
  if (!good) return std::nullopt;
  return fields;
}

std::optional<GroupBy> ReadGroupByOf(const yaml::Node& section, std::string_view key,
                                     yaml::Span place, const TriggerContext& context) {
  if (const yaml::Node* node = section.Find(key))
    return ReadGroupBy(*node, fmt::format("'{}'", key), context);
  const FieldId asset = AssetToken(context);
  if (asset != schema::kNoField) return GroupBy{asset};
  context.reader.Error(
      place, "missing-group-by",
      fmt::format("no event format here tells the asset, so '{}' has no default", key),
      fmt::format("add '{}:'", key));
  return std::nullopt;
}

std::optional<std::vector<FieldId>> ReadDistinct(const yaml::Node& node,
                                                 const TriggerContext& context) {
  if (node.kind == yaml::Node::Kind::kSequence) {
    if (!context.reader.List(node, "'distinct'")) return std::nullopt;
    return ReadGroupBy(node, "'distinct'", context);
  }
  const std::optional<FieldId> field = ReadField(node, "'distinct'", context);
  if (!field) return std::nullopt;
  return std::vector<FieldId>{*field};
}

bool CheckNoSettings(const yaml::Node& node, std::string_view name, std::string_view hint,
                     text::NodeReader& reader) {
  if (node.kind == yaml::Node::Kind::kNull) return true;
  if (node.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(node, fmt::format("'{}'", name), std::string(hint));
    return false;
  }
  for (const yaml::Entry& entry : node.entries)
    reader.Error(entry.key_span, "unknown-key",
                 fmt::format("unknown key '{}' in '{}'", entry.key, name), "it has no settings");
  return node.entries.empty();
}

std::optional<Duration> ReadSpan(const yaml::Node& node, std::string_view what, Duration least,
                                 text::NodeReader& reader) {
  const std::optional<std::string> text = reader.Text(node, what);
  if (!text) return std::nullopt;
  const std::optional<Duration> span = ParseDuration(*text);
  if (!span) {
    reader.Error(node.span, "bad-duration", fmt::format("'{}' is no span of time", *text),
                 "a whole number and ms, s, m, h, d or w: 15m");
    return std::nullopt;
  }
  if (!CheckSpan(*span, what, least, node.span, reader)) return std::nullopt;
  return span;
}

bool CheckSpan(Duration span, std::string_view what, Duration least, yaml::Span place,
               text::NodeReader& reader) {
  if (span >= least && span <= kSpanMax) return true;
  reader.Error(place, "span-out-of-range",
               fmt::format("{} lies between {} and {}", what, FormatDuration(least),
                           FormatDuration(kSpanMax)),
               span < least ? "write a longer span" : "write a shorter span");
  return false;
}

std::optional<int64_t> ReadAtLeast(const yaml::Node& node, int64_t most, text::NodeReader& reader) {
  const std::optional<int64_t> number = reader.Count(node, "'at_least'");
  if (!number) return std::nullopt;
  if (*number >= 1 && *number <= most) return number;
  reader.Error(node.span, "count-out-of-range",
               fmt::format("'at_least' lies between 1 and {}", most),
               *number < 1 ? "nothing at all would fire" : "group by more, or find less");
  return std::nullopt;
}

}  // namespace riposte::rule
