#include "rules/lint/open_dot.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(OpenDot, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "open-dot");
  };
  EXPECT_TRUE(found(R"(process.arguments: /\bcmd.exe\b/i)").starts_with("warning open-dot `"));
  EXPECT_TRUE(found(R"(process.arguments: /evil.com\//i)").starts_with("warning open-dot `"));
  EXPECT_TRUE(
      found("process.arguments: /(cmd.exe|powershell)/i").starts_with("warning open-dot `"));
}

TEST(OpenDot, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments: /\bcmd\.exe\b/i)", "process.arguments: /cmd.*exe/i",
        "process.arguments: /cmd.executable/i", R"(process.arguments: /\s.exe/i)",
        "process.arguments: /cmd[.]exe/i"}) {
    EXPECT_EQ(test::Lint({.query = query}, "open-dot"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
