#include "engine/trigger/kept_step.h"

#include "tests/engine/trigger/step_timeline.h"

namespace riposte::trigger {
namespace {

constexpr StepSet kDistinct = 0b101;

KeptStep KeptAt(int64_t at, uint64_t order, StepSet steps) {
  const std::vector<std::string_view> values = {"zero", "one", "two"};
  return Keep({.place = {.time = TimeFromMs(at), .order = order},
               .event = "event",
               .steps = steps,
               .until = false,
               .values = values},
              kDistinct);
}

std::string Written(const std::vector<KeptStep>& kept) {
  std::string bytes;
  ByteWriter writer(bytes);
  WriteKept(kept, writer);
  return bytes;
}

TEST(KeptStepTest, KeepsTheValuesOfItsStepsWithDistinct) {
  EXPECT_EQ(KeptAt(1, 1, 0b010).values.size(), 0u);
  EXPECT_EQ(ValueOf(KeptAt(1, 1, 0b100), 2, kDistinct), "two");
  const KeptStep both = KeptAt(1, 1, 0b111);
  EXPECT_EQ(both.values.size(), 2u);
  EXPECT_EQ(ValueOf(both, 0, kDistinct), "zero");
  EXPECT_EQ(ValueOf(both, 2, kDistinct), "two");
}

TEST(KeptStepTest, Indices) {
  const std::vector<KeptStep> kept = {KeptAt(1, 1, 1), KeptAt(1, 3, 1), KeptAt(4, 2, 1)};
  EXPECT_EQ(IndexOf(kept, TimeFromMs(1)), 0u);
  EXPECT_EQ(IndexOf(kept, TimeFromMs(2)), 2u);
  EXPECT_EQ(IndexOf(kept, TimeFromMs(5)), 3u);
  EXPECT_EQ(IndexBehind(kept, {.time = TimeFromMs(1), .order = 2}), 1u);
  EXPECT_EQ(IndexBehind(kept, {.time = TimeFromMs(1), .order = 3}), 2u);
  EXPECT_EQ(IndexBehind(kept, {.time = TimeFromMs(0), .order = 9}), 0u);
}

TEST(KeptStepTest, ReadsWhatWasWritten) {
  std::vector<KeptStep> kept = {KeptAt(-1, 1, 0b101), KeptAt(1, 3, 0b010)};
  kept[0].completed = true;
  kept[1].until = true;
  const std::string bytes = Written(kept);
  ByteReader reader(bytes);
  EXPECT_EQ(ReadKept(reader, 2, kDistinct), kept);
  EXPECT_TRUE(reader.ok() && reader.at_end());
}

TEST(KeptStepTest, RefusesWhatCannotBe) {
  const std::string bytes = Written({KeptAt(1, 1, 1), KeptAt(1, 2, 1)});
  ByteReader too_many(bytes);
  ReadKept(too_many, 1, kDistinct);
  EXPECT_FALSE(too_many.ok());
  for (const uint64_t order : {2u, 3u}) {
    const std::string descending = Written({KeptAt(1, order, 1), KeptAt(1, 2, 1)});
    ByteReader reader(descending);
    ReadKept(reader, 2, kDistinct);
    EXPECT_FALSE(reader.ok());
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    ReadKept(reader, 2, kDistinct);
    EXPECT_FALSE(reader.ok());
  }
}

}  // namespace
}  // namespace riposte::trigger
