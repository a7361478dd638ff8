#include "rules/lint/repeated_tag.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(RepeatedTag, LetterCaseAside) {
  const auto found = [](const std::string& tags) {
    return test::Lint({.more = "tags: [" + tags + "]\n"}, "repeated-tag");
  };
  EXPECT_EQ(found("a, b, A"), "warning repeated-tag `A`");
  EXPECT_EQ(found("a, b, a-b"), "");
}

}  // namespace
}  // namespace riposte::lint
