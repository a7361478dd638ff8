#include "engine/trigger/watermark.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kMillisecond{1};
constexpr Duration kWait = Watermark::kIdleWait;
constexpr Time kNow = TimeFromMs(1'800'000'000'000);
constexpr Time kEvent = kNow - hours(2);

// "edr/0" and so on.
std::vector<std::string> Inputs(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("edr/" + std::to_string(i));
  return names;
}

TEST(WatermarkTest, IsTheLeastOfTheSourcesLatest) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(0, kEvent + minutes(5), kNow);
  watermark.OnRecord(0, kEvent + minutes(1), kNow);
  EXPECT_EQ(watermark.At(kNow), Time::min()) << "the other may be about to give anything";
  watermark.OnRecord(1, kEvent + minutes(2), kNow);
  EXPECT_EQ(watermark.At(kNow), kEvent + minutes(2));
  watermark.OnRecord(1, kEvent + minutes(9), kNow);
  EXPECT_EQ(watermark.At(kNow), kEvent + minutes(5));
}

TEST(WatermarkTest, ASilentSourceIsLeftOutAfterTheWait) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(9), kNow + seconds(20));
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(9));
}

TEST(WatermarkTest, ASourceThatNeverSaidAnythingIsWaitedForOnce) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow + seconds(20));
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), Time::min());
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent);
}

TEST(WatermarkTest, WithAllIdleItGoesOnWithTheWallClock) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent, kNow);
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + kWait), kNow);
  EXPECT_EQ(watermark.At(kNow + kWait + hours(1)), kNow + hours(1));
}

TEST(WatermarkTest, NeverGoesBack) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kNow + minutes(5), kNow);
  watermark.OnRecord(1, kNow + minutes(5), kNow);
  EXPECT_EQ(watermark.At(kNow), kNow + minutes(5));
  EXPECT_EQ(watermark.At(kNow + minutes(1)), kNow + minutes(5)) << "all idle, behind what was said";
  watermark.OnRecord(1, kEvent, kNow + minutes(1));
  EXPECT_EQ(watermark.At(kNow - hours(9)), kNow + minutes(5)) << "the wall clock was set back";
}

TEST(WatermarkTest, ASourceThatIsBackHoldsItUpAgain) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(1), kNow + kWait);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(1));
  watermark.OnRecord(0, kEvent + minutes(2), kNow + kWait);
  watermark.OnRecord(1, kEvent + hours(1), kNow + kWait);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(2));
}

// Hours of records wait while the broker is away: none of their windows may close before them.
TEST(WatermarkTest, ASourceWithABacklogIsNotIdle) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnBacklog(0, kNow + hours(3));
  EXPECT_EQ(watermark.At(kNow + hours(3) + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + hours(3) + kWait), kNow + hours(3));
}

TEST(WatermarkTest, WithoutSourcesItIsTheWallClocks) {
  Watermark watermark(Inputs(0), kWait, kNow);
  EXPECT_EQ(watermark.At(kNow), kNow - kWait);
}

std::string Written(const Watermark& watermark) {
  std::string bytes;
  ByteWriter writer(bytes);
  watermark.Write(writer);
  return bytes;
}

TEST(WatermarkTest, WhatIsReadGivesEachSourceTheWaitAnew) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(1), kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  const Time later = kNow + hours(5);
  Watermark read(Inputs(2), kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, later));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(Written(read), bytes);
  EXPECT_EQ(read.At(later + kWait - kMillisecond), kEvent);
  read.OnRecord(0, kEvent + minutes(7), later + kWait - kMillisecond);
  EXPECT_EQ(read.At(later + kWait - kMillisecond), kEvent + minutes(1));
  EXPECT_EQ(read.At(later + kWait), kEvent + minutes(7));
}

TEST(WatermarkTest, InputsAreReadByTheirNames) {
  Watermark watermark(Inputs(3), kWait, kNow);
  for (size_t input = 0; input < 3; ++input)
    watermark.OnRecord(input, kEvent + minutes(input), kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  Watermark read(std::vector<std::string>{"edr/2", "fim/0", "edr/1"}, kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, kNow));
  read.OnRecord(1, kEvent + hours(1), kNow);
  EXPECT_EQ(read.At(kNow), kEvent + minutes(1)) << "edr/1, and edr/0 is not asked any more";
  read.OnRecord(2, kEvent + hours(1), kNow);
  EXPECT_EQ(read.At(kNow), kEvent + minutes(2)) << "edr/2";
}

TEST(WatermarkTest, AnInputThatWasNotWrittenHasNoRecordYet) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  Watermark read(Inputs(2), kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, kNow));
  read.OnRecord(0, kEvent + minutes(1), kNow);
  EXPECT_EQ(read.At(kNow), kEvent);
}

TEST(WatermarkTest, ASenderThatIsFirstHeardOfLaterIsWaitedForFromThenOn) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  EXPECT_EQ(watermark.At(kNow), kEvent);
  EXPECT_TRUE(watermark.OnSender("b", kEvent + minutes(2), kNow, kNow));
  EXPECT_TRUE(watermark.OnSender("a", kEvent + minutes(1), kNow, kNow));
  EXPECT_TRUE(watermark.OnSender("c", kEvent - minutes(1), kNow, kNow));
  EXPECT_EQ(watermark.senders(), 3u);
  watermark.OnRecord(0, kEvent + hours(1), kNow);
  EXPECT_EQ(watermark.At(kNow), kEvent) << "c is behind, but time does not go back";
  EXPECT_TRUE(watermark.OnSender("c", kEvent + minutes(9), kNow, kNow));
  EXPECT_EQ(watermark.At(kNow), kEvent + minutes(1));
  EXPECT_TRUE(watermark.OnSender("a", kEvent, kNow, kNow)) << "less than before counts as before";
  EXPECT_TRUE(watermark.OnSender("a", kEvent + minutes(8), kNow, kNow));
  EXPECT_EQ(watermark.At(kNow), kEvent + minutes(2));
}

TEST(WatermarkTest, ASenderThatDoesNotKnowHowFarItIsIsWaitedFor) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("a", Time::min(), kNow, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  EXPECT_EQ(watermark.At(kNow), Time::min());
}

TEST(WatermarkTest, ASenderIsNoInputOfThatName) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnSender("edr/0", kEvent + minutes(1), kNow, kNow);
  EXPECT_EQ(watermark.senders(), 1u);
  EXPECT_EQ(watermark.At(kNow), kEvent);
}

TEST(WatermarkTest, ASilentSenderIsIdleAndAtLastForgotten) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow, kNow);
  watermark.OnRecord(0, kEvent + hours(1), kNow + seconds(20));
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + hours(1));
  watermark.At(kNow + Watermark::kGoneWait - kMillisecond);
  EXPECT_EQ(watermark.senders(), 1u);
  const std::string with = Written(watermark);
  watermark.At(kNow + Watermark::kGoneWait);
  EXPECT_EQ(watermark.senders(), 0u);
  EXPECT_LT(Written(watermark).size(), with.size());
}

TEST(WatermarkTest, NothingIsForgottenThatIsNotIdle) {
  Watermark watermark(Inputs(0), 2 * Watermark::kGoneWait, kNow);
  watermark.OnSender("a", kEvent, kNow, kNow);
  EXPECT_EQ(watermark.At(kNow + Watermark::kGoneWait), kEvent);
  EXPECT_EQ(watermark.senders(), 1u);
}

TEST(WatermarkTest, OthersAreToldOfTheInputsAlone) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow, kNow);
  EXPECT_EQ(watermark.OfInputs(kNow), Time::min());
  watermark.OnRecord(0, kEvent + minutes(2), kNow);
  watermark.OnRecord(1, kEvent + minutes(1), kNow + seconds(1));
  EXPECT_EQ(watermark.OfInputs(kNow), kEvent + minutes(1));
  EXPECT_EQ(watermark.At(kNow), kEvent);
  watermark.OnRecord(1, kEvent + minutes(3), kNow + seconds(1));
  EXPECT_EQ(watermark.OfInputs(kNow + kWait), kEvent + minutes(3)) << "the other is idle";
  watermark.OnRecord(0, kEvent, kNow + kWait);
  EXPECT_EQ(watermark.OfInputs(kNow + kWait), kEvent + minutes(3)) << "never less than before";
  EXPECT_EQ(watermark.OfInputs(kNow + 3 * kWait), kNow + 2 * kWait);
}

TEST(WatermarkTest, OthersAreToldNothingOfWhatWasBefore) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  Watermark read(Inputs(1), kWait, kNow);
  read.OfInputs(kNow + hours(1));
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, kNow));
  EXPECT_EQ(read.OfInputs(kNow), kEvent);
}

// What a sender said may stand in the shuffle behind what was read.
TEST(WatermarkTest, WithABacklogASendersSilenceIsJudgedByWhatWasRead) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow - hours(1), kNow);
  watermark.OnSender("b", kEvent + minutes(5), kNow - hours(1) + seconds(1), kNow);
  Time now = kNow;
  const auto at = [&](Duration later) {
    now += later;
    watermark.OnSenderBacklog(now);
    watermark.OnRecord(0, kEvent + hours(1), now);
    return watermark.At(now);
  };
  EXPECT_EQ(at(kWait), kEvent) << "the wall clock says nothing";
  EXPECT_EQ(at(hours(2)), kEvent);
  watermark.OnSender("b", kEvent + minutes(6), kNow - hours(1) + kWait - kMillisecond, now);
  EXPECT_EQ(at(Duration(0)), kEvent);
  watermark.OnSender("b", kEvent + minutes(7), kNow - hours(1) + kWait, now);
  EXPECT_EQ(at(Duration(0)), kEvent + minutes(7)) << "a is gone, or idle";
}

TEST(WatermarkTest, ABacklogIsToldAgainOrIsOver) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow, kNow);
  watermark.OnSenderBacklog(kNow + seconds(20));
  watermark.OnRecord(0, kEvent + hours(1), kNow + seconds(40));
  EXPECT_EQ(watermark.At(kNow + seconds(20) + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + seconds(20) + kWait), kEvent + hours(1));
}

TEST(WatermarkTest, AfterAStartWhatIsReadFirstBeginsASendersSilence) {
  Watermark written(Inputs(1), kWait, kNow);
  written.OnSender("a", kEvent, kNow, kNow);
  written.At(kNow);
  const std::string bytes = Written(written);
  Watermark read(Inputs(1), kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, kNow + hours(5)));
  const Time now = kNow + hours(6);
  read.OnSenderBacklog(now);
  read.OnRecord(0, kEvent + hours(1), now);
  EXPECT_EQ(read.At(now), kEvent) << "nothing was read yet";
  read.OnSender("b", kEvent + minutes(5), kNow + hours(1), now);
  read.OnSender("b", kEvent + minutes(5), kNow + hours(1) + kWait - kMillisecond, now);
  EXPECT_EQ(read.At(now), kEvent);
  read.OnSender("b", kEvent + minutes(5), kNow + hours(1) + kWait, now);
  EXPECT_EQ(read.At(now), kEvent + minutes(5));
}

TEST(WatermarkTest, NothingIsForgottenBecauseOfABacklog) {
  Watermark watermark(Inputs(0), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow, kNow);
  watermark.OnSenderBacklog(kNow + Watermark::kGoneWait);
  EXPECT_EQ(watermark.At(kNow + Watermark::kGoneWait), kEvent);
  EXPECT_EQ(watermark.senders(), 1u);
}

TEST(WatermarkTest, InputsIdle) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("a", kEvent, kNow + seconds(1), kNow + seconds(1));
  EXPECT_FALSE(watermark.InputsIdle(kNow + kWait - kMillisecond));
  EXPECT_TRUE(watermark.InputsIdle(kNow + kWait)) << "whatever senders do";
}

TEST(WatermarkTest, AtTheBoundTheSenderThatIsIdleLongestMakesRoom) {
  Watermark watermark(Inputs(1), kWait, kNow - hours(1));
  for (size_t i = 1; i < Watermark::kSourcesMax; ++i)
    ASSERT_TRUE(
        watermark.OnSender("s" + std::to_string(i), kEvent, kNow, kNow + Duration(i % 1000)));
  const Watermark full = watermark;
  EXPECT_FALSE(watermark.OnSender("new", kEvent, kNow, kNow + kWait - kMillisecond));
  EXPECT_EQ(Written(watermark), Written(full)) << "none is idle but the input, which stays";
  EXPECT_TRUE(watermark.OnSender("s7", kEvent, kNow, kNow + kWait - kMillisecond));
  EXPECT_TRUE(watermark.OnSender("new", kEvent, kNow, kNow + kWait));
  EXPECT_EQ(watermark.senders(), Watermark::kSourcesMax - 1);
  // Those of the same moment went with the first 1,000: s1000 was heard of at kNow.
  EXPECT_EQ(Written(watermark).find("\x05s1000\x01"), std::string::npos);
  EXPECT_NE(Written(watermark).find("\x03new\x01"), std::string::npos);
}

TEST(WatermarkTest, ASenderOfTooLongANameIsNone) {
  Watermark watermark(Inputs(0), kWait, kNow);
  EXPECT_FALSE(
      watermark.OnSender(std::string(Watermark::kNameBytesMax + 1, 'x'), kEvent, kNow, kNow));
  EXPECT_TRUE(watermark.OnSender(std::string(Watermark::kNameBytesMax, 'x'), kEvent, kNow, kNow));
  EXPECT_EQ(watermark.senders(), 1u);
}

TEST(WatermarkTest, SendersAreWrittenAndGivenTheWaitAnew) {
  Watermark watermark(Inputs(1), kWait, kNow);
  watermark.OnSender("b", kEvent + minutes(1), kNow, kNow);
  watermark.OnSender("a", kEvent + minutes(2), kNow, kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  const Time later = kNow + hours(5);
  Watermark read(Inputs(1), kWait, kNow);
  read.OnSender("old", kEvent, kNow, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, later));
  EXPECT_EQ(Written(read), bytes);
  read.OnRecord(0, kEvent + hours(1), later + seconds(1));
  EXPECT_EQ(read.At(later + kWait - kMillisecond), kEvent + minutes(1));
  EXPECT_EQ(read.At(later + kWait), kEvent + hours(1));
}

TEST(WatermarkTest, WhoOnlyLooksSeesTheSourcesThatWereWritten) {
  Watermark watermark(Inputs(2), kWait, kNow);
  watermark.OnRecord(1, kEvent, kNow);
  watermark.OnSender("other", kEvent + minutes(1), kNow, kNow);
  watermark.At(kNow + kWait);
  const std::optional<Watermark> seen = Watermark::AsWritten(Written(watermark));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->value(), watermark.value());
  EXPECT_EQ(Written(*seen), Written(watermark));
  const std::vector<Watermark::SourceView> sources = seen->Sources();
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_FALSE(sources[0].latest);
  EXPECT_EQ(sources[1].latest, kEvent);
  EXPECT_FALSE(sources[1].is_sender);
  EXPECT_EQ(sources[2].name, "other");
  EXPECT_TRUE(sources[2].is_sender);
  EXPECT_EQ(sources[2].latest, kEvent + minutes(1));
}

TEST(WatermarkTest, MoreInputsThanBeforeLeaveLessRoomForSenders) {
  Watermark watermark(Inputs(0), kWait, kNow);
  for (size_t i = 0; i < Watermark::kSourcesMax; ++i)
    ASSERT_TRUE(watermark.OnSender("s" + std::to_string(i), kEvent, kNow, kNow));
  const std::string bytes = Written(watermark);
  Watermark read(Inputs(2), kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, kNow));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(read.senders(), Watermark::kSourcesMax - 2);
}

class WatermarkHostileTest : public ::testing::Test {
 protected:
  WatermarkHostileTest() : watermark_(Inputs(2), kWait, kNow) {
    watermark_.OnRecord(1, kEvent, kNow);
    watermark_.OnSender("a", kEvent, kNow, kNow);
  }
  void ExpectRefused(const std::string& hostile) {
    Watermark read = watermark_;
    ByteReader reader(hostile);
    EXPECT_FALSE(read.Read(reader, kNow + hours(1)));
    EXPECT_EQ(read, watermark_);
    EXPECT_FALSE(Watermark::AsWritten(hostile));
  }
  // Of these counts, with names but no times.
  static std::string Bytes(size_t inputs, size_t senders, const std::vector<std::string>& names,
                           uint8_t has_latest = 0) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.Byte(2);
    writer.Signed(0);
    writer.Unsigned(inputs);
    writer.Unsigned(senders);
    for (const std::string& name : names) {
      writer.Text(name);
      writer.Byte(has_latest);
    }
    return bytes;
  }
  bool Reads(const std::string& bytes) {
    Watermark read = watermark_;
    ByteReader reader(bytes);
    return read.Read(reader, kNow) && reader.at_end();
  }
  Watermark watermark_;
};

TEST_F(WatermarkHostileTest, WhatIsCutShortChangesNothing) {
  const std::string bytes = Written(watermark_);
  for (size_t size = 0; size < bytes.size(); ++size) ExpectRefused(bytes.substr(0, size));
}

TEST_F(WatermarkHostileTest, NorDoesAnotherVersionOrAFlagThatIsNone) {
  ExpectRefused("\x01" + Written(watermark_).substr(1));
  EXPECT_TRUE(Reads(Bytes(1, 1, {"a", "b"})));
  ExpectRefused(Bytes(1, 1, {"a", "b"}, 2));
}

TEST_F(WatermarkHostileTest, NorDoNamesThatAreThereTwiceOrOutOfOrder) {
  EXPECT_TRUE(Reads(Bytes(2, 0, {"b", "a"}))) << "inputs are in the order of the task's";
  EXPECT_TRUE(Reads(Bytes(0, 2, {"a", "b"})));
  EXPECT_TRUE(Reads(Bytes(1, 1, {"a", "a"})));
  ExpectRefused(Bytes(2, 0, {"a", "a"}));
  ExpectRefused(Bytes(0, 2, {"b", "a"}));
  ExpectRefused(Bytes(0, 2, {"a", "a"}));
}

TEST_F(WatermarkHostileTest, NorDoesWhatIsBeyondItsBounds) {
  EXPECT_TRUE(Reads(Bytes(0, 1, {std::string(Watermark::kNameBytesMax, 'x')})));
  ExpectRefused(Bytes(0, 1, {std::string(Watermark::kNameBytesMax + 1, 'x')}));
  std::vector<std::string> names;
  for (size_t i = 0; i <= Watermark::kSourcesMax; ++i) names.push_back(std::to_string(100'000 + i));
  ExpectRefused(Bytes(0, names.size(), names));
  ExpectRefused(Bytes(names.size(), 0, names));
  ExpectRefused(Bytes(1, names.size() - 1, names));
  names.pop_back();
  EXPECT_TRUE(Reads(Bytes(1, names.size() - 1, names)));
}

// The definition, anew for each question.
TEST(WatermarkTest, IsWhatItsDefinitionSays) {
  struct Reference {
    std::map<size_t, Time> latest, heard;
    Time value = Time::min();
    Time At(Time now, size_t sources) {
      std::vector<Time> busy;
      for (size_t source = 0; source < sources; ++source)
        if (now < heard[source] + kWait)
          busy.push_back(latest.contains(source) ? latest[source] : Time::min());
      const Time reached = busy.empty() ? now - kWait : *std::min_element(busy.begin(), busy.end());
      return value = std::max(value, reached);
    }
  };
  std::mt19937_64 random(1);
  const auto up_to = [&random](int64_t most) {
    return Duration(static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1)));
  };
  for (int timeline = 0; timeline < 2000; ++timeline) {
    const size_t sources = 1 + random() % 4;
    Time now = kNow;
    Watermark watermark(Inputs(sources), kWait, now);
    Reference reference;
    for (size_t source = 0; source < sources; ++source) reference.heard[source] = now;
    for (int step = 0; step < 60; ++step) {
      now += random() % 4 == 0 ? Duration(kWait) : up_to(20'000);
      const size_t source = random() % sources;
      if (random() % 8 == 0) {
        watermark.OnBacklog(source, now);
        reference.heard[source] = now;
      } else if (random() % 2 == 0) {
        const Time event = now + minutes(5) - up_to(3'600'000);
        watermark.OnRecord(source, event, now);
        reference.heard[source] = now;
        const auto [latest, added] = reference.latest.emplace(source, event);
        latest->second = std::max(latest->second, event);
      }
      ASSERT_EQ(watermark.At(now), reference.At(now, sources));
    }
  }
}

}  // namespace
}  // namespace riposte::trigger
