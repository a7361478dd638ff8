#include "engine/trigger/occurrence.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

Kept At(int64_t ms) {
  return {.place = {.time = TimeFromMs(ms), .order = static_cast<uint64_t>(ms)},
          .event = std::to_string(ms)};
}

TEST(OccurrenceTest, EachFateHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(Fate::kCount); ++i)
    names.insert(FateName(static_cast<Fate>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(Fate::kCount));
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(TallyTest, KeepsTheFirstAndTheLastWhateverTheOrderOfArrival) {
  std::mt19937 random(1);
  for (size_t size : {0u, 1u, 19u, 20u, 21u, 39u, 40u, 41u, 100u}) {
    std::vector<Kept> all;
    for (size_t i = 0; i < size; ++i) all.push_back(At(static_cast<int64_t>(i)));
    std::vector<Kept> shuffled = all;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    Tally tally;
    for (const Kept& kept : shuffled) tally.Add(kept);
    EXPECT_EQ(tally.count, static_cast<int64_t>(size));
    const size_t first = std::min(size, Tally::kEnds);
    const size_t last = std::min(size - first, Tally::kEnds);
    EXPECT_EQ(tally.first, std::vector<Kept>(all.begin(), all.begin() + static_cast<long>(first)));
    EXPECT_EQ(tally.last, std::vector<Kept>(all.end() - static_cast<long>(last), all.end()));
  }
}

}  // namespace
}  // namespace riposte::trigger
