// What is said about a record before its JSON is looked at: the same for both decoders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/event/decode.h"

namespace riposte::event {

// Offsets in a record are 32 bits wide; some room is left for what simdjson puts behind the text.
inline constexpr size_t kLargestRecord = UINT32_MAX - 4096;

inline Reject CheckSize(std::string_view bytes, size_t size_limit) {
  if (bytes.empty()) return Reject::kEmpty;
  if (bytes.size() > size_limit) return Reject::kTooLarge;
  return Reject::kNone;
}

// A byte order mark at the very beginning is not part of the text.
inline std::string_view WithoutByteOrderMark(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kByteOrderMark) ? bytes.substr(kByteOrderMark.size()) : bytes;
}

}  // namespace riposte::event
