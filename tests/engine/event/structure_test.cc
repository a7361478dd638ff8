#include "engine/event/structure.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

using Outcome = StructureIndex::Outcome;

TEST(StructureIndex, TokensAndTheEnd) {
  StructureIndex index;
  constexpr std::string_view kText = R"({"a" : [1, "x,y"]})";
  ASSERT_EQ(index.Build(kText), Outcome::kValid);
  const std::vector<uint32_t> starts(index.starts(), index.starts() + index.count() + 1);
  EXPECT_EQ(starts, (std::vector<uint32_t>{0, 1, 5, 7, 8, 9, 11, 16, 17, 18}));
}

// simdjson leaves the count of the text before where a string is broken.
TEST(StructureIndex, ABrokenTextLeavesNothingOfTheOneBefore) {
  StructureIndex index;
  for (const std::string_view broken : {"{\"a", "{\"a\n\":1}", "", "  ", "\""}) {
    ASSERT_EQ(index.Build(R"({"a":[1,2,3]})"), Outcome::kValid);
    EXPECT_EQ(index.Build(broken), Outcome::kBroken) << broken;
    EXPECT_EQ(index.count(), 0u) << broken;
  }
}

TEST(StructureIndex, InvalidUtf8LeavesACompleteIndex) {
  StructureIndex index;
  EXPECT_EQ(index.Build("{\"\xFF\":[1]}"), Outcome::kInvalidUtf8);
  EXPECT_EQ(index.count(), 7u);
  EXPECT_EQ(index.Build("{\"a\":\"" + std::string(1000, '\xC3') + "\"}"), Outcome::kInvalidUtf8);
  EXPECT_EQ(index.count(), 5u);
}

TEST(StructureIndex, GrowsWithTheText) {
  StructureIndex index;
  for (const size_t size : {10u, 100'000u, 50u, 1'000'000u}) {
    const std::string text = "[" + std::string(size, '[') + "]";
    ASSERT_EQ(index.Build(text), Outcome::kValid);
    EXPECT_EQ(index.count(), size + 2);
    EXPECT_EQ(index.starts()[index.count()], text.size());
  }
}

TEST(FindBrokenString, Offsets) {
  EXPECT_EQ(FindBrokenString("{\"a\":\"b\x01\"}"), 7u);
  EXPECT_EQ(FindBrokenString("{\"a\":\"b"), 5u);
  EXPECT_EQ(FindBrokenString(R"({"a\"":1,"b\")"), 9u);
  EXPECT_EQ(FindBrokenString("  "), 2u);
}

}  // namespace
}  // namespace riposte::event
