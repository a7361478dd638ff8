#include "rules/lint/outer_blank.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(OuterBlank, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "outer-blank");
  };
  EXPECT_TRUE(found("process.name: `cmd.exe `").starts_with("warning outer-blank `"));
  EXPECT_TRUE(found(R"(action: " CREATED")").starts_with("warning outer-blank `"));
}

TEST(OuterBlank, LeavesAlone) {
  for (const char* query :
       {"process.name: `a b`", R"(process.arguments ~ " -enc")", R"(process.arguments: " enc ")",
        R"(process.name: " a*")", "process.name: ``"}) {
    EXPECT_EQ(test::Lint({.query = query}, "outer-blank"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
