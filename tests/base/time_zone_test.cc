#include "base/time_zone.h"

#include <algorithm>
#include <array>

#include <date/tz.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr Duration kMillisecond{1};
// By what their clocks have done: an hour, half an hour, two hours, at midnight, a day left out or
// lived twice, none of it.
constexpr std::array<const char*, 13> kZones = {"UTC",
                                                "Europe/Berlin",
                                                "Europe/London",
                                                "America/New_York",
                                                "Asia/Kathmandu",
                                                "Australia/Lord_Howe",
                                                "America/Santiago",
                                                "Antarctica/Troll",
                                                "Africa/Cairo",
                                                "Pacific/Apia",
                                                "Pacific/Kwajalein",
                                                "America/Juneau",
                                                "Asia/Manila"};

TimeZone Zone(std::string_view name) { return TimeZone::Load(name).value(); }

Time At(const char* text) { return *ParseTime(text); }
LocalTime Local(const char* text) { return LocalTime(At(text).time_since_epoch()); }

std::vector<Time> ChangesOf(const date::time_zone& zone, sys_seconds from, sys_seconds to) {
  std::vector<Time> changes;
  for (date::sys_info info = zone.get_info(from); info.end < to; info = zone.get_info(info.end))
    changes.push_back(info.end);
  return changes;
}

LocalTime Expected(const date::time_zone& zone, Time time) {
  return LocalTime(zone.to_local(time).time_since_epoch());
}

TEST(TimeZoneTest, EachZoneShowsWhatTheDataBaseSaysAroundEachChange) {
  const std::vector<std::string> names = TimeZone::Names();
  ASSERT_GT(names.size(), 300u);
  for (const std::string& name : names) {
    const date::time_zone& reference = *date::locate_zone(name);
    const TimeZone zone = Zone(name);
    for (const Time change :
         ChangesOf(reference, sys_days(year(1) / 1 / 1), sys_days(year(9999) / 1 / 1)))
      for (const Time time : {change - kMillisecond, change, change + hours(1)})
        ASSERT_EQ(zone.LocalAt(time), Expected(reference, time)) << name << " " << FormatTime(time);
  }
}

TEST(TimeZoneTest, EachMinuteOfAYearIsAsInTheDataBase) {
  for (const char* name : {"Europe/Berlin", "Australia/Lord_Howe"}) {
    const date::time_zone& reference = *date::locate_zone(name);
    const TimeZone zone = Zone(name);
    for (Time time = At("2026-01-01T00:00:00Z"); time < At("2027-01-01T00:00:00Z");
         time += minutes(1))
      ASSERT_EQ(zone.LocalAt(time), Expected(reference, time)) << name << " " << FormatTime(time);
  }
}

// No moment before it shows as much: neither the last one before, nor any within two days.
void CheckFirst(const date::time_zone& reference, const TimeZone& zone, LocalTime local) {
  const Time first = zone.FirstAt(local);
  ASSERT_GE(Expected(reference, first), local) << FormatTime(first);
  ASSERT_LT(Expected(reference, first - kMillisecond), local) << FormatTime(first);
  for (Time before = first - hours(50); before < first; before += minutes(15))
    ASSERT_LT(zone.LocalAt(before), local) << FormatTime(before) << " " << FormatTime(first);
}

TEST(TimeZoneTest, TheFirstMomentIsTheFirstAroundEachChange) {
  for (const char* name : kZones) {
    SCOPED_TRACE(name);
    const date::time_zone& reference = *date::locate_zone(name);
    const TimeZone zone = Zone(name);
    for (const Time change :
         ChangesOf(reference, sys_days(year(1800) / 1 / 1), sys_days(year(2038) / 1 / 1))) {
      const LocalTime before = zone.LocalAt(change - kMillisecond) + kMillisecond;
      const LocalTime after = zone.LocalAt(change);
      for (const LocalTime edge : {before, after, before + (after - before) / 2})
        for (const Duration offset :
             {-kMillisecond, Duration(0), kMillisecond, Duration(hours(-24)), Duration(hours(24))})
          CheckFirst(reference, zone, edge + offset);
    }
  }
}

struct Row {
  const char* what;
  const char* zone;
  const char* local;
  const char* first;
};

TEST(TimeZoneTest, AGapGivesTheLeapAndAnOverlapTheFirst) {
  const std::vector<Row> rows = {
      {"winter", "Europe/Berlin", "2026-01-15T12:00:00", "2026-01-15T11:00:00.000Z"},
      {"summer", "Europe/Berlin", "2026-07-15T12:00:00", "2026-07-15T10:00:00.000Z"},
      {"before the gap", "Europe/Berlin", "2026-03-29T01:59:59.999", "2026-03-29T00:59:59.999Z"},
      {"in it", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00.000Z"},
      {"behind it", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z"},
      {"... and on", "Europe/Berlin", "2026-03-29T03:00:00.001", "2026-03-29T01:00:00.001Z"},
      {"an hour that comes twice", "Europe/Berlin", "2026-10-25T02:30:00",
       "2026-10-25T00:30:00.000Z"},
      {"its last moment", "Europe/Berlin", "2026-10-25T02:59:59.999", "2026-10-25T00:59:59.999Z"},
      {"behind it", "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z"},
      {"half an hour's gap", "Australia/Lord_Howe", "2026-10-04T02:15:00",
       "2026-10-03T15:30:00.000Z"},
      {"half an hour twice", "Australia/Lord_Howe", "2026-04-05T01:45:00",
       "2026-04-04T14:45:00.000Z"},
      {"a day that was left out", "Pacific/Apia", "2011-12-30T12:00:00",
       "2011-12-30T10:00:00.000Z"},
      {"an offset of 5:45", "Asia/Kathmandu", "2026-01-01T00:00:00", "2025-12-31T18:15:00.000Z"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(FormatTime(Zone(row.zone).FirstAt(Local(row.local))), row.first)
        << row.what << " " << row.local;
}

// The reader of the data base takes the changes that are listed and not the rule behind them: in
// the "slim" form of the data base, none that are to come would be.
TEST(TimeZoneTest, TheDataBaseListsTheChangesThatAreToCome) {
  const TimeZone berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin.LocalAt(At("2036-01-15T12:00:00Z")), Local("2036-01-15T13:00:00"));
  EXPECT_EQ(berlin.LocalAt(At("2036-07-15T12:00:00Z")), Local("2036-07-15T14:00:00"));
}

TEST(TimeZoneTest, TheFirstAndLastYearsAreThere) {
  for (const char* name : kZones) {
    const TimeZone zone = Zone(name);
    for (const char* text : {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
      EXPECT_LE(
          std::chrono::abs(zone.LocalAt(At(text)).time_since_epoch() - At(text).time_since_epoch()),
          hours(24));
  }
}

TEST(TimeZoneTest, AnUnknownNameIsNotFound) {
  for (const char* name :
       {"", "Europe/Berln", "europe/berlin", "Europe", "../passwd", "/etc/passwd", "Europe/Berlin ",
        "posix/Europe/Berlin", "right/Europe/Berlin"}) {
    const Result<TimeZone> zone = TimeZone::Load(name);
    ASSERT_FALSE(zone.ok()) << name;
    EXPECT_EQ(zone.status().code(), ErrorCode::kNotFound) << name;
  }
}

TEST(TimeZoneTest, TheNamesAscendAndAreThoseThatLoad) {
  const std::vector<std::string> names = TimeZone::Names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const char* name : kZones)
    EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name;
  for (const std::string& name : names) EXPECT_TRUE(TimeZone::Load(name).ok()) << name;
}

}  // namespace
}  // namespace riposte
