#include "rules/lint/missing_tests.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(MissingTests, IsAWarningAtTheRulesId) {
  EXPECT_EQ(
      test::Rendered({.more = ""}),
      "rules.yaml:1:5: warning[missing-tests]: the rule 'n' has no tests\n"
      "    1 | id: 0b6d1a52-6e0c-4c1e-9c51-000000000001\n"
      "      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ add 'tests:' with an event that fires and "
      "a near miss that does not\n");
  EXPECT_EQ(test::Lint({}, "missing-tests"), "");
}

}  // namespace
}  // namespace riposte::lint
