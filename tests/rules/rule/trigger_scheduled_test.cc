#include "rules/rule/trigger_scheduled.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using std::chrono::minutes;
using test::UnexpectedOfTrigger;
using Period = Scheduled::Period;

Scheduled Read(const std::string& settings) {
  return std::get<Scheduled>(test::LoadTrigger("{scheduled: {" + settings + "}}").rule().trigger);
}

schema::FieldId Field(std::string_view name) { return test::ShippedSchema()->catalogue.Find(name); }

// `settings` of a schedule that has its times.
std::string Wrong(const std::string& settings, std::string_view codes) {
  return UnexpectedOfTrigger("{scheduled: {from: 16:00, to: 17:00, " + settings + "}}", codes);
}
// A daily one with `settings`.
std::string WrongDaily(const std::string& settings, std::string_view codes) {
  return UnexpectedOfTrigger("{scheduled: {daily: , " + settings + "}}", codes);
}

TEST(ReadScheduled, EverythingThatItSays) {
  EXPECT_EQ(Read("weekly: [sun, mon], from: \"16:00\", to: 07:59, timezone: Europe/Berlin, "
                 "at_least: 2, group_by: [process.name]"),
            (Scheduled{.period = Period::kWeekly,
                       .days = {1, 7},
                       .from = minutes(960),
                       .to = minutes(479),
                       .timezone = "Europe/Berlin",
                       .at_least = 2,
                       .group_by = {Field("process.name")}}));
}

TEST(ReadScheduled, Defaults) {
  const Scheduled expected{
      .period = Period::kDaily, .days = {}, .timezone = "UTC", .group_by = {Field("asset.id")}};
  EXPECT_EQ(Read("daily: , from: 00:00, to: 00:00"), expected);
  EXPECT_EQ(Read("daily: {}, from: 00:00, to: 00:00"), expected);
}

TEST(ReadScheduled, DaysOfAMonth) {
  EXPECT_EQ(Read("monthly: [31, 1], from: 00:00, to: 23:59").days, (std::vector<int>{1, 31}));
  EXPECT_EQ(
      Wrong("monthly: [^0, ^32, 1, ^1, ^-1, ^x]", "bad-day bad-day bad-day wrong-type wrong-type"),
      "");
}

TEST(ReadScheduled, DaysOfAWeek) {
  EXPECT_EQ(Read("weekly: [mon, tue, wed, thu, fri, sat, sun], from: 00:00, to: 23:59").days,
            (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(Wrong("weekly: [^Mon, ^1, tue, ^tue]", "unknown-value unknown-value bad-day"), "");
  EXPECT_EQ(Wrong("weekly: ^[]", "empty-value"), "");
  EXPECT_EQ(Wrong("weekly: ^mon", "wrong-type"), "");
}

TEST(ReadScheduled, HasOnePeriod) {
  EXPECT_EQ(Wrong("daily: , ^weekly: [mon]", "two-periods"), "");
  EXPECT_EQ(Wrong("daily: {^x: 1}", "unknown-key"), "");
  EXPECT_EQ(Wrong("daily: ^true", "wrong-type"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{^scheduled: {from: 16:00, to: 17:00}}", "missing-key"), "");
}

TEST(ReadScheduled, TimesOfADay) {
  EXPECT_EQ(UnexpectedOfTrigger("{^^scheduled: {daily: }}", "missing-key missing-key"), "");
  for (const char* time : {"25:00", "24:00", "16:60", "4pm", "16", "1:000", "16:0", "'16:00 '",
                           "16-00", "''", "-1:00", "16:+1"})
    EXPECT_EQ(WrongDaily("from: ^" + std::string(time) + ", to: 00:00", "bad-time-of-day"), "");
  EXPECT_EQ(WrongDaily("from: 00:00, to: ^[]", "wrong-type"), "");
}

TEST(ReadScheduled, NamesOfTimeZones) {
  for (const char* zone : {"UTC", "Etc/GMT+1", "America/Argentina/Ushuaia", "EST5EDT",
                           "America/Port-au-Prince", "America/St_Johns"})
    EXPECT_EQ(Read("daily: , from: 00:00, to: 00:00, timezone: " + std::string(zone)).timezone,
              zone);
  for (const char* zone : {"''", "/UTC", "Europe/", "Europe//Berlin", "../UTC", "Europe/Ber.lin",
                           "'Europe/ Berlin'", "+01:00", "Köln"})
    EXPECT_EQ(WrongDaily("from: 00:00, to: 00:00, timezone: ^" + std::string(zone), "bad-timezone"),
              "");
  const std::string longest(64, 'x');
  for (const std::string& zone : {longest, std::string("Europe/Berln"), std::string("utc")})
    EXPECT_EQ(WrongDaily("from: 00:00, to: 00:00, timezone: ^" + zone, "unknown-timezone"), "");
  EXPECT_EQ(WrongDaily("from: 00:00, to: 00:00, timezone: ^x" + longest, "bad-timezone"), "");
}

TEST(ReadScheduled, AllThatIsWrong) {
  EXPECT_EQ(UnexpectedOfTrigger("{scheduled: ^[]}", "wrong-type"), "");
  EXPECT_EQ(Wrong("daily: , at_least: ^0, group_by: [^asset.tags], ^within: 1h",
                  "count-out-of-range grouped-by-object unknown-key"),
            "");
  EXPECT_EQ(Read("daily: , from: 00:00, to: 00:00, at_least: 10000").at_least, 10'000);
  EXPECT_EQ(Wrong("daily: , at_least: ^10001", "count-out-of-range"), "");
}

}  // namespace
}  // namespace riposte::rule
