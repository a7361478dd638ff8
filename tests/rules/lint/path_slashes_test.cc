#include "rules/lint/path_slashes.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(PathSlashes, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "path-slashes");
  };
  EXPECT_TRUE(found(R"(process.image.fullPath: "C:/Windows/Temp/*")")
                  .starts_with("warning path-slashes `"));
  EXPECT_TRUE(found(R"(file.fullPath: "*/cmd.exe")").starts_with("warning path-slashes `"));
  EXPECT_TRUE(found("file.fullPath: `C:/a.txt`").starts_with("warning path-slashes `"));
}

TEST(PathSlashes, LeavesAlone) {
  for (const char* query :
       {R"(file.fullPath: "C:\Windows\Temp\\*")", R"(file.fullPath: "/usr/bin/python3")",
        "file.fullPath: `/opt/a.sh`", R"(process.arguments: "C:/x/*")",
        R"(file.fullPath: `\\srv\a/b.exe`)"}) {
    EXPECT_EQ(test::Lint({.query = query}, "path-slashes"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
