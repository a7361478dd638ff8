#include "rules/lint/regex_padding.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(RegexPadding, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "regex-padding");
  };
  EXPECT_TRUE(found(R"(process.arguments: /.*\becho/i)").starts_with("warning regex-padding `"));
  EXPECT_TRUE(found(R"(process.arguments: /\becho.*/i)").starts_with("warning regex-padding `"));
  EXPECT_TRUE(found(R"(process.arguments: /.*?\becho/i)").starts_with("warning regex-padding `"));
}

TEST(RegexPadding, Fixes) {
  const auto fixed = [](const std::string& query) { return test::Fixed(query, "regex-padding"); };
  EXPECT_EQ(fixed(R"(process.arguments: /.*\becho\b.*/i)"), R"(process.arguments: /\becho\b.*/i)");
  EXPECT_EQ(fixed(R"(process.arguments: /\becho\b.*/i)"), R"(process.arguments: /\becho\b/i)");
  EXPECT_EQ(fixed(R"(process.arguments: /.*?\/x\d/)"), R"(process.arguments: /\/x\d/)");
}

TEST(RegexPadding, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments: /\becho\b.*pipe/i)", R"(process.arguments: /.+\becho/i)",
        R"(process.arguments: /\becho\.*/i)", "process.arguments: /^.*x$/i",
        "process.arguments: /a[.]*/i"}) {
    EXPECT_EQ(test::Lint({.query = query}, "regex-padding"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
