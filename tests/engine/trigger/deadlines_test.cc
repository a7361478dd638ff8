#include "engine/trigger/deadlines.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

Time At(uint64_t ms) { return TimeFromMs(static_cast<int64_t>(ms)); }

std::vector<Deadlines::Id> TakeBefore(Deadlines& deadlines, Time watermark) {
  std::vector<Deadlines::Due> due;
  deadlines.TakeBefore(watermark, due);
  std::vector<Deadlines::Id> ids;
  for (const Deadlines::Due& each : due) ids.push_back(each.id);
  return ids;
}

TEST(DeadlinesTest, ADeadlineIsDueBehindIt) {
  Deadlines deadlines;
  deadlines.Set(7, At(100));
  EXPECT_EQ(deadlines.Earliest(), At(100));
  EXPECT_TRUE(TakeBefore(deadlines, At(100)).empty());
  EXPECT_EQ(TakeBefore(deadlines, At(101)), std::vector<Deadlines::Id>{7});
  EXPECT_TRUE(TakeBefore(deadlines, Time::max()).empty());
  EXPECT_EQ(deadlines.Earliest(), std::nullopt);
}

TEST(DeadlinesTest, WhatIsUnknownHasNoneAndIsClearedWithoutHarm) {
  Deadlines deadlines;
  EXPECT_EQ(deadlines.Of(3), std::nullopt);
  deadlines.Clear(3);
  deadlines.Set(5, At(1));
  deadlines.Clear(3);
  EXPECT_EQ(deadlines.Of(3), std::nullopt);
  EXPECT_EQ(deadlines.size(), 1u);
}

// Few things and few times, so that each is set anew, cleared and taken again and again.
TEST(DeadlinesTest, IsWhatASortedMapIs) {
  std::mt19937_64 random(1);
  Deadlines deadlines;
  std::map<Deadlines::Id, Time> reference;
  for (int i = 0; i < 200'000; ++i) {
    const Deadlines::Id id = static_cast<Deadlines::Id>(random() % 64);
    const Time time = At(random() % 256);
    switch (random() % 8) {
      case 0:
        deadlines.Clear(id);
        reference.erase(id);
        break;
      case 1: {
        const Time watermark = At(random() % 64);
        std::vector<Deadlines::Due> due;
        deadlines.TakeBefore(watermark, due);
        ASSERT_TRUE(std::is_sorted(due.begin(), due.end(), [](const auto& a, const auto& b) {
          return std::pair(a.deadline, a.id) < std::pair(b.deadline, b.id);
        }));
        for (const Deadlines::Due& each : due) {
          ASSERT_LT(each.deadline, watermark);
          ASSERT_EQ(reference.at(each.id), each.deadline);
          reference.erase(each.id);
        }
        break;
      }
      default:
        deadlines.Set(id, time);
        reference[id] = time;
    }
    ASSERT_EQ(deadlines.size(), reference.size());
    const auto found = reference.find(id);
    ASSERT_EQ(deadlines.Of(id),
              found == reference.end() ? std::nullopt : std::optional(found->second));
    const auto earliest =
        std::min_element(reference.begin(), reference.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    ASSERT_EQ(deadlines.Earliest(),
              earliest == reference.end() ? std::nullopt : std::optional(earliest->second));
  }
}

}  // namespace
}  // namespace riposte::trigger
