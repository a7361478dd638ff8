#include "rules/lint/missing_false_positives.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(MissingFalsePositives, OnlyOfRulesThatEnforce) {
  const auto found = [](const std::string& mode, const std::string& more) {
    return test::Lint({.mode = mode, .more = more}, "missing-false-positives");
  };
  EXPECT_EQ(found("enforce", ""), "warning missing-false-positives `n`");
  EXPECT_EQ(found("enforce", "false_positives: [none known]\n"), "");
  EXPECT_EQ(found("dry_run", ""), "");
  EXPECT_EQ(found("", ""), "");
}

TEST(MissingFalsePositives, OfASigmaRuleThatWasGivenARemediation) {
  EXPECT_EQ(test::LintSigma({}, "missing-false-positives"), "");
  const std::string shown = test::RenderedSigma({.more = "description: d\n"});
  EXPECT_NE(shown.find("by mistake (ordered by responses.yaml:2)"), std::string::npos) << shown;
  EXPECT_NE(shown.find("add 'falsepositives:'"), std::string::npos) << shown;
}

}  // namespace
}  // namespace riposte::lint
