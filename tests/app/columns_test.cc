#include "app/columns.h"

#include <gtest/gtest.h>

namespace riposte::app {
namespace {

TEST(Columns, CountCodePoints) {
  EXPECT_EQ(CodePoints(""), 0u);
  EXPECT_EQ(CodePoints("a\u00E9\u20AC\U0001F600"), 4u);
}

TEST(Columns, CutAtACodePoint) {
  EXPECT_EQ(CutAt("a\u20ACb", 3), "a\u20ACb");
  EXPECT_EQ(CutAt("a\u20ACbc", 3), "a\u20ACb...");
  EXPECT_EQ(CutAt("a\u20ACb", 2), "a\u20AC...");
  EXPECT_EQ(CutAt("a", 0), "...");
  EXPECT_EQ(CutAt("", 0), "");
}

}  // namespace
}  // namespace riposte::app
