#include "engine/trigger/calendar.h"

#include <algorithm>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/engine/trigger/walked_schedule.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Period = rule::Scheduled::Period;

Time At(const char* text) { return *ParseTime(text); }

std::string Show(const std::optional<Window>& window) {
  if (!window) return "none";
  const auto text = [](Time time) { return FormatTime(time).substr(0, 16); };
  return text(window->begin) + " " + text(window->end);
}

rule::Scheduled Daily(const char* zone, minutes from, minutes to) {
  return {.period = Period::kDaily,
          .days = {},
          .from = from,
          .to = to,
          .timezone = zone,
          .at_least = 1,
          .group_by = {}};
}
rule::Scheduled On(Period period, std::vector<int> days, minutes from, minutes to,
                   const char* zone = "UTC") {
  rule::Scheduled schedule = Daily(zone, from, to);
  schedule.period = period;
  schedule.days = std::move(days);
  return schedule;
}

struct Row {
  const char* what;
  rule::Scheduled schedule;
  const char* time;
  const char* containing;
  const char* next;
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Calendar calendar = Calendar::Make(row.schedule).value();
    EXPECT_EQ(Show(calendar.Containing(At(row.time))), row.containing)
        << row.what << " " << row.time;
    EXPECT_EQ(Show(calendar.NextAfter(At(row.time))), row.next) << row.what << " " << row.time;
  }
}

TEST(CalendarTest, ADaysWindow) {
  const rule::Scheduled office = Daily("UTC", hours(16), hours(17));
  const rule::Scheduled night = Daily("UTC", hours(22), hours(6));
  const rule::Scheduled whole = Daily("UTC", hours(6), hours(6));
  const rule::Scheduled midnight = Daily("UTC", hours(0), hours(0));
  const rule::Scheduled evening = Daily("UTC", hours(23), hours(0));
  Check({
      {"just before", office, "2026-01-15T15:59:59.999Z", "none",
       "2026-01-15T16:00 2026-01-15T17:00"},
      {"its begin is inside", office, "2026-01-15T16:00:00Z", "2026-01-15T16:00 2026-01-15T17:00",
       "2026-01-16T16:00 2026-01-16T17:00"},
      {"its last", office, "2026-01-15T16:59:59.999Z", "2026-01-15T16:00 2026-01-15T17:00",
       "2026-01-16T16:00 2026-01-16T17:00"},
      {"its end is outside", office, "2026-01-15T17:00:00Z", "none",
       "2026-01-16T16:00 2026-01-16T17:00"},
      {"over midnight, before it", night, "2026-01-31T23:00:00Z",
       "2026-01-31T22:00 2026-02-01T06:00", "2026-02-01T22:00 2026-02-02T06:00"},
      {"over midnight, after it", night, "2026-02-01T05:59:59.999Z",
       "2026-01-31T22:00 2026-02-01T06:00", "2026-02-01T22:00 2026-02-02T06:00"},
      {"over midnight, its end", night, "2026-02-01T06:00:00Z", "none",
       "2026-02-01T22:00 2026-02-02T06:00"},
      {"a whole day, its last", whole, "2026-01-15T05:59:59.999Z",
       "2026-01-14T06:00 2026-01-15T06:00", "2026-01-15T06:00 2026-01-16T06:00"},
      {"a whole day, its first", whole, "2026-01-15T06:00:00Z", "2026-01-15T06:00 2026-01-16T06:00",
       "2026-01-16T06:00 2026-01-17T06:00"},
      {"from midnight to midnight", midnight, "2026-12-31T23:59:59.999Z",
       "2026-12-31T00:00 2027-01-01T00:00", "2027-01-01T00:00 2027-01-02T00:00"},
      {"until midnight", evening, "2026-12-31T23:30:00Z", "2026-12-31T23:00 2027-01-01T00:00",
       "2027-01-01T23:00 2027-01-02T00:00"},
      {"an odd offset", Daily("Asia/Kathmandu", hours(0), hours(1)), "2026-01-15T18:15:00Z",
       "2026-01-15T18:15 2026-01-15T19:15", "2026-01-16T18:15 2026-01-16T19:15"},
      {"before 1970", office, "1960-02-29T16:30:00Z", "1960-02-29T16:00 1960-02-29T17:00",
       "1960-03-01T16:00 1960-03-01T17:00"},
  });
}

TEST(CalendarTest, AWindowBelongsToTheDayOnWhichItBegins) {
  const rule::Scheduled sunday = On(Period::kWeekly, {7}, hours(22), hours(6));
  const rule::Scheduled weekend = On(Period::kWeekly, {1, 7}, hours(22), hours(22));
  const rule::Scheduled new_york =
      On(Period::kWeekly, {1}, hours(20), hours(22), "America/New_York");
  Check({
      {"Sunday night", sunday, "2026-11-29T23:00:00Z", "2026-11-29T22:00 2026-11-30T06:00",
       "2026-12-06T22:00 2026-12-07T06:00"},
      {"its Monday", sunday, "2026-11-30T05:00:00Z", "2026-11-29T22:00 2026-11-30T06:00",
       "2026-12-06T22:00 2026-12-07T06:00"},
      {"Monday night is none", sunday, "2026-11-30T23:00:00Z", "none",
       "2026-12-06T22:00 2026-12-07T06:00"},
      {"Sunday's early hours are Saturday's", sunday, "2026-11-29T05:00:00Z", "none",
       "2026-11-29T22:00 2026-11-30T06:00"},
      {"Sunday to Monday", weekend, "2026-11-30T21:59:59Z", "2026-11-29T22:00 2026-11-30T22:00",
       "2026-11-30T22:00 2026-12-01T22:00"},
      {"Monday to Tuesday", weekend, "2026-11-30T22:00:00Z", "2026-11-30T22:00 2026-12-01T22:00",
       "2026-12-06T22:00 2026-12-07T22:00"},
      {"Monday there is Tuesday in UTC", new_york, "2026-12-01T01:30:00Z",
       "2026-12-01T01:00 2026-12-01T03:00", "2026-12-08T01:00 2026-12-08T03:00"},
      {"Monday in UTC is Sunday there", new_york, "2026-11-30T01:30:00Z", "none",
       "2026-12-01T01:00 2026-12-01T03:00"},
  });
}

TEST(CalendarTest, ADayThatTheMonthLacksIsItsLast) {
  const rule::Scheduled last = On(Period::kMonthly, {31}, hours(8), hours(9));
  const rule::Scheduled several = On(Period::kMonthly, {29, 30, 31}, hours(8), hours(9));
  const rule::Scheduled leap = On(Period::kMonthly, {29}, hours(8), hours(9));
  const rule::Scheduled night = On(Period::kMonthly, {31}, hours(22), hours(6));
  const rule::Scheduled first = On(Period::kMonthly, {1}, hours(22), hours(6));
  Check({
      {"of February", last, "2026-02-28T08:30:00Z", "2026-02-28T08:00 2026-02-28T09:00",
       "2026-03-31T08:00 2026-03-31T09:00"},
      {"of April", last, "2026-04-30T08:30:00Z", "2026-04-30T08:00 2026-04-30T09:00",
       "2026-05-31T08:00 2026-05-31T09:00"},
      {"of March it is the 31st", last, "2026-03-30T08:30:00Z", "none",
       "2026-03-31T08:00 2026-03-31T09:00"},
      {"of a leap year", last, "2028-02-28T08:30:00Z", "none", "2028-02-29T08:00 2028-02-29T09:00"},
      {"three listed days are one", several, "2026-02-28T08:30:00Z",
       "2026-02-28T08:00 2026-02-28T09:00", "2026-03-29T08:00 2026-03-29T09:00"},
      {"two listed days are one", several, "2028-02-29T08:30:00Z",
       "2028-02-29T08:00 2028-02-29T09:00", "2028-03-29T08:00 2028-03-29T09:00"},
      {"each of a long month", several, "2026-03-29T08:30:00Z", "2026-03-29T08:00 2026-03-29T09:00",
       "2026-03-30T08:00 2026-03-30T09:00"},
      {"29 February", leap, "2028-02-29T08:30:00Z", "2028-02-29T08:00 2028-02-29T09:00",
       "2028-03-29T08:00 2028-03-29T09:00"},
      {"... in other years", leap, "2100-02-28T08:30:00Z", "2100-02-28T08:00 2100-02-28T09:00",
       "2100-03-29T08:00 2100-03-29T09:00"},
      {"into the next month", night, "2026-03-01T05:00:00Z", "2026-02-28T22:00 2026-03-01T06:00",
       "2026-03-31T22:00 2026-04-01T06:00"},
      {"into the next year", night, "2027-01-01T05:00:00Z", "2026-12-31T22:00 2027-01-01T06:00",
       "2027-01-31T22:00 2027-02-01T06:00"},
      {"the first is not the last", first, "2026-02-28T23:00:00Z", "none",
       "2026-03-01T22:00 2026-03-02T06:00"},
  });
}

TEST(CalendarTest, WhereTheClockLeapsForward) {
  const auto berlin = [](minutes from, minutes to) { return Daily("Europe/Berlin", from, to); };
  const auto lord_howe = [](minutes from, minutes to) {
    return Daily("Australia/Lord_Howe", from, to);
  };
  Check({
      {"it begins in the gap", berlin(minutes(150), hours(4)), "2026-03-29T01:00:00Z",
       "2026-03-29T01:00 2026-03-29T02:00", "2026-03-30T00:30 2026-03-30T02:00"},
      {"it ends in the gap", berlin(hours(1), minutes(150)), "2026-03-29T00:59:59Z",
       "2026-03-29T00:00 2026-03-29T01:00", "2026-03-29T23:00 2026-03-30T00:30"},
      {"all of it is in the gap", berlin(hours(2), hours(3)), "2026-03-29T01:00:00Z", "none",
       "2026-03-30T00:00 2026-03-30T01:00"},
      {"... seen from before", berlin(hours(2), hours(3)), "2026-03-28T03:00:00Z", "none",
       "2026-03-30T00:00 2026-03-30T01:00"},
      {"the gap is inside", berlin(hours(1), hours(5)), "2026-03-29T01:30:00Z",
       "2026-03-29T00:00 2026-03-29T03:00", "2026-03-29T23:00 2026-03-30T03:00"},
      {"New York", Daily("America/New_York", minutes(150), hours(4)), "2026-03-08T07:00:00Z",
       "2026-03-08T07:00 2026-03-08T08:00", "2026-03-09T06:30 2026-03-09T08:00"},
      {"Sydney", Daily("Australia/Sydney", minutes(150), hours(4)), "2026-10-03T16:00:00Z",
       "2026-10-03T16:00 2026-10-03T17:00", "2026-10-04T15:30 2026-10-04T17:00"},
      {"half an hour, within", lord_howe(minutes(135), hours(3)), "2026-10-03T15:30:00Z",
       "2026-10-03T15:30 2026-10-03T16:00", "2026-10-04T15:15 2026-10-04T16:00"},
      {"half an hour, all of it", lord_howe(hours(2), minutes(150)), "2026-10-03T15:30:00Z", "none",
       "2026-10-04T15:00 2026-10-04T15:30"},
      {"at midnight", Daily("America/Santiago", hours(0), hours(2)), "2026-09-06T04:00:00Z",
       "2026-09-06T04:00 2026-09-06T05:00", "2026-09-07T03:00 2026-09-07T05:00"},
      {"a day is left out", Daily("Pacific/Apia", hours(8), hours(9)), "2011-12-29T19:30:00Z",
       "none", "2011-12-30T18:00 2011-12-30T19:00"},
  });
}

TEST(CalendarTest, WhereTheClockGoesBack) {
  const auto berlin = [](minutes from, minutes to) { return Daily("Europe/Berlin", from, to); };
  Check({
      {"within the first of the two", berlin(minutes(120), minutes(150)), "2026-10-25T00:29:59Z",
       "2026-10-25T00:00 2026-10-25T00:30", "2026-10-26T01:00 2026-10-26T01:30"},
      {"the second is none", berlin(minutes(120), minutes(150)), "2026-10-25T01:15:00Z", "none",
       "2026-10-26T01:00 2026-10-26T01:30"},
      {"it begins at the first", berlin(minutes(150), hours(4)), "2026-10-25T01:15:00Z",
       "2026-10-25T00:30 2026-10-25T03:00", "2026-10-26T01:30 2026-10-26T03:00"},
      {"both are inside", berlin(hours(2), hours(3)), "2026-10-25T01:59:59Z",
       "2026-10-25T00:00 2026-10-25T02:00", "2026-10-26T01:00 2026-10-26T02:00"},
      {"it ends at the first", berlin(hours(1), minutes(150)), "2026-10-25T00:30:00Z", "none",
       "2026-10-26T00:00 2026-10-26T01:30"},
      {"New York", Daily("America/New_York", minutes(90), hours(3)), "2026-11-01T06:45:00Z",
       "2026-11-01T05:30 2026-11-01T08:00", "2026-11-02T06:30 2026-11-02T08:00"},
      {"Sydney", Daily("Australia/Sydney", minutes(150), hours(4)), "2026-04-04T16:15:00Z",
       "2026-04-04T15:30 2026-04-04T18:00", "2026-04-05T16:30 2026-04-05T18:00"},
      {"half an hour", Daily("Australia/Lord_Howe", minutes(105), hours(3)), "2026-04-04T15:05:00Z",
       "2026-04-04T14:45 2026-04-04T16:30", "2026-04-05T15:15 2026-04-05T16:30"},
      {"over midnight: the day shown first",
       Daily("America/Santiago", hours(23), minutes(23 * 60 + 30)), "2026-04-05T03:15:00Z", "none",
       "2026-04-06T03:00 2026-04-06T03:30"},
      {"... it is open until then", Daily("America/Santiago", minutes(23 * 60 + 30), hours(1)),
       "2026-04-05T03:15:00Z", "2026-04-05T02:30 2026-04-05T05:00",
       "2026-04-06T03:30 2026-04-06T05:00"},
      {"over midnight: the next day has begun", Daily("America/St_Johns", hours(0), hours(2)),
       "2010-11-07T02:45:00Z", "2010-11-07T02:30 2010-11-07T05:30",
       "2010-11-08T03:30 2010-11-08T05:30"},
      {"a day lived twice", Daily("Pacific/Kwajalein", hours(8), hours(9)), "1969-09-30T20:30:00Z",
       "none", "1969-10-01T20:00 1969-10-01T21:00"},
  });
}

TEST(CalendarTest, OutsideOfTheYearsThatItKnowsThereAreNone) {
  const Calendar calendar = Calendar::Make(Daily("Europe/Berlin", hours(0), hours(0))).value();
  for (const Time time :
       {Time::min(), Calendar::kFirst - Duration(1), Calendar::kEnd, Time::max()}) {
    EXPECT_EQ(calendar.Containing(time), std::nullopt);
    EXPECT_EQ(calendar.NextAfter(time), std::nullopt);
  }
  for (const Time time : {Calendar::kFirst, Calendar::kEnd - Duration(1)}) {
    EXPECT_NE(calendar.Containing(time), std::nullopt);
    EXPECT_NE(calendar.NextAfter(time), std::nullopt);
  }
}

TEST(CalendarTest, AnUnknownZoneIsAnError) {
  const Result<Calendar> calendar = Calendar::Make(Daily("Europe/Berln", hours(1), hours(2)));
  ASSERT_FALSE(calendar.ok());
  EXPECT_EQ(calendar.status().code(), ErrorCode::kNotFound);
}

void CheckAgainstWalk(const rule::Scheduled& schedule, Time from, Time to) {
  const Calendar calendar = Calendar::Make(schedule).value();
  // Longer at both ends than what is compared, so that no window is cut.
  const std::vector<Window> windows =
      test::WalkedWindows(schedule, from - hours(72), to + hours(24 * 70));
  auto window = windows.begin();
  for (Time time = from; time < to; time += minutes(1)) {
    while (window != windows.end() && window->end <= time) ++window;
    const bool inside = window != windows.end() && window->begin <= time;
    ASSERT_EQ(calendar.Containing(time), inside ? std::optional(*window) : std::nullopt)
        << FormatTime(time);
    const auto next = inside ? std::next(window) : window;
    ASSERT_NE(next, windows.end());
    ASSERT_EQ(calendar.NextAfter(time), *next) << FormatTime(time);
    ASSERT_LE(next->end - next->begin, Calendar::kLengthMax);
  }
}

TEST(CalendarTest, IsWhatAWalkThroughTimeFinds) {
  const uint64_t count = riposte::test::NumberFromEnvironment("RIPOSTE_SCHEDULES", 60);
  const uint64_t seed = riposte::test::NumberFromEnvironment("RIPOSTE_SEED", 1);
  std::cout << "RIPOSTE_SEED=" << seed << " RIPOSTE_SCHEDULES=" << count << std::endl;
  std::mt19937_64 random(seed);
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    const rule::Scheduled schedule = test::RandomSchedule(random);
    const Time start = test::RandomStart(random);
    SCOPED_TRACE(schedule.timezone + " " + std::to_string(schedule.from.count()) + " to " +
                 std::to_string(schedule.to.count()) + ", number " + std::to_string(i));
    CheckAgainstWalk(schedule, start, start + hours(24 * 15));
  }
}

}  // namespace
}  // namespace riposte::trigger
