#include "rules/lint/enum_pattern.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(EnumPattern, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "enum-pattern");
  };
  EXPECT_EQ(found(R"(type: "PROC*" and process.name: `a`)"),
            R"(warning enum-pattern `type: "PROC*"`)");
  EXPECT_TRUE(found(R"(event.class ~ "malicious")").starts_with("warning enum-pattern `"));
  EXPECT_TRUE(found(R"(type: "*")").starts_with("warning enum-pattern `"));
}

TEST(EnumPattern, LeavesAlone) {
  for (const char* query :
       {"type: PROCESS", "type: [PROCESS, FILE]", R"(action: "CRE*")", R"(process.name: "a*")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "enum-pattern"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
