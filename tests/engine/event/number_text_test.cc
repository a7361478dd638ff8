#include "engine/event/number_text.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/number.h"

namespace riposte::event {
namespace {

TEST(CheckNumber, Table) {
  for (const std::string text :
       {"0", "-0", "12", "-12", "0.5", "1e5", "1E+5", "1.25e-5", "0e0", "999999999999999999",
        "18446744073709551615", "-9223372036854775808", "1e308", "123456789012345678901.5"})
    EXPECT_EQ(CheckNumber(text), NumberText::kValid) << text;
  for (const std::string text : {"18446744073709551616", "-9223372036854775809", "1e309", "-1e999"})
    EXPECT_EQ(CheckNumber(text), NumberText::kOutOfRange) << text;
  for (const std::string text : {"", "-", "+1", "01", "-01", "1.", ".1", "1e", "1e+", "1e1.5", "1 ",
                                 " 1", "1x", "0x1", "NaN", "1.2.3", "--1", "1e++1"})
    EXPECT_EQ(CheckNumber(text), NumberText::kMalformed) << text;
}

// Number::Parse() is the judge of what is a number; CheckNumber() only tells its two refusals
// apart.
TEST(CheckNumber, AgreesWithParse) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::string_view kAlphabet = "0123456789012345678901234567890123456789-+.eE";
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (uint64_t size = 1 + random() % 26; size > 0; --size)
      text += kAlphabet[random() % kAlphabet.size()];
    EXPECT_EQ(CheckNumber(text) == NumberText::kValid, Number::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace riposte::event
