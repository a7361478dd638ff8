#include "rules/lint/unc_path.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(UncPath, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "unc-path");
  };
  EXPECT_TRUE(found(R"(file.fullPath: "\srv\share\a*")").starts_with("warning unc-path `"));
  EXPECT_TRUE(found(R"(file.fullPath: `\srv\x.dll`)").starts_with("warning unc-path `"));
  EXPECT_TRUE(found(R"(file.fullPath: /^\\srv\\share/i)").starts_with("warning unc-path `"));
}

TEST(UncPath, LeavesAlone) {
  for (const char* query :
       {R"(file.fullPath: "\\srv\share\a*")", R"(file.fullPath: "*\srv\a")",
        R"(file.fullPath: /^\\\\srv\\share/i)", R"(file.fullPath: `\Device\HarddiskVolume3\a`)",
        R"(file.fullPath: "\SystemRoot\*")", R"(registry.key: "\REGISTRY\*")",
        R"(file.fullPath: /\\srv/i)", R"(file.fullPath: `C:\a`)", R"(file.fullPath: /^C:\\a/i)"}) {
    EXPECT_EQ(test::Lint({.query = query}, "unc-path"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
