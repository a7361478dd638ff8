#include "rules/lint/repeated_condition.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(RepeatedCondition, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "repeated-condition");
  };
  EXPECT_EQ(found("process.name: [`a.exe`, `b.exe`, `A.EXE`]"),
            "warning repeated-condition ``A.EXE``");
  EXPECT_EQ(found("process.pid: 1 or process.pid: 1"),
            "warning repeated-condition `process.pid: 1`");
  EXPECT_EQ(found("type: FILE and process.pid > 1 and process.pid > 1"),
            "warning repeated-condition `process.pid > 1`");
  EXPECT_TRUE(found("not file.name: `x` and type: FILE and not file.name: `x`")
                  .starts_with("warning repeated-condition `"));
  EXPECT_TRUE(found("(process.pid: 1 and type: FILE) or (process.pid: 1 and type: FILE)")
                  .starts_with("warning repeated-condition `"));
}

TEST(RepeatedCondition, Fixes) {
  const auto fixed = [](const std::string& query) {
    return test::Fixed(query, "repeated-condition");
  };
  EXPECT_EQ(fixed("process.name: [`a`, `b`, `a`]"), "process.name: [`a`, `b`]");
  EXPECT_EQ(fixed("process.pid: 1 or process.pid: 1"), "process.pid: 1");
  EXPECT_EQ(fixed("process.name: [`a`, `A`, `a`]"), "process.name: [`a`]");
  EXPECT_EQ(fixed("process.pid: 1 or (process.pid: 1)"), "process.pid: 1 or (process.pid: 1)");
  EXPECT_EQ(fixed("type: FILE and not file.name: `x` and not file.name: `x`"),
            "type: FILE and not file.name: `x` and not file.name: `x`");
}

TEST(RepeatedCondition, LeavesAlone) {
  for (const char* query :
       {"process.name: [`a.exe`, `b.exe`]", "process.pid: 1 or process.arguments: 1",
        "process.pid != 1 and process.pid != 2", R"(process.name: `a` or process.name: "a")",
        "(process.pid: 1 and type: FILE) or (process.pid: 2 and type: FILE)"}) {
    EXPECT_EQ(test::Lint({.query = query}, "repeated-condition"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
