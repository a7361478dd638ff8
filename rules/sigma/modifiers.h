// The key of a detection item: "Field|modifier|modifier".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text/node_reader.h"

namespace riposte::sigma {

enum class Modifier : uint8_t {
  kAll,
  kContains,
  kStartsWith,
  kEndsWith,
  kExists,
  kCased,
  kNeq,
  kWindash,
  kRe,
  kIgnoreCase,  // of kRe: i
  kMultiLine,   // m
  kDotAll,      // s
  kBase64,
  kBase64Offset,
  kUtf16,
  kUtf16Le,
  kUtf16Be,
  kLt,
  kLte,
  kGt,
  kGte,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
  kCidr,
  kExpand,
  kFieldRef,
};
std::string_view ModifierName(Modifier modifier);  // as it is written; "wide" is utf16le

struct UsedModifier {
  Modifier modifier{};
  yaml::Span span{};
};

struct ItemKey {
  std::string field{};                    // empty: anywhere in the event
  std::vector<UsedModifier> modifiers{};  // in the order given, each once
  yaml::Span span{};                      // of the whole key

  bool Has(Modifier modifier) const { return Find(modifier) != nullptr; }
  const UsedModifier* Find(Modifier modifier) const;
  // The first of these that it has, or null.
  const UsedModifier* FindOneOf(std::initializer_list<Modifier> modifiers) const;
};

// Empty after an error: an unknown modifier, or modifiers that do not go together (bad-modifier).
std::optional<ItemKey> ReadItemKey(text::NodeReader& reader, const yaml::Entry& entry);

}  // namespace riposte::sigma
