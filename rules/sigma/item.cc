#include "rules/sigma/item.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/number.h"
#include "base/regex.h"
#include "base/unicode.h"
#include "rules/sigma/encode.h"
#include "rules/sigma/modifiers.h"
#include "rules/sigma/pattern.h"

namespace riposte::sigma {
namespace {

using M = Modifier;
using query::NodeId;
using query::Predicate;
using PieceKind = Pattern::Piece::Kind;

constexpr std::string_view kNumberHint = "write a number without quotes";

// Which reading of the field a part of a date is.
Reading DatePartReading(Modifier modifier) {
  return static_cast<Reading>(static_cast<int>(Reading::kMinute) + static_cast<int>(modifier) -
                              static_cast<int>(M::kMinute));
}

class ItemCompiler {
 public:
  ItemCompiler(const DetectionContext& context, const ItemKey& key, query::Expression& out)
      : context_(context), reader_(context.reader), key_(key), out_(out) {}

  std::optional<NodeId> Compile(const yaml::Node& value) {
    const text::Span span = text::ToSpan(value.span);
    if (key_.Has(M::kExists)) return CompileExists(value);
    if (value.kind == yaml::Node::Kind::kNull) return CompileNull(value);
    const std::optional<schema::FieldId> field = FieldOf(value.span);
    std::vector<NodeId> nodes;
    bool good = field.has_value();
    for (const yaml::Node* one : ValuesOf(value, good)) {
      const std::optional<std::vector<Predicate>> predicates = PredicatesOf(*one);
      good = good && predicates.has_value();
      if (good) nodes.push_back(AnyOf(*field, *predicates, text::ToSpan(one->span)));
    }
    if (!good) return std::nullopt;
    const NodeId joined = key_.Has(M::kAll) ? out_.AddAnd(std::move(nodes), span)
                                            : out_.AddOr(std::move(nodes), span);
    return key_.Has(M::kNeq) ? out_.AddNot(joined, span) : joined;
  }

 private:
  NodeId AnyOf(schema::FieldId field, const std::vector<Predicate>& predicates, text::Span span) {
    std::vector<NodeId> nodes;
    nodes.reserve(predicates.size());
    for (const Predicate& predicate : predicates)
      nodes.push_back(out_.AddClause(field, predicate, span));
    return out_.AddOr(std::move(nodes), span);
  }

  std::optional<NodeId> CompileExists(const yaml::Node& value) {
    const std::optional<bool> there = reader_.Bool(value, "the value of 'exists'");
    const std::optional<schema::FieldId> field =
        Known(context_.fields.Field(key_.field, Reading::kPresence), value.span);
    if (!there || !field) return std::nullopt;
    const text::Span span = text::ToSpan(value.span);
    const NodeId absent = out_.AddClause(*field, query::IsNull{}, span);
    return *there ? out_.AddNot(absent, span) : absent;
  }

  std::optional<NodeId> CompileNull(const yaml::Node& value) {
    const bool plain = std::ranges::all_of(
        key_.modifiers, [](const UsedModifier& used) { return used.modifier == M::kNeq; });
    if (!plain || key_.field.empty()) {
      reader_.Error(value.span, "null-value", "null cannot stand here",
                    key_.field.empty() ? "write a text" : "null takes no modifier but 'neq'");
      return std::nullopt;
    }
    const std::optional<schema::FieldId> field = FieldOf(value.span);
    if (!field) return std::nullopt;
    const text::Span span = text::ToSpan(value.span);
    const NodeId absent = out_.AddClause(*field, query::IsNull{}, span);
    return key_.Has(M::kNeq) ? out_.AddNot(absent, span) : absent;
  }

  // The token that the values are compared with.
  std::optional<schema::FieldId> FieldOf(yaml::Span place) {
    if (key_.field.empty()) return Known(context_.fields.Anywhere(context_.source), place);
    Reading reading = Reading::kText;
    const UsedModifier* part =
        key_.FindOneOf({M::kMinute, M::kHour, M::kDay, M::kWeek, M::kMonth, M::kYear});
    if (part != nullptr) {
      reading = DatePartReading(part->modifier);
    } else if (key_.FindOneOf({M::kLt, M::kLte, M::kGt, M::kGte}) != nullptr) {
      reading = Reading::kNumber;
    } else if (key_.Has(M::kCidr)) {
      reading = Reading::kIp;
    }
    return Known(context_.fields.Field(key_.field, reading), place);
  }

  std::optional<schema::FieldId> Known(schema::FieldId field, yaml::Span place) {
    if (field != schema::kNoField) return field;
    reader_.Error(place, "too-many-fields", "the rules use more fields than the engine can count",
                  "split the set of rules");
    return std::nullopt;
  }

  // The scalars of the value; `good` becomes false after an error.
  std::vector<const yaml::Node*> ValuesOf(const yaml::Node& value, bool& good) {
    std::vector<const yaml::Node*> values;
    if (value.kind == yaml::Node::Kind::kScalar) {
      values.push_back(&value);
      if (const UsedModifier* all = key_.Find(M::kAll))
        reader_.Warning(all->span, "all-of-one", "'all' of a single value says nothing",
                        "leave it out, or write a list");
      return values;
    }
    if (!reader_.List(value, "the value")) {
      good = false;
      return values;
    }
    for (const yaml::Node& item : value.items) {
      if (item.kind == yaml::Node::Kind::kNull) {
        reader_.Error(item.span, "null-in-list", "null cannot be in a list of values",
                      "give it a selection of its own, and join the two with 'or'");
        good = false;
      } else if (reader_.Text(item, "a value")) {
        values.push_back(&item);
      } else {
        good = false;
      }
    }
    return values;
  }

  // One of them has to hold; empty after an error.
  std::optional<std::vector<Predicate>> PredicatesOf(const yaml::Node& value) {
    if (key_.Has(M::kFieldRef)) return OtherFieldOf(value);
    const UsedModifier* comparison = key_.FindOneOf({M::kLt, M::kLte, M::kGt, M::kGte});
    const bool is_date_part =
        key_.FindOneOf({M::kMinute, M::kHour, M::kDay, M::kWeek, M::kMonth, M::kYear}) != nullptr;
    if (comparison != nullptr || is_date_part) return NumberOf(value, comparison);
    if (key_.Has(M::kRe)) return RegexOf(value);
    if (key_.Has(M::kCidr)) return NetworkOf(value);
    return TextsOf(value);
  }

  std::optional<std::vector<Predicate>> OtherFieldOf(const yaml::Node& value) {
    const std::optional<schema::FieldId> other =
        Known(context_.fields.Field(value.value, Reading::kText), value.span);
    if (!other) return std::nullopt;
    using How = query::OtherField::How;
    const How how = key_.Has(M::kContains)     ? How::kContains
                    : key_.Has(M::kStartsWith) ? How::kStartsWith
                    : key_.Has(M::kEndsWith)   ? How::kEndsWith
                                               : How::kEquals;
    return std::vector<Predicate>{
        query::OtherField{.field = *other, .how = how, .cased = key_.Has(M::kCased)}};
  }

  std::optional<std::vector<Predicate>> NumberOf(const yaml::Node& value,
                                                 const UsedModifier* comparison) {
    const std::optional<Number> number = Number::Parse(value.value);
    if (!number || value.style != yaml::Style::kPlain) {
      reader_.Error(value.span, "bad-number", fmt::format("'{}' is not a number", value.value),
                    std::string(kNumberHint));
      return std::nullopt;
    }
    query::NumberIn in;
    const M kind = comparison == nullptr ? M::kAll : comparison->modifier;
    if (kind != M::kLt && kind != M::kLte) in.low = number;
    if (kind != M::kGt && kind != M::kGte) in.high = number;
    in.low_inclusive = kind != M::kGt;
    in.high_inclusive = kind != M::kLt;
    return std::vector<Predicate>{in};
  }

  std::optional<std::vector<Predicate>> RegexOf(const yaml::Node& value) {
    std::string flags;
    if (key_.Has(M::kMultiLine)) flags += 'm';
    if (key_.Has(M::kDotAll)) flags += 's';
    std::vector<Predicate> predicates;
    for (const std::string& written : Expanded(value)) {
      query::Matches matches{
          .pattern = flags.empty() ? written : fmt::format("(?{}){}", flags, written),
          .ignore_case = key_.Has(M::kIgnoreCase)};
      const Result<Regex> compiled =
          Regex::Compile(matches.pattern, {.ignore_case = matches.ignore_case});
      if (written.empty() || !compiled.ok()) {
        reader_.Error(value.span, "regex-not-re2",
                      written.empty()
                          ? "the regular expression is empty"
                          : "the regular expression cannot be used: " + compiled.status().message(),
                      "write it in the syntax of RE2, without look-around and back-references");
        return std::nullopt;
      }
      predicates.emplace_back(std::move(matches));
    }
    return Some(std::move(predicates));
  }

  std::optional<std::vector<Predicate>> NetworkOf(const yaml::Node& value) {
    std::vector<Predicate> predicates;
    for (const std::string& written : Expanded(value)) {
      std::optional<IpRange> range = IpRange::ParseCidr(written);
      if (const std::optional<IpAddress> one = IpAddress::Parse(written))
        range = IpRange{.first = *one, .last = *one};
      if (!range) {
        reader_.Error(value.span, "bad-ip", fmt::format("'{}' is no network", written),
                      "write an address and a prefix length: '10.0.0.0/8', '2001:db8::/32'");
        return std::nullopt;
      }
      predicates.emplace_back(query::IpIn{.low = range->first, .high = range->last});
    }
    return Some(std::move(predicates));
  }

  // The texts of a value, its placeholders replaced; none after an error.
  std::vector<std::string> Expanded(const yaml::Node& value) {
    if (key_.Has(M::kExpand)) return Combinations(value);
    return {value.value};
  }

  std::optional<std::vector<Predicate>> TextsOf(const yaml::Node& value) {
    std::vector<Pattern> patterns;
    for (const std::string& text : Expanded(value)) patterns.push_back(ParsePattern(text));
    for (const UsedModifier& used : key_.modifiers) {
      if (patterns.empty()) return std::nullopt;
      patterns = Apply(used, std::move(patterns), value);
    }
    // A value that stands anywhere is a part of the whole.
    if (key_.field.empty() &&
        key_.FindOneOf({M::kStartsWith, M::kEndsWith, M::kContains}) == nullptr)
      patterns = Surrounded(std::move(patterns), true, true);
    std::vector<Predicate> predicates;
    for (const Pattern& pattern : patterns) {
      if (!unicode::IsValidUtf8(pattern.Text())) {
        reader_.Error(value.span, "encoded-no-text",
                      "encoded as UTF-16 the value is no text, and events hold texts only",
                      "add 'base64' or 'base64offset' behind it");
        return std::nullopt;
      }
      predicates.push_back(ToPredicate(pattern, key_.Has(M::kCased)));
    }
    return Some(std::move(predicates));
  }

  // What a modifier makes of the patterns; none after an error.
  std::vector<Pattern> Apply(const UsedModifier& used, std::vector<Pattern> patterns,
                             const yaml::Node& value) {
    switch (used.modifier) {
      case M::kContains:
        return Surrounded(std::move(patterns), true, true);
      case M::kStartsWith:
        return Surrounded(std::move(patterns), false, true);
      case M::kEndsWith:
        return Surrounded(std::move(patterns), true, false);
      case M::kWindash:
        return Dashed(patterns, value);
      case M::kBase64:
      case M::kBase64Offset:
      case M::kUtf16:
      case M::kUtf16Le:
      case M::kUtf16Be:
        return Encoded(used, patterns, value);
      default:
        return patterns;
    }
  }

  static std::vector<Pattern> Surrounded(std::vector<Pattern> patterns, bool before, bool behind) {
    for (Pattern& pattern : patterns) {
      if (before) pattern.pieces.insert(pattern.pieces.begin(), {.kind = PieceKind::kStar});
      if (behind) pattern.AddWildcard(PieceKind::kStar);
    }
    return patterns;
  }

  std::vector<Pattern> Dashed(const std::vector<Pattern>& patterns, const yaml::Node& value) {
    std::vector<Pattern> all;
    for (const Pattern& pattern : patterns) {
      std::vector<Pattern> variants = DashVariants(pattern);
      if (variants.empty() || all.size() + variants.size() > kMaxVariants) {
        TooMany(value, "has too many dashes for 'windash'");
        return {};
      }
      std::ranges::move(variants, std::back_inserter(all));
    }
    return all;
  }

  std::vector<Pattern> Encoded(const UsedModifier& used, const std::vector<Pattern>& patterns,
                               const yaml::Node& value) {
    std::vector<Pattern> encoded;
    for (const Pattern& pattern : patterns) {
      if (pattern.HasWildcard()) {
        reader_.Error(value.span, "wildcard-encoded",
                      fmt::format("'{}' cannot encode a wildcard", ModifierName(used.modifier)),
                      "escape it with a backslash if it is meant as it stands");
        return {};
      }
      for (std::string& text : Encode(used.modifier, pattern.Text())) {
        if (text.empty()) {
          reader_.Error(value.span, "encoded-too-short",
                        fmt::format("'{}' is too short: nothing certain is left of it once it is "
                                    "encoded",
                                    value.value),
                        "write at least three characters");
          return {};
        }
        encoded.push_back(PlainText(text));
      }
    }
    return encoded;
  }

  static std::vector<std::string> Encode(Modifier modifier, const std::string& text) {
    switch (modifier) {
      case M::kBase64:
        return {Base64(text)};
      case M::kUtf16:
        return {ToUtf16(text, Utf16::kWithMark)};
      case M::kUtf16Le:
        return {ToUtf16(text, Utf16::kLittleEndian)};
      case M::kUtf16Be:
        return {ToUtf16(text, Utf16::kBigEndian)};
      default: {
        const std::array<std::string, 3> forms = Base64Offsets(text);
        return {forms.begin(), forms.end()};
      }
    }
  }

  // The value with its placeholders replaced; none after an error.
  std::vector<std::string> Combinations(const yaml::Node& value) {
    Placeholders::Expanded expanded = context_.placeholders.Expand(value.value);
    if (!expanded.missing.empty()) {
      reader_.Error(
          value.span, "placeholder-without-value",
          fmt::format("the placeholder '{}' has no value", expanded.missing),
          fmt::format("give it one in a file of the folder: 'placeholders: {{{}: [...]}}'",
                      expanded.missing));
    } else if (expanded.too_many) {
      TooMany(value, "becomes too many values");
    }
    return std::move(expanded.texts);
  }

  void TooMany(const yaml::Node& value, std::string_view what) {
    reader_.Error(value.span, "too-many-variants", fmt::format("'{}' {}", value.value, what),
                  "write the values that are meant, one by one");
  }

  static std::optional<std::vector<Predicate>> Some(std::vector<Predicate> predicates) {
    if (predicates.empty()) return std::nullopt;
    return predicates;
  }

  const DetectionContext& context_;
  text::NodeReader& reader_;
  const ItemKey& key_;
  query::Expression& out_;
};

void WarnOfMisspelt(const DetectionContext& context, const ItemKey& key) {
  if (key.field.empty()) return;
  const std::string_view meant = context.fields.MeantBy(key.field, context.source);
  if (meant.empty()) return;
  // The key may stand in quotes.
  const std::string_view written =
      context.reader.source()->bytes().substr(key.span.begin, key.span.end - key.span.begin);
  const size_t at = std::min(written.find(key.field), written.size());
  const uint32_t begin = key.span.begin + static_cast<uint32_t>(at == written.size() ? 0 : at);
  const uint32_t end = std::min(begin + static_cast<uint32_t>(key.field.size()), key.span.end);
  context.reader.Warning(
      {.begin = begin, .end = end}, "unknown-field",
      fmt::format("no event format that provides the log source names a field '{}'", key.field),
      fmt::format("did you mean '{}'?", meant));
}

}  // namespace

std::optional<NodeId> CompileItem(const DetectionContext& context, const yaml::Entry& entry,
                                  query::Expression& out) {
  const std::optional<ItemKey> key = ReadItemKey(context.reader, entry);
  if (!key) return std::nullopt;
  WarnOfMisspelt(context, *key);
  return ItemCompiler(context, *key, out).Compile(entry.value);
}

std::optional<NodeId> CompileKeyword(const DetectionContext& context, const yaml::Node& value,
                                     query::Expression& out) {
  return ItemCompiler(context, ItemKey{.span = value.span}, out).Compile(value);
}

}  // namespace riposte::sigma
