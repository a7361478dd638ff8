#include "base/time.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

struct TimeCase {
  const char* text;
  const char* utc;  // FormatTime of the result; null: refused
};

class ParseTimeTest : public testing::TestWithParam<TimeCase> {};

TEST_P(ParseTimeTest, Reads) {
  const std::optional<Time> time = ParseTime(GetParam().text);
  if (GetParam().utc == nullptr) {
    EXPECT_FALSE(time) << GetParam().text;
  } else {
    ASSERT_TRUE(time) << GetParam().text;
    EXPECT_EQ(FormatTime(*time), GetParam().utc);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ParseTimeTest,
    testing::Values(TimeCase{"2024-09-15T00:30:00.000Z", "2024-09-15T00:30:00.000Z"},
                    TimeCase{"2020-02-10T00:21:04.000+0000", "2020-02-10T00:21:04.000Z"},
                    TimeCase{"2023-07-19 19:20:12.034", "2023-07-19T19:20:12.034Z"},
                    TimeCase{"2020-02-29t23:59:59z", "2020-02-29T23:59:59.000Z"},
                    TimeCase{"2020-01-01T00:00:00.9999999Z", "2020-01-01T00:00:00.999Z"},
                    TimeCase{"2020-01-01T00:00:00,5+02:00", "2019-12-31T22:00:00.500Z"},
                    TimeCase{"2020-01-01T00:00:00-0330", "2020-01-01T03:30:00.000Z"},
                    TimeCase{"2020-01-01T00:00:00+05", "2019-12-31T19:00:00.000Z"},
                    TimeCase{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
                    TimeCase{"2021-02-29T00:00:00Z", nullptr},
                    TimeCase{"2020-13-01T00:00:00Z", nullptr},
                    TimeCase{"2020-01-01T24:00:00Z", nullptr},
                    TimeCase{"2020-01-01T00:00:00.Z", nullptr},
                    TimeCase{"2020-01-01T00:00:00.0123456789Z", nullptr},
                    TimeCase{"2020-01-01T00:00:00+24:00", nullptr},
                    TimeCase{"2020-01-01T00:00:00Zx", nullptr}, TimeCase{"2020-01-01", nullptr},
                    TimeCase{"", nullptr}, TimeCase{"20200101T000000Z", nullptr}));

TEST(Time, EpochMatchesTheCalendar) {
  EXPECT_EQ(ToMs(*ParseTime("1970-01-01T00:00:00Z")), 0);
  EXPECT_EQ(ToMs(*ParseTime("2001-09-09T01:46:40Z")), 1'000'000'000'000);
  EXPECT_EQ(FormatTime(TimeFromMs(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, FarTimesAreClamped) {
  EXPECT_EQ(FormatTime(Time::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatTime(Time::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Time, Day) {
  EXPECT_EQ(FormatTime(*ParseDay("2018-10-10")), "2018-10-10T00:00:00.000Z");
  EXPECT_FALSE(ParseDay("2018-10-10T00:00:00Z"));
  EXPECT_FALSE(ParseDay("2018-02-30"));
}

TEST(Duration, ReadsAndPrints) {
  const std::pair<const char*, int64_t> cases[] = {{"1500ms", 1500},    {"90s", 90'000},
                                                   {"15m", 900'000},    {"24h", 86'400'000},
                                                   {"7d", 604'800'000}, {"2w", 1'209'600'000}};
  for (const auto& [text, ms] : cases) {
    ASSERT_TRUE(ParseDuration(text)) << text;
    EXPECT_EQ(ParseDuration(text)->count(), ms) << text;
    EXPECT_EQ(ParseDuration(FormatDuration(Duration(ms)))->count(), ms) << text;
  }
  EXPECT_EQ(FormatDuration(Duration(900'000)), "15m");
  EXPECT_EQ(FormatDuration(Duration(86'400'000)), "24h");
  EXPECT_EQ(FormatDuration(Duration(0)), "0s");
  for (const char* bad :
       {"", "5", "m", "-5m", "5 m", "1.5h", "5M", "99999999999999999999s", "9223372036854775807w"})
    EXPECT_FALSE(ParseDuration(bad)) << bad;
}

}  // namespace
}  // namespace riposte
