#include "rules/lint/cased_by_accident.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(CasedByAccident, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "cased-by-accident");
  };
  EXPECT_TRUE(
      found(R"(process.arguments: /cmd\.exe.*c/)").starts_with("warning cased-by-accident `"));
  EXPECT_TRUE(found("process.name: /^[0-9]+abc$/").starts_with("warning cased-by-accident `"));
}

TEST(CasedByAccident, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments: /cmd\.exe.*c/i)", R"(process.arguments: /(?i)cmd\.exe.*c/)",
        R"(process.arguments: /(?-i)cmd\.exe.*c/)", "process.name: /^[a-f0-9]+$/",
        R"(process.arguments: /\d+\s/)", "process.arguments: /mimikatz/"}) {
    EXPECT_EQ(test::Lint({.query = query}, "cased-by-accident"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
