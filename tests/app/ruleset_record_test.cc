#include "app/ruleset_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"
#include "tests/support/golden.h"

namespace riposte::app {
namespace {

using pipeline::ControlRecord;
using testing::SizeIs;

const Time kNow = test::TimeAt("2026-11-25T01:00:00Z");

Announcement Of(const std::string& instance, char set, Duration age = Duration(0)) {
  return {.instance = instance,
          .group = "riposte",
          .host = "host-1",
          .version = "0.1.0",
          .sha256 = std::string(64, set),
          .rules = 12,
          .last_good = true,
          .since = kNow - std::chrono::hours(1),
          .run = *Uuid::Parse("0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10"),
          .announced = kNow - age};
}

pipeline::Control::Snapshot ControlOf(const std::vector<ControlRecord>& records) {
  return {.records = records, .complete = true};
}

// The same with one piece of the text replaced.
ControlRecord Spoiled(const std::string& piece, const std::string& by) {
  ControlRecord record = ToRecord(Of("a", 'a'));
  const size_t at = record.value.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  record.value.replace(at, piece.size(), by);
  return record;
}

TEST(RulesetRecordTest, WhatIsWrittenIsUnderstood) {
  const Announcement announcement = Of("engine-1", 'a');
  const ControlRecord record = ToRecord(announcement);
  EXPECT_EQ(record.key, "ruleset/engine-1");
  EXPECT_EQ(record.append_time, kNow);
  test::ExpectGolden("control.ruleset.json", record.value);
  const std::optional<Announcement> read = ReadAnnouncement(record);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance, announcement.instance);
  EXPECT_EQ(read->group, announcement.group);
  EXPECT_EQ(read->host, announcement.host);
  EXPECT_EQ(read->version, announcement.version);
  EXPECT_EQ(read->sha256, announcement.sha256);
  EXPECT_EQ(read->rules, announcement.rules);
  EXPECT_EQ(read->last_good, announcement.last_good);
  EXPECT_EQ(read->since, announcement.since);
  EXPECT_EQ(read->run, announcement.run);
  EXPECT_EQ(read->announced, announcement.announced);
}

TEST(RulesetRecordTest, WhatMeansNothingIsNoAnnouncement) {
  const std::string sha256(64, 'a');
  const std::vector<std::pair<std::string, std::string>> spoilings = {
      {"{", ""},
      {sha256, ""},
      {sha256, std::string(63, 'a')},
      {sha256, std::string(64, 'A')},
      {"\"rules\":12", "\"rules\":-1"},
      {"\"rules\":12", "\"rules\":\"12\""},
      {"\"rules\":12", "\"rule\":12"},
      {"true", "1"},
      {"2026-11-25T00:00:00.000Z", "soon"},
      {"\"riposte\"", "null"},
      {"host-1", "\\u001b[2J"},
      {"host-1", "\\u007f"},
      {"host-1", "\\u009b2J"},
      {"host-1", std::string(301, 'x')},
      {"0b6d1a52-", ""},
  };
  for (const auto& [piece, by] : spoilings)
    EXPECT_FALSE(ReadAnnouncement(Spoiled(piece, by))) << piece << " -> " << by;
  EXPECT_TRUE(ReadAnnouncement(Spoiled("host-1", std::string(300, 'x'))));
  EXPECT_TRUE(ReadAnnouncement(Spoiled("host-1", "h\xC3\xB6st")));
  EXPECT_TRUE(ReadAnnouncement(Spoiled("\"run\"", "\"later\":[],\"run\""))) << "of a later version";
}

TEST(RulesetRecordTest, ALongValueIsNotParsed) {
  const size_t length = ToRecord(Of("a", 'a')).value.size();
  const auto padded = [&](size_t bytes) {
    ControlRecord record = ToRecord(Of("a", 'a'));
    record.value.append(bytes - length, ' ');
    return record;
  };
  EXPECT_TRUE(ReadAnnouncement(padded(kAnnouncementBytesMax)));
  EXPECT_FALSE(ReadAnnouncement(padded(kAnnouncementBytesMax + 1)));
}

TEST(RulesetRecordTest, TheKeyNamesTheInstance) {
  const auto named = [](const std::string& key) {
    ControlRecord record = ToRecord(Of("a", 'a'));
    record.key = key;
    return record;
  };
  EXPECT_TRUE(ReadAnnouncement(named("ruleset/Engine_1.eu-2~00ff")));
  EXPECT_TRUE(ReadAnnouncement(named("ruleset/" + std::string(300, 'x'))));
  for (const std::string& key :
       {std::string("arming/a"), std::string("ruleset/"), std::string("ruleset/a b"),
        std::string("ruleset/\x1b[2J"), "ruleset/" + std::string(301, 'x')})
    EXPECT_FALSE(ReadAnnouncement(named(key))) << key;
}

TEST(RulesetRecordTest, GarbageIsCountedAndNumbersAreBounded) {
  std::vector<ControlRecord> records = {
      {.key = "arming/x", .value = "{}", .append_time = kNow},
      {.key = "ruleset/!", .value = "{}", .append_time = kNow},
      {.key = "ruleset/0", .value = "what?", .append_time = kNow}};
  for (size_t i = 0; i < kInstancesMax; ++i)
    records.push_back(ToRecord(Of(std::to_string(10'000 + i), 'a')));
  const Announcements announcements = ReadAnnouncements(ControlOf(records));
  EXPECT_THAT(announcements.all, SizeIs(kInstancesMax - 2));
  EXPECT_EQ(announcements.ignored, 4u) << "two of them garbage, two beyond the bound";
  EXPECT_EQ(Compare(Of("me", 'b'), announcements, kNow).ignored, 4u);
}

TEST(RulesetRecordTest, NothingIsKnownBeforeControlWasRead) {
  pipeline::Control::Snapshot control = ControlOf({ToRecord(Of("a", 'a'))});
  EXPECT_THAT(ReadAnnouncements(control).all, SizeIs(1));
  control.complete = false;
  EXPECT_THAT(ReadAnnouncements(control).all, SizeIs(0));
}

TEST(RulesetRecordTest, LiveInstancesOfTheGroupAreCompared) {
  Announcement elsewhere = Of("f", 'b');
  elsewhere.group = "staging";
  const Announcements announcements = ReadAnnouncements(
      ControlOf({ToRecord(Of("a", 'a')), ToRecord(Of("b", 'a', kStaleAfter)),
                 ToRecord(Of("c", 'a', kStaleAfter + Duration(1))), ToRecord(Of("d", 'b')),
                 ToRecord(Of("e", 'b', kStaleAfter + Duration(1))), ToRecord(elsewhere)}));
  const Agreement of_a = Compare(Of("a", 'a'), announcements, kNow);
  EXPECT_EQ(of_a.same, 2u) << "itself and b";
  EXPECT_EQ(of_a.different, 1u);
  EXPECT_EQ(of_a.example, "d");
  // One that is not announced yet, or whose own record is old.
  EXPECT_EQ(Compare(Of("z", 'a'), announcements, kNow).same, 3u);
  EXPECT_EQ(Compare(Of("c", 'a'), announcements, kNow).same, 3u);
  EXPECT_TRUE(Differs(Of("d", 'b'), announcements, kNow));
  EXPECT_FALSE(Differs(elsewhere, announcements, kNow));
  const Agreement alone = Compare(Of("z", 'a'), {}, kNow);
  EXPECT_EQ(alone.same, 1u);
  EXPECT_EQ(alone.different, 0u);
  EXPECT_EQ(alone.example, "");
}

}  // namespace
}  // namespace riposte::app
