#include "base/number.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(Number, RefusesWhatIsNoJsonNumber) {
  for (const char* bad : {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "NaN", "inf",
                          " 1", "1 ", "1,5", "--1"})
    EXPECT_FALSE(Number::Parse(bad)) << bad;
}

TEST(Number, RangeEnds) {
  EXPECT_TRUE(Number::Parse("18446744073709551615"));
  EXPECT_FALSE(Number::Parse("18446744073709551616"));
  EXPECT_TRUE(Number::Parse("-9223372036854775808"));
  EXPECT_FALSE(Number::Parse("-9223372036854775809"));
  EXPECT_TRUE(Number::Parse("1.7976931348623157e308"));
  EXPECT_FALSE(Number::Parse("1e999"));
  EXPECT_FALSE(Number::Parse("-1e999"));
  EXPECT_FALSE(Number::Parse("123456789012345678901234567890"));
  EXPECT_EQ(*Number::Parse("1e-999"), Number::FromInt(0));
  // What is too small is zero and what is too large is none, however it is written.
  const std::string zeros(400, '0');
  for (const std::string& small :
       std::vector<std::string>{"0." + zeros + "1", "-0." + zeros + "1e5", "1" + zeros + "e-900",
                                "0.1e-9999999999999999999", "1e-9223372036854775807"})
    EXPECT_EQ(Number::Parse(small), Number::FromInt(0)) << small;
  for (const std::string& large :
       std::vector<std::string>{"1" + zeros + ".5", "1" + zeros + "e-5", "0." + zeros + "1e900",
                                "1e9999999999999999999", "1e9223372036854775807", "-1e+309"})
    EXPECT_EQ(Number::Parse(large), std::nullopt) << large;
}

TEST(Number, OneValueHoweverItIsWritten) {
  const std::vector<std::vector<const char*>> equal = {{"0", "-0", "0.0", "-0.0", "0e5"},
                                                       {"8", "8.0", "80e-1", "0.8e1"},
                                                       {"-1500", "-1.5e3", "-1500.0"},
                                                       {"0.5", "5e-1", "0.50"}};
  for (const std::vector<const char*>& group : equal)
    for (const char* text : group) {
      EXPECT_EQ(*Number::Parse(text), *Number::Parse(group.front())) << text;
      EXPECT_EQ(Number::Parse(text)->Hash(), Number::Parse(group.front())->Hash()) << text;
    }
}

// Neighbours that a comparison through doubles would take for equal.
TEST(Number, OrderIsExact) {
  const char* ascending[] = {"-1.5e300",
                             "-9223372036854775808",
                             "-9007199254740993",
                             "-9007199254740992",
                             "-1",
                             "-0.5",
                             "0",
                             "1e-300",
                             "0.5",
                             "1",
                             "1.5",
                             "9007199254740992",
                             "9007199254740993",
                             "9223372036854775807",
                             "9223372036854775808",
                             "18446744073709551614",
                             "18446744073709551615",
                             "1.8446744073709552e19",
                             "1e300"};
  for (size_t i = 0; i < std::size(ascending); ++i)
    for (size_t k = 0; k < std::size(ascending); ++k)
      EXPECT_EQ(*Number::Parse(ascending[i]) <=> *Number::Parse(ascending[k]), i <=> k)
          << ascending[i] << " and " << ascending[k];
}

TEST(Number, TextReadsBack) {
  for (const char* text : {"0", "-1", "18446744073709551615", "-9223372036854775808", "0.1",
                           "-2.5e-10", "1.7976931348623157e308"}) {
    const Number number = *Number::Parse(text);
    ASSERT_TRUE(Number::Parse(number.ToString())) << number.ToString();
    EXPECT_EQ(*Number::Parse(number.ToString()), number) << text;
  }
}

TEST(Number, Conversions) {
  EXPECT_EQ(Number::FromInt(std::numeric_limits<int64_t>::min()).ToString(),
            "-9223372036854775808");
  EXPECT_EQ(Number::FromUint(7), Number::FromInt(7));
  EXPECT_EQ(Number::FromDouble(-3.0), Number::FromInt(-3));
  EXPECT_EQ(Number::FromDouble(2.5).ToDouble(), 2.5);
  EXPECT_EQ(Number::FromInt(-4).ToDouble(), -4.0);
  EXPECT_DEATH(Number::FromDouble(std::nan("")), "finite");
}

}  // namespace
}  // namespace riposte
