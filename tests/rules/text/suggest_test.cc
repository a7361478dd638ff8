#include "rules/text/suggest.h"

#include <array>

#include <gtest/gtest.h>

namespace riposte::text {
namespace {

constexpr std::array<std::string_view, 6> kKnown = {
    "process.name", "process.image.fullPath", "parent.name", "type", "file.hash.sha256", "id"};

TEST(Nearest, FindsTheNearestWithinTheBounds) {
  struct Row {
    std::string_view written, nearest;
  };
  const Row rows[] = {
      {"process.name", "process.name"},
      {"process.nmae", "process.name"},  // a swap of neighbours is one edit
      {"parent.nam", "parent.name"},
      {"PROCESS.NAME", "process.name"},  // case does not count
      {"tpye", "type"},                  // one edit: a third of four is one
      {"tpy", ""},                       // a swap and an insertion are two
      {"typ", "type"},
      {"tip", ""},
      {"ix", ""},  // a third of two is none
      {"ID", "id"},
      {"process.image.fullpaths", "process.image.fullPath"},
      {"process.imagefull", ""},
      {"", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(Nearest(row.written, kKnown), row.nearest) << row.written;
}

TEST(Nearest, BoundOfFourEdits) {
  constexpr std::array<std::string_view, 1> kLong = {"abcdefghijklmnopqrst"};
  EXPECT_EQ(Nearest("abcdefghijklmnop", kLong), kLong[0]);  // four missing
  EXPECT_EQ(Nearest("abcdefghijklmno", kLong), "");         // five missing
  EXPECT_EQ(Nearest("WXYZefghijklmnopqrst", kLong), kLong[0]);
  EXPECT_EQ(Nearest("VWXYZfghijklmnopqrst", kLong), "");
}

TEST(Nearest, OfTwoEquallyNearTheFirst) {
  constexpr std::array<std::string_view, 2> kPair = {"abcx", "abcy"};
  EXPECT_EQ(Nearest("abcz", kPair), "abcx");
}

TEST(DidYouMean, IsASentenceOrEmpty) {
  EXPECT_EQ(DidYouMean("parent.nmae", kKnown), "did you mean 'parent.name'?");
  EXPECT_EQ(DidYouMean("something.else", kKnown), "");
}

}  // namespace
}  // namespace riposte::text
