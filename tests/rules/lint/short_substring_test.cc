#include "rules/lint/short_substring.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(ShortSubstring, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "short-substring");
  };
  EXPECT_TRUE(found(R"(process.arguments ~ "a")").starts_with("warning short-substring `"));
  EXPECT_TRUE(found("process.arguments ~ 7").starts_with("warning short-substring `"));
}

TEST(ShortSubstring, LeavesAlone) {
  for (const char* query : {R"(process.arguments ~ "^")", R"(process.arguments ~ "ab")",
                            "process.name: `a`", "process.arguments ~ \"\u00fc\""}) {
    EXPECT_EQ(test::Lint({.query = query}, "short-substring"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
