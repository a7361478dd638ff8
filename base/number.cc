#include "base/number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace riposte {
namespace {

constexpr double kTwo64 = 18446744073709551616.0;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Length of the JSON number that `text` begins with; 0 if it begins with none. Says whether it is
// written as an integer.
size_t ScanJsonNumber(std::string_view text, bool& integer) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > begin;
  };
  integer = true;
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return 0;
  }
  if (i < text.size() && text[i] == '.') {
    integer = false;
    ++i;
    if (!digits()) return 0;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    integer = false;
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return 0;
  }
  return i;
}

// Whether a JSON number that is not zero has a magnitude below one, however it is written: "0.001",
// "1e-3", "1000e-6", "0.0001e1".
bool IsBelowOne(std::string_view text) {
  const size_t mark = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, mark);
  const size_t first = mantissa.find_first_of("123456789");
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  // The power of ten of the first digit that is not zero.
  const int64_t power = first < point ? static_cast<int64_t>(point - first) - 1
                                      : static_cast<int64_t>(point) - static_cast<int64_t>(first);
  if (mark == std::string_view::npos) return power < 0;
  std::string_view digits = text.substr(mark + 1);
  const bool negative = digits.front() == '-';
  if (digits.front() == '-' || digits.front() == '+') digits.remove_prefix(1);
  int64_t exponent = 0;
  const std::from_chars_result parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  // Beyond any power of ten that a text has room for.
  if (parsed.ec != std::errc() || exponent > int64_t{1} << 40) return negative;
  return (negative ? power - exponent : power + exponent) < 0;
}

// The order of an integer's magnitude and a finite, non-negative double.
std::strong_ordering CompareMagnitude(uint64_t integer, double real) {
  if (real >= kTwo64) return std::strong_ordering::less;
  const double whole = std::floor(real);
  const auto whole_integer = static_cast<uint64_t>(whole);
  if (integer != whole_integer) return integer <=> whole_integer;
  return real > whole ? std::strong_ordering::less : std::strong_ordering::equal;
}

std::strong_ordering Reverse(std::strong_ordering order) {
  if (std::is_lt(order)) return std::strong_ordering::greater;
  if (std::is_gt(order)) return std::strong_ordering::less;
  return std::strong_ordering::equal;
}

}  // namespace

Number Number::FromInt(int64_t value) {
  Number number;
  number.negative_ = value < 0;
  number.magnitude_ =
      value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  return number;
}

Number Number::FromUint(uint64_t value) {
  Number number;
  number.magnitude_ = value;
  return number;
}

Number Number::FromDouble(double value) {
  RIPOSTE_CHECK(std::isfinite(value), "a Number is finite");
  Number number;
  // A whole value is kept as an integer, so that each value has one representation.
  const double magnitude = std::fabs(value);
  if (magnitude < kTwo64 && std::floor(magnitude) == magnitude) {
    number.magnitude_ = static_cast<uint64_t>(magnitude);
    number.negative_ = value < 0;
    return number;
  }
  number.integral_ = false;
  number.negative_ = value < 0;
  number.real_ = value;
  return number;
}

std::optional<Number> Number::Parse(std::string_view text) {
  bool integer = false;
  if (text.empty() || ScanJsonNumber(text, integer) != text.size()) return std::nullopt;
  if (integer) {
    const bool negative = text.front() == '-';
    const std::string_view digits = text.substr(negative ? 1 : 0);
    Number number;
    const std::from_chars_result parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), number.magnitude_);
    if (parsed.ec != std::errc() || (negative && number.magnitude_ > uint64_t{1} << 63))
      return std::nullopt;
    number.negative_ = negative && number.magnitude_ != 0;
    return number;
  }
  double real = 0;
  const std::from_chars_result parsed =
      std::from_chars(text.data(), text.data() + text.size(), real);
  if (parsed.ec == std::errc::result_out_of_range) {
    // Too small is zero, too large is no number; from_chars does not say which.
    if (IsBelowOne(text)) return Number();
    return std::nullopt;
  }
  if (parsed.ec != std::errc() || !std::isfinite(real)) return std::nullopt;
  return FromDouble(real);
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  if (negative_ != other.negative_)
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  std::strong_ordering order = std::strong_ordering::equal;
  if (integral_ && other.integral_) {
    order = magnitude_ <=> other.magnitude_;
  } else if (integral_) {
    order = CompareMagnitude(magnitude_, std::fabs(other.real_));
  } else if (other.integral_) {
    order = Reverse(CompareMagnitude(other.magnitude_, std::fabs(real_)));
  } else {
    const double a = std::fabs(real_), b = std::fabs(other.real_);
    order = a < b   ? std::strong_ordering::less
            : a > b ? std::strong_ordering::greater
                    : std::strong_ordering::equal;
  }
  return negative_ ? Reverse(order) : order;
}

double Number::ToDouble() const {
  if (!integral_) return real_;
  const auto magnitude = static_cast<double>(magnitude_);
  return negative_ ? -magnitude : magnitude;
}

std::string Number::ToString() const {
  if (integral_) return (negative_ ? "-" : "") + std::to_string(magnitude_);
  char buffer[40];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, real_);
  return {buffer, end.ptr};
}

uint64_t Number::Hash() const {
  uint64_t bits = integral_ ? magnitude_ : std::bit_cast<uint64_t>(real_);
  bits ^= (integral_ ? 0x9e3779b97f4a7c15u : 0u) ^ (negative_ ? 0xc2b2ae3d27d4eb4fu : 0u);
  bits = (bits ^ (bits >> 32)) * 0xd6e8feb86659fd93u;
  return bits ^ (bits >> 32);
}

}  // namespace riposte
