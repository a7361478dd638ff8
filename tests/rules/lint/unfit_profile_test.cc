#include "rules/lint/unfit_profile.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Found(const std::string& query, const std::string& profiles) {
  return test::Lint({.query = query, .more = "profiles: [" + profiles + "]\n"}, "unfit-profile");
}

TEST(UnfitProfile, ANamedFormatThatLacksAToken) {
  EXPECT_EQ(Found("pipe.name: `x`", "windows-nxlog, qualys-edr"),
            "warning unfit-profile `qualys-edr`");
  EXPECT_EQ(Found("process.name: `x`", "windows-nxlog, qualys-edr"), "");
  EXPECT_EQ(Found("pipe.name: `x`", "windows-nxlog"), "");
  EXPECT_EQ(Found("pipe.name: `x`", "qualys-edr").find("unfit-profile"), std::string::npos);
}

}  // namespace
}  // namespace riposte::lint
