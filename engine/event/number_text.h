// The grammar and the range of a JSON number.
#pragma once

#include <cstdint>
#include <string_view>

namespace riposte::event {

enum class NumberText : uint8_t {
  kValid,       // Number::Parse() reads it
  kOutOfRange,  // grammatical, but beyond what a Number holds
  kMalformed,   // not a number of RFC 8259
};

// `text` as a whole.
NumberText CheckNumber(std::string_view text);

}  // namespace riposte::event
