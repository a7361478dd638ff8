// Values of an event as texts that are equal where the values are, and lists of them as one key.
//
// A key differs wherever its values do: each stands with its length before it. A value of more
// than kValueBytesMax bytes stands as its SHA-256, a key of more than kKeyBytesMax as the hash of
// all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "rules/schema/catalogue.h"

namespace riposte::trigger {

inline constexpr size_t kValueBytesMax = 128;
inline constexpr size_t kKeyBytesMax = 1000;
inline constexpr size_t kDistinctBytesMax = 64;  // of what `distinct` keeps

// As it stands in a key.
struct KeyValue {
  std::string_view bytes;
  bool hashed = false;
  bool operator==(const KeyValue&) const = default;
};

// The text of the first of an event's values that can be used, as comparisons see it: folded, a
// number, an address or a time in its one form. Empty if there is none.
std::optional<std::string> TextOfFirst(const event::Event& event, schema::FieldId field,
                                       schema::FieldType type);

class KeyWriter {
 public:
  void AddText(std::string_view text);
  void Add(const KeyValue& value);  // of another key
  // Of more than `bytes_max` bytes the hash.
  std::string Finish(size_t bytes_max = kKeyBytesMax) &&;

 private:
  std::string key_;
};

bool IsHash(std::string_view key);  // of all of a key
// Replaces `values` by views of `key`. False if it is none of values (but a hash, or malformed).
bool SplitKey(std::string_view key, std::vector<KeyValue>& values);

// For people: what was hashed reads "sha256:<hex>". Of a key that is a hash: that alone.
std::vector<std::string> ValuesOfKey(std::string_view key);

}  // namespace riposte::trigger
