#include "engine/event/number_text.h"

#include "base/number.h"

namespace riposte::event {
namespace {

// Integers of so many digits fit into 64 bits; reals with so few digits before the point and no
// exponent are finite.
constexpr size_t kSafeDigits = 18;

const char* SkipDigits(const char* at, const char* end) {
  while (at != end && static_cast<unsigned char>(*at - '0') < 10) ++at;
  return at;
}

}  // namespace

NumberText CheckNumber(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') ++at;
  const char* const digits = at;
  at = SkipDigits(at, end);
  const auto digit_count = static_cast<size_t>(at - digits);
  if (digit_count == 0 || (digit_count > 1 && *digits == '0')) return NumberText::kMalformed;
  if (at != end && *at == '.') {
    const char* const decimals = ++at;
    at = SkipDigits(at, end);
    if (at == decimals) return NumberText::kMalformed;
  }
  bool has_exponent = false;
  if (at != end && (*at == 'e' || *at == 'E')) {
    has_exponent = true;
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    const char* const exponent = at;
    at = SkipDigits(at, end);
    if (at == exponent) return NumberText::kMalformed;
  }
  if (at != end) return NumberText::kMalformed;
  if (digit_count <= kSafeDigits && !has_exponent) return NumberText::kValid;
  return Number::Parse(text).has_value() ? NumberText::kValid : NumberText::kOutOfRange;
}

}  // namespace riposte::event
