#include "rules/lint/name_in_path.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(NameInPath, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "name-in-path");
  };
  EXPECT_TRUE(found("process.image.fullPath: `cmd.exe`").starts_with("warning name-in-path `"));
  EXPECT_EQ(found(R"(file.fullPath: [`a.dll`, `C:\b.dll`])"), "warning name-in-path ``a.dll``");
}

TEST(NameInPath, LeavesAlone) {
  for (const char* query :
       {R"(process.image.fullPath: `C:\cmd.exe`)", "process.image.fullPath: `/bin/sh`",
        R"(process.image.fullPath: "cmd.exe")", R"(process.image.fullPath: "*.exe")",
        "process.name: `cmd.exe`", "process.image.fullPath: ``"}) {
    EXPECT_EQ(test::Lint({.query = query}, "name-in-path"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
