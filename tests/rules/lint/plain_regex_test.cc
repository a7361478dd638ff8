#include "rules/lint/plain_regex.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(PlainRegex, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "plain-regex");
  };
  EXPECT_TRUE(found("process.arguments: /mimikatz/i").starts_with("warning plain-regex `"));
  EXPECT_TRUE(found("process.arguments: /mimikatz/").starts_with("warning plain-regex `"));
  EXPECT_TRUE(found(R"(process.name: /^cmd\.exe$/i)").starts_with("warning plain-regex `"));
  EXPECT_TRUE(found("process.name: /^abc/i").starts_with("warning plain-regex `"));
  EXPECT_TRUE(found(R"(process.name: /\.exe$/i)").starts_with("warning plain-regex `"));
}

TEST(PlainRegex, Fixes) {
  const auto fixed = [](const std::string& query) { return test::Fixed(query, "plain-regex"); };
  EXPECT_EQ(fixed("process.arguments: /mimikatz/i"), R"(process.arguments ~ "mimikatz")");
  EXPECT_EQ(fixed(R"(process.arguments: /evil\.com/i)"), R"(process.arguments ~ "evil.com")");
  EXPECT_EQ(fixed("process.arguments: /mimikatz/"), "process.arguments: /mimikatz/");
  EXPECT_EQ(fixed("process.arguments: /^abc/i"), "process.arguments: /^abc/i");
  EXPECT_EQ(fixed(R"(process.arguments: /a\\b"/i)"), R"(process.arguments: /a\\b"/i)");
  EXPECT_EQ(fixed("process.arguments != /abc/i"), "process.arguments != /abc/i");
}

TEST(PlainRegex, LeavesAlone) {
  for (const char* query : {"process.arguments: /mimi.?katz/i", "process.arguments: /a|b/i",
                            R"(process.arguments: /\bcmd/i)", "process.arguments: /ab+/i",
                            "process.name: /^[a-z]$/i", R"(process.arguments ~ "x1")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "plain-regex"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
