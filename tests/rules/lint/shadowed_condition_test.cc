#include "rules/lint/shadowed_condition.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(ShadowedCondition, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "shadowed-condition");
  };
  EXPECT_EQ(found(R"(process.arguments ~ "-enc" or process.arguments ~ "-encodedcommand")"),
            R"(warning shadowed-condition `process.arguments ~ "-encodedcommand"`)");
  EXPECT_EQ(found(R"(process.arguments ~ "-enc" and process.arguments ~ "-encodedcommand")"),
            R"(warning shadowed-condition `process.arguments ~ "-enc"`)");
  EXPECT_EQ(found(R"(process.name: ["*.exe", `a.exe`])"), "warning shadowed-condition ``a.exe``");
  EXPECT_EQ(found(R"(process.name: "a*" or process.name: "ab*c")"),
            R"(warning shadowed-condition `process.name: "ab*c"`)");
  EXPECT_EQ(found("process.pid > 5 and process.pid > 3"),
            "warning shadowed-condition `process.pid > 3`");
  EXPECT_EQ(found("process.pid: [1 .. 9] or process.pid: 9"),
            "warning shadowed-condition `process.pid: 9`");
  EXPECT_EQ(
      found("network.remote.address.ip: 10.0.0.0/8 or network.remote.address.ip: 10.1.0.0/16"),
      "warning shadowed-condition `network.remote.address.ip: 10.1.0.0/16`");
  EXPECT_EQ(found(R"(process.arguments: "abc def" or process.arguments: "abc")"),
            R"(warning shadowed-condition `process.arguments: "abc def"`)");
  EXPECT_EQ(found("process.pid: 1 and process.pid is not null"),
            "warning shadowed-condition `process.pid is not null`");
  EXPECT_EQ(found("type: FILE and type: [FILE, PROCESS]"),
            "warning shadowed-condition `type: [FILE, PROCESS]`");
  EXPECT_TRUE(
      found(R"(not process.arguments ~ "ab" and not process.arguments ~ "abc" and type: FILE)")
          .starts_with("warning shadowed-condition `"));
}

TEST(ShadowedCondition, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments ~ "abc" or process.arguments ~ "abd")",
        R"(process.name: "a*" or process.name: "*a")", "process.pid > 5 and process.pid < 9",
        "process.pid != 1 and process.pid > 5",
        R"(process.arguments: "abc d" or process.arguments: "bc")",
        R"(process.arguments: "ab" or process.arguments: "abc")",
        R"(process.username: `x` or process.name: "*")",
        R"(process.name: /abc/i or process.name ~ "abc")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "shadowed-condition"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
