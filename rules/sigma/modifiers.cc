#include "rules/sigma/modifiers.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::sigma {
namespace {

using M = Modifier;

struct NamedModifier {
  std::string_view name;
  Modifier modifier;
};
constexpr std::array<NamedModifier, 31> kModifiers = {{
    {"all", M::kAll},
    {"contains", M::kContains},
    {"startswith", M::kStartsWith},
    {"endswith", M::kEndsWith},
    {"exists", M::kExists},
    {"cased", M::kCased},
    {"neq", M::kNeq},
    {"windash", M::kWindash},
    {"re", M::kRe},
    {"i", M::kIgnoreCase},
    {"m", M::kMultiLine},
    {"s", M::kDotAll},
    {"base64", M::kBase64},
    {"base64offset", M::kBase64Offset},
    {"utf16", M::kUtf16},
    {"utf16le", M::kUtf16Le},
    {"wide", M::kUtf16Le},
    {"utf16be", M::kUtf16Be},
    {"lt", M::kLt},
    {"lte", M::kLte},
    {"gt", M::kGt},
    {"gte", M::kGte},
    {"minute", M::kMinute},
    {"hour", M::kHour},
    {"day", M::kDay},
    {"week", M::kWeek},
    {"month", M::kMonth},
    {"year", M::kYear},
    {"cidr", M::kCidr},
    {"expand", M::kExpand},
    {"fieldref", M::kFieldRef},
}};

// What a modifier is about; two of a kind do not go together, and neither do some kinds.
enum class Kind : uint8_t {
  kPlace,     // where the value stands in the field
  kType,      // what the value is, instead of a text
  kFlag,      // of a regular expression
  kText,      // changes the text
  kWide,      // encodes it as UTF-16
  kBase64,    // encodes it
  kDatePart,  // what is read of the field
  kLogic,     // how values are joined, and letter case
};
Kind KindOf(Modifier modifier) {
  switch (modifier) {
    case M::kContains:
    case M::kStartsWith:
    case M::kEndsWith:
      return Kind::kPlace;
    case M::kExists:
    case M::kRe:
    case M::kLt:
    case M::kLte:
    case M::kGt:
    case M::kGte:
    case M::kCidr:
    case M::kFieldRef:
      return Kind::kType;
    case M::kIgnoreCase:
    case M::kMultiLine:
    case M::kDotAll:
      return Kind::kFlag;
    case M::kWindash:
    case M::kExpand:
      return Kind::kText;
    case M::kUtf16:
    case M::kUtf16Le:
    case M::kUtf16Be:
      return Kind::kWide;
    case M::kBase64:
    case M::kBase64Offset:
      return Kind::kBase64;
    case M::kMinute:
    case M::kHour:
    case M::kDay:
    case M::kWeek:
    case M::kMonth:
    case M::kYear:
      return Kind::kDatePart;
    case M::kAll:
    case M::kCased:
    case M::kNeq:
      return Kind::kLogic;
  }
  return Kind::kLogic;
}

bool IsComparison(Modifier modifier) { return modifier >= M::kLt && modifier <= M::kGte; }
bool IsEncoding(Modifier modifier) {
  return KindOf(modifier) == Kind::kWide || KindOf(modifier) == Kind::kBase64;
}

// Why `later` cannot stand behind `earlier`, both of one key; empty if it can.
std::string_view Clash(Modifier earlier, Modifier later) {
  const Kind first = KindOf(earlier);
  const Kind second = KindOf(later);
  if (earlier == later) return "it is there already";
  if (earlier == M::kExists || later == M::kExists)
    return "'exists' asks for the field, not for a value, and stands alone";
  if (first == second && first != Kind::kLogic && first != Kind::kText && first != Kind::kFlag)
    return "only one of the two can be";
  if (second == Kind::kFlag) return {};  // checked by itself
  const auto pair = [&](const auto& one, const auto& other) {
    return (one(earlier) && other(later)) || (one(later) && other(earlier));
  };
  const auto is = [](Kind kind) { return [kind](Modifier m) { return KindOf(m) == kind; }; };
  const auto is_not_text = [](Modifier m) { return KindOf(m) == Kind::kType && m != M::kFieldRef; };
  if (pair(is(Kind::kPlace), is_not_text))
    return earlier == M::kRe || later == M::kRe
               ? "a regular expression is searched for anywhere; use '^' and '$' for the ends"
               : "it is for texts";
  if (pair(is(Kind::kPlace), is(Kind::kDatePart))) return "a part of a date is a number";
  const auto is_encoding = [](Modifier m) { return IsEncoding(m); };
  if (pair(is_encoding, is(Kind::kType)) || pair(is_encoding, is(Kind::kDatePart)))
    return "only a plain text can be encoded";
  const auto is_windash = [](Modifier m) { return m == M::kWindash; };
  if (pair(is_windash, is(Kind::kType)) || pair(is_windash, is(Kind::kDatePart)))
    return "'windash' is for texts";
  const auto is_cased = [](Modifier m) { return m == M::kCased; };
  if (pair(is_cased, is_not_text) || pair(is_cased, is(Kind::kDatePart)))
    return earlier == M::kRe || later == M::kRe
               ? "a regular expression minds letter case unless it has 'i'"
               : "'cased' is for texts";
  const auto is_expand = [](Modifier m) { return m == M::kExpand; };
  const auto takes_no_placeholder = [](Modifier m) {
    return IsComparison(m) || m == M::kFieldRef || KindOf(m) == Kind::kDatePart;
  };
  if (pair(is_expand, takes_no_placeholder)) return "placeholders stand for texts";
  const auto is_other_type = [](Modifier m) {
    return KindOf(m) == Kind::kType && !IsComparison(m);
  };
  if (pair(is(Kind::kDatePart), is_other_type)) return "a part of a date is a number";
  const auto is_all = [](Modifier m) { return m == M::kAll; };
  const auto is_neq = [](Modifier m) { return m == M::kNeq; };
  if (pair(is_all, is_neq)) return "'neq' means different from each of the values already";
  // Modifiers are applied in their order.
  if (first == Kind::kPlace && is_encoding(later))
    return "the wildcards that it adds would be encoded; write it behind";
  if (first == Kind::kBase64 && second == Kind::kWide)
    return "what is UTF-16 is encoded, not the other way round; write it before";
  if (is_encoding(earlier) && (is_windash(later) || is_expand(later)))
    return "the text is encoded by then; write it before";
  return {};
}

class KeyReader {
 public:
  KeyReader(text::NodeReader& reader, const yaml::Entry& entry) : reader_(reader), entry_(entry) {}

  std::optional<ItemKey> Read() {
    const std::string_view key = entry_.key;
    ItemKey item{.field = std::string(key.substr(0, key.find('|'))), .span = entry_.key_span};
    bool good = true;
    for (size_t bar = key.find('|'); bar != std::string_view::npos;) {
      const size_t next = key.find('|', bar + 1);
      const size_t end = next == std::string_view::npos ? key.size() : next;
      good = Add(bar + 1, end, item) && good;
      bar = next;
    }
    good = good && CheckAll(item);
    if (!good) return std::nullopt;
    return item;
  }

 private:
  bool Add(size_t begin, size_t end, ItemKey& item) {
    const std::string_view name = std::string_view(entry_.key).substr(begin, end - begin);
    const auto found = std::ranges::find(kModifiers, name, &NamedModifier::name);
    const yaml::Span span = SpanOf(begin, end);
    if (found == kModifiers.end()) {
      std::vector<std::string_view> names;
      names.reserve(kModifiers.size());
      for (const NamedModifier& known : kModifiers) names.push_back(known.name);
      reader_.Error(span, "unknown-modifier", fmt::format("unknown modifier '{}'", name),
                    text::Suggestion(name, names));
      return false;
    }
    item.modifiers.push_back({.modifier = found->modifier, .span = span});
    return true;
  }

  // Whether all go together.
  bool CheckAll(const ItemKey& item) {
    for (size_t i = 0; i < item.modifiers.size(); ++i) {
      const UsedModifier& later = item.modifiers[i];
      if (KindOf(later.modifier) == Kind::kFlag && !item.Has(M::kRe))
        return Refuse(later, "it belongs behind 're'");
      for (size_t j = 0; j < i; ++j) {
        const UsedModifier& earlier = item.modifiers[j];
        const std::string_view why = Clash(earlier.modifier, later.modifier);
        if (!why.empty())
          return Refuse(later,
                        fmt::format("{} (behind '{}')", why, ModifierName(earlier.modifier)));
        if (later.modifier == M::kRe && KindOf(earlier.modifier) == Kind::kFlag)
          return Refuse(earlier, "it belongs behind 're'");
      }
    }
    return item.field.empty() ? CheckAnywhere(item) : true;
  }

  // A value without a field is a text or a regular expression.
  bool CheckAnywhere(const ItemKey& item) {
    for (const UsedModifier& used : item.modifiers) {
      const Kind kind = KindOf(used.modifier);
      if (kind == Kind::kDatePart || (kind == Kind::kType && used.modifier != M::kRe))
        return Refuse(used, "it needs a field, and there is none before it");
    }
    return true;
  }

  bool Refuse(const UsedModifier& used, std::string why) {
    reader_.Error(used.span, "bad-modifier",
                  fmt::format("the modifier '{}' cannot stand here", ModifierName(used.modifier)),
                  std::move(why));
    return false;
  }

  // Of a part of the key in the file. A quoted key with escapes has no exact places inside.
  yaml::Span SpanOf(size_t begin, size_t end) const {
    const std::string_view written = reader_.source()->bytes().substr(
        entry_.key_span.begin, entry_.key_span.end - entry_.key_span.begin);
    const size_t at = written.find(entry_.key);
    if (at == std::string_view::npos) return entry_.key_span;
    const auto place = [&](size_t offset) {
      return static_cast<uint32_t>(entry_.key_span.begin + at + offset);
    };
    return {.begin = place(begin), .end = place(end)};
  }

  text::NodeReader& reader_;
  const yaml::Entry& entry_;
};

}  // namespace

std::string_view ModifierName(Modifier modifier) {
  return std::ranges::find(kModifiers, modifier, &NamedModifier::modifier)->name;
}

const UsedModifier* ItemKey::Find(Modifier modifier) const { return FindOneOf({modifier}); }

const UsedModifier* ItemKey::FindOneOf(std::initializer_list<Modifier> wanted) const {
  for (const UsedModifier& used : modifiers)
    if (std::ranges::find(wanted, used.modifier) != wanted.end()) return &used;
  return nullptr;
}

std::optional<ItemKey> ReadItemKey(text::NodeReader& reader, const yaml::Entry& entry) {
  return KeyReader(reader, entry).Read();
}

}  // namespace riposte::sigma
