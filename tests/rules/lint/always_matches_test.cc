#include "rules/lint/always_matches.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(AlwaysMatches, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "always-matches");
  };
  EXPECT_EQ(found("process.pid: 1 or not process.pid: 1"),
            "warning always-matches `process.pid: 1`");
  EXPECT_EQ(found(R"(process.arguments ~ "b" or not process.arguments ~ "abc")"),
            R"(warning always-matches `process.arguments ~ "abc"`)");
  EXPECT_EQ(found("not (process.pid: 1 and not process.pid: 1)"),
            "warning always-matches `process.pid: 1`");
  EXPECT_EQ(found("process.name is null or process.name is not null"),
            "warning always-matches `process.name is not null`");
  EXPECT_EQ(found("type: FILE and (process.pid: 1 or not process.pid: 1)"),
            "warning always-matches `process.pid: 1`");
  EXPECT_TRUE(found("not process.name: `a.exe` or not process.name: `b.exe`")
                  .starts_with("warning always-matches `"));
}

TEST(AlwaysMatches, LeavesAlone) {
  for (const char* query :
       {"process.pid: 1 or not process.pid: 2",
        R"(process.arguments ~ "abc" or not process.arguments ~ "b")",
        R"(not process.arguments ~ "a" or not process.arguments ~ "b")",
        "process.pid: 1 or process.pid != 1", "process.pid: 1 and not process.pid: 2"}) {
    EXPECT_EQ(test::Lint({.query = query}, "always-matches"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
