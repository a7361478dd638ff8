#include "rules/lint/invisible_character.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(InvisibleCharacter, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "invisible-character");
  };
  EXPECT_TRUE(
      found("process.arguments ~ \"net\u00a0user\"").starts_with("warning invisible-character `"));
  EXPECT_TRUE(found("process.name: `cmd.exe\u200b`").starts_with("warning invisible-character `"));
  EXPECT_TRUE(
      found("process.arguments: /net\u00a0+user/i").starts_with("warning invisible-character `"));
}

TEST(InvisibleCharacter, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments ~ "net user")", "process.name: `a\u202eb`",
        "process.name: `\u00fcber.exe`", R"(process.arguments: /net\x{a0}user/i)"}) {
    EXPECT_EQ(test::Lint({.query = query}, "invisible-character"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
