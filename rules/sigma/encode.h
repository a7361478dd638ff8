// What the encoding modifiers of Sigma make of a text.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace riposte::sigma {

// RFC 4648, with padding.
std::string Base64(std::string_view bytes);
// What is left of the encoding of `bytes` wherever they stand in a longer encoded text: one form
// for each of the three offsets, without the characters at the ends that neighbours share. A form
// may be empty if `bytes` are too few.
std::array<std::string, 3> Base64Offsets(std::string_view bytes);

enum class Utf16 { kLittleEndian, kBigEndian, kWithMark /* little endian behind a mark */ };
// `text` is valid UTF-8.
std::string ToUtf16(std::string_view text, Utf16 form);

}  // namespace riposte::sigma
