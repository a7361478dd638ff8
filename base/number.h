// A number of an event or a rule, compared exactly: integers are never rounded through a double.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

// Every int64, every uint64 and every finite double, in one total order (-0 equals 0).
class Number {
 public:
  constexpr Number() = default;
  static Number FromInt(int64_t value);
  static Number FromUint(uint64_t value);
  static Number FromDouble(double value);  // must be finite

  // A JSON number's text, or the same grammar in a string ("8", "-1.5e3"). Empty if malformed, or
  // out of the range above: an integer beyond 64 bits, or a real whose double is infinite.
  static std::optional<Number> Parse(std::string_view text);

  std::strong_ordering operator<=>(const Number& other) const;
  bool operator==(const Number& other) const {
    return (*this <=> other) == std::strong_ordering::equal;
  }

  double ToDouble() const;
  std::string ToString() const;  // Parse() reads it back to an equal Number
  uint64_t Hash() const;         // equal Numbers have equal hashes, however they were written

 private:
  // Integers have magnitude and sign, so that both 64-bit ranges fit; other reals have `real_`.
  bool integral_ = true;
  bool negative_ = false;
  uint64_t magnitude_ = 0;
  double real_ = 0;
};

}  // namespace riposte
