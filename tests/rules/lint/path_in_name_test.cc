#include "rules/lint/path_in_name.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(PathInName, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "path-in-name");
  };
  EXPECT_TRUE(found(R"(process.name: "*\cmd.exe")").starts_with("warning path-in-name `"));
  EXPECT_TRUE(found("file.name: `/bin/sh`").starts_with("warning path-in-name `"));
  EXPECT_EQ(found(R"(process.name ~ "a\b")"), R"(warning path-in-name `process.name ~ "a\b"`)");
}

TEST(PathInName, LeavesAlone) {
  for (const char* query :
       {"process.name: `cmd.exe`", R"(process.image.fullPath: "*\cmd.exe")",
        R"(handle.name: `Global\x`)", R"(process.name: /\\/)", R"(process.name: "a b")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "path-in-name"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
