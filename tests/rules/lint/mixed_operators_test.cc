#include "rules/lint/mixed_operators.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(MixedOperators, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "mixed-operators");
  };
  EXPECT_EQ(found("type: FILE or type: PROCESS and process.name: `a.exe`"),
            "warning mixed-operators `type: PROCESS and process.name: `a.exe``");
  EXPECT_EQ(found("type: PROCESS and process.name: `a.exe` or type: FILE"),
            "warning mixed-operators `type: PROCESS and process.name: `a.exe``");
  EXPECT_EQ(found("not (type: FILE or file.name: `x` and process.pid: 1)"),
            "warning mixed-operators `file.name: `x` and process.pid: 1`");
}

TEST(MixedOperators, LeavesAlone) {
  for (const char* query :
       {"type: FILE or (type: PROCESS and process.name: `a.exe`)",
        "(type: FILE and file.name: `x`) or (type: PROCESS and process.name: `a.exe`)",
        "type: FILE and (file.name: `x` or file.name: `y`)", "type: FILE or process.pid != 1",
        "type: FILE or indicator: (score > 5 and score < 7)",
        "process.name: [`a`, `b`] and type: PROCESS",
        "(type: FILE or type: PROCESS) and process.name: `a.exe`"}) {
    EXPECT_EQ(test::Lint({.query = query}, "mixed-operators"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
