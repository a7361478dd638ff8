#include "engine/trigger/watermark.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>

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

TEST(WatermarkTest, IsTheLeastOfTheSourcesLatest) {
  Watermark watermark(2, kWait, kNow);
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
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(9), kNow + seconds(20));
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(9));
}

TEST(WatermarkTest, ASourceThatNeverSaidAnythingIsWaitedForOnce) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow + seconds(20));
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), Time::min());
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent);
}

TEST(WatermarkTest, WithAllIdleItGoesOnWithTheWallClock) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent, kNow);
  EXPECT_EQ(watermark.At(kNow + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + kWait), kNow);
  EXPECT_EQ(watermark.At(kNow + kWait + hours(1)), kNow + hours(1));
}

TEST(WatermarkTest, NeverGoesBack) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kNow + minutes(5), kNow);
  watermark.OnRecord(1, kNow + minutes(5), kNow);
  EXPECT_EQ(watermark.At(kNow), kNow + minutes(5));
  EXPECT_EQ(watermark.At(kNow + minutes(1)), kNow + minutes(5)) << "all idle, behind what was said";
  watermark.OnRecord(1, kEvent, kNow + minutes(1));
  EXPECT_EQ(watermark.At(kNow - hours(9)), kNow + minutes(5)) << "the wall clock was set back";
}

TEST(WatermarkTest, ASourceThatIsBackHoldsItUpAgain) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(1), kNow + kWait);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(1));
  watermark.OnRecord(0, kEvent + minutes(2), kNow + kWait);
  watermark.OnRecord(1, kEvent + hours(1), kNow + kWait);
  EXPECT_EQ(watermark.At(kNow + kWait), kEvent + minutes(2));
}

// Hours of records wait while the broker is away: none of their windows may close before them.
TEST(WatermarkTest, ASourceWithABacklogIsNotIdle) {
  Watermark watermark(1, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnBacklog(0, kNow + hours(3));
  EXPECT_EQ(watermark.At(kNow + hours(3) + kWait - kMillisecond), kEvent);
  EXPECT_EQ(watermark.At(kNow + hours(3) + kWait), kNow + hours(3));
}

TEST(WatermarkTest, WithoutSourcesItIsTheWallClocks) {
  Watermark watermark(0, kWait, kNow);
  EXPECT_EQ(watermark.At(kNow), kNow - kWait);
}

std::string Written(const Watermark& watermark) {
  std::string bytes;
  ByteWriter writer(bytes);
  watermark.Write(writer);
  return bytes;
}

TEST(WatermarkTest, WhatIsReadGivesEachSourceTheWaitAnew) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent + minutes(1), kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  const Time later = kNow + hours(5);
  Watermark read(2, kWait, kNow);
  ByteReader reader(bytes);
  ASSERT_TRUE(read.Read(reader, later));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(Written(read), bytes);
  EXPECT_EQ(read.At(later + kWait - kMillisecond), kEvent);
  read.OnRecord(0, kEvent + minutes(7), later + kWait - kMillisecond);
  EXPECT_EQ(read.At(later + kWait - kMillisecond), kEvent + minutes(1));
  EXPECT_EQ(read.At(later + kWait), kEvent + minutes(7));
}

TEST(WatermarkTest, SourcesThatWereNotWrittenAreNewAndThoseTooManyAreDropped) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(0, kEvent, kNow);
  watermark.OnRecord(1, kEvent, kNow);
  watermark.At(kNow);
  const std::string bytes = Written(watermark);
  for (const size_t sources : {1u, 3u}) {
    Watermark read(sources, kWait, kNow);
    ByteReader reader(bytes);
    ASSERT_TRUE(read.Read(reader, kNow));
    EXPECT_EQ(read.sources(), sources);
    read.OnRecord(0, kEvent + minutes(1), kNow);
    EXPECT_EQ(read.At(kNow), sources == 1 ? kEvent + minutes(1) : kEvent);
  }
}

TEST(WatermarkTest, HostileBytesChangeNothing) {
  Watermark watermark(2, kWait, kNow);
  watermark.OnRecord(1, kEvent, kNow);
  const std::string bytes = Written(watermark);
  const auto expect_refused = [&watermark](const std::string& hostile) {
    Watermark read = watermark;
    ByteReader reader(hostile);
    EXPECT_FALSE(read.Read(reader, kNow + hours(1)));
    EXPECT_EQ(read, watermark);
  };
  for (size_t size = 0; size < bytes.size(); ++size) expect_refused(bytes.substr(0, size));
  expect_refused("\x02" + bytes.substr(1));
  std::string bad_flag = Written(Watermark(1, kWait, kNow));
  bad_flag.back() = '\x02';
  expect_refused(bad_flag + bytes);
  std::string too_many("\x01\x00", 2);
  ByteWriter(too_many).Unsigned(Watermark::kSourcesMax + 1);
  expect_refused(too_many + std::string(2 * Watermark::kSourcesMax, '\0'));
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
    Watermark watermark(sources, kWait, now);
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
