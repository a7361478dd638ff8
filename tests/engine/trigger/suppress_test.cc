#include "engine/trigger/suppress.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Time kStart = TimeFromMs(1'000'000'000);
constexpr Duration kMs(1);

Judgement Judge(SuppressState& state, Time time, std::vector<std::string_view> targets = {}) {
  return Suppressor(kHour).Judge(state, time, targets);
}

TEST(SuppressorTest, TheFirstAlertSilencesUpToAndIncludingTheEndAndWhatLiesBefore) {
  SuppressState state;
  EXPECT_EQ(Judge(state, kStart), (Judgement{.silent = false, .first = kStart, .ended = {}}));
  EXPECT_TRUE(Judge(state, kStart + kHour).silent);
  EXPECT_EQ(Judge(state, kStart - kHour * 5),
            (Judgement{.silent = true, .first = kStart, .silenced = 2, .ended = {}}));
  const Time next = kStart + kHour + kMs;
  EXPECT_EQ(Judge(state, next),
            (Judgement{.first = next, .ended = SilencedSpan{.first = kStart, .silenced = 2}}));
}

TEST(SuppressorTest, ANewTargetIsNotSilentOnce) {
  SuppressState state;
  EXPECT_FALSE(Judge(state, kStart, {"a"}).silent);
  EXPECT_TRUE(Judge(state, kStart, {"a"}).silent);
  EXPECT_TRUE(Judge(state, kStart).silent);
  EXPECT_EQ(Judge(state, kStart, {"a", "b"}),
            (Judgement{.first = kStart, .silenced = 2, .ended = {}}));
  EXPECT_TRUE(Judge(state, kStart, {"b"}).silent);
}

TEST(SuppressorTest, BeyondTheBoundANewTargetIsNeverSilent) {
  SuppressState state;
  for (size_t i = 0; i < Suppressor::kTargetsMax; ++i)
    EXPECT_FALSE(Judge(state, kStart, {std::to_string(i)}).silent);
  EXPECT_TRUE(Judge(state, kStart, {"255"}).silent);
  EXPECT_FALSE(Judge(state, kStart, {"256"}).silent);
  EXPECT_FALSE(Judge(state, kStart, {"256"}).silent);
}

TEST(SuppressorTest, TheWatermarkEndsTheSpan) {
  const Suppressor suppressor(kHour);
  SuppressState state;
  EXPECT_FALSE(suppressor.NextDeadline(state).has_value());
  Judge(state, kStart);
  Judge(state, kStart);
  EXPECT_EQ(suppressor.NextDeadline(state), kStart + kHour);
  EXPECT_FALSE(suppressor.OnTime(state, kStart + kHour).has_value());
  EXPECT_EQ(suppressor.OnTime(state, kStart + kHour + kMs),
            (SilencedSpan{.first = kStart, .silenced = 1}));
  EXPECT_EQ(state, SuppressState{});
  Judge(state, kStart);
  EXPECT_FALSE(suppressor.OnTime(state, kStart + kHour + kMs).has_value()) << "nothing silenced";
}

TEST(SuppressorTest, IsWrittenAndReadAndNothingElse) {
  const Suppressor suppressor(kHour);
  SuppressState state;
  Judge(state, kStart, {"a", "b"});
  Judge(state, kStart);
  std::string bytes;
  ByteWriter writer(bytes);
  suppressor.Write(state, writer);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    SuppressState read;
    EXPECT_EQ(suppressor.Read(reader, read), size == bytes.size());
    EXPECT_EQ(read, size == bytes.size() ? state : SuppressState{});
  }
}

}  // namespace
}  // namespace riposte::trigger
