#include "rules/lint/bare_wildcard.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(BareWildcard, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "bare-wildcard");
  };
  EXPECT_TRUE(found("process.username: *").starts_with("warning bare-wildcard `"));
  EXPECT_EQ(found(R"(not process.username: "*" and type: FILE)"),
            R"(warning bare-wildcard `process.username: "*"`)");
}

TEST(BareWildcard, LeavesAlone) {
  for (const char* query :
       {R"(process.username: "a*")", "process.username is not null", R"(process.username: "\*")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "bare-wildcard"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
