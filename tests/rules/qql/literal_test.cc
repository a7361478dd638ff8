#include "rules/qql/literal.h"

#include <gtest/gtest.h>

namespace riposte::qql {
namespace {

TEST(ParseDate, DaysAndTimes) {
  const std::optional<DateLiteral> day = ParseDate("2024-02-29");
  ASSERT_TRUE(day);
  EXPECT_TRUE(day->is_day);
  EXPECT_EQ(FormatTime(day->at.fixed), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(FormatTime(day->DayEnd().fixed), "2024-03-01T00:00:00.000Z");
  const std::optional<DateLiteral> time = ParseDate("2024-02-29T10:30:00.5+02:00");
  ASSERT_TRUE(time);
  EXPECT_FALSE(time->is_day);
  EXPECT_FALSE(time->at.relative);
  EXPECT_EQ(FormatTime(time->at.fixed), "2024-02-29T08:30:00.500Z");
}

TEST(ParseDate, RefusesWhatIsNoneAndWhatLiesOutside) {
  for (const std::string_view text :
       {"", "2024", "2024-02-30", "2023-02-29", "2024-13-01", "29.02.2024", "2024-02-29T25:00:00Z",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "tomorrow", "n", "nows"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
  EXPECT_TRUE(ParseDate("0000-01-01T00:00:00Z"));
  EXPECT_TRUE(ParseDate("9999-12-31T23:59:59.999Z"));
}

TEST(ParseDate, RelativeToNow) {
  struct Case {
    std::string_view text;
    int32_t months;
    int64_t ms;
  };
  for (const Case& one :
       {Case{"now", 0, 0}, Case{"NOW", 0, 0}, Case{"now-1s", 0, -1000}, Case{"now+2m", 0, 120'000},
        Case{"now-3h", 0, -10'800'000}, Case{"now-1d", 0, -86'400'000},
        Case{"now-2w", 0, -1'209'600'000}, Case{"now-3M", -3, 0}, Case{"now+1y", 12, 0},
        Case{"now-10000y", -120'000, 0}, Case{"now-3652425d", 0, -315'569'520'000'000}}) {
    const std::optional<DateLiteral> date = ParseDate(one.text);
    ASSERT_TRUE(date) << one.text;
    EXPECT_TRUE(date->at.relative);
    EXPECT_FALSE(date->is_day);
    EXPECT_EQ(date->at.months, one.months) << one.text;
    EXPECT_EQ(date->at.offset_ms, one.ms) << one.text;
  }
  for (const std::string_view text :
       {"now-", "now-1", "now-d", "now1d", "now-1x", "now--1d", "now -1d", "now-1.5d", "now-10001y",
        "now-120001M", "now-3652426d", "now-99999999999999999999d", "now-1d-1h", "now/d"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
}

TEST(ParseBool, IgnoresCase) {
  EXPECT_EQ(ParseBool("true"), true);
  EXPECT_EQ(ParseBool("FALSE"), false);
  for (const std::string_view text : {"", "yes", "1", "truee", "tru"}) {
    EXPECT_FALSE(ParseBool(text)) << text;
  }
}

}  // namespace
}  // namespace riposte::qql
