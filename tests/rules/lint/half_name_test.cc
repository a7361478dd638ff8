#include "rules/lint/half_name.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(HalfName, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "half-name");
  };
  EXPECT_TRUE(found(R"(process.image.fullPath: "*cmd.exe")").starts_with("warning half-name `"));
  EXPECT_EQ(found(R"(file.fullPath: ["*a.dll", "*\b.dll"])"), R"(warning half-name `"*a.dll"`)");
  EXPECT_EQ(found(R"(not file.fullPath: "*a.dll" and type: FILE)"),
            R"(warning half-name `file.fullPath: "*a.dll"`)");
}

TEST(HalfName, LeavesAlone) {
  for (const char* query :
       {R"(process.image.fullPath: "*\cmd.exe")", R"(process.image.fullPath: "*/cmd.exe")",
        R"(file.fullPath: "*.exe")", R"(process.name: "*cmd.exe")", R"(file.fullPath: "*cmd")",
        R"(file.fullPath: "C:*cmd.exe")", R"(process.arguments: "*cmd.exe")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "half-name"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
