#include "rules/lint/bad_reference.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(BadReference, WhatCannotBeFollowed) {
  const auto found = [](const std::string& reference) {
    return test::Lint({.more = "references: ['" + reference + "']\n"}, "bad-reference");
  };
  for (const char* good : {"https://example.net/a?b=c#d", "http://example.net"})
    EXPECT_EQ(found(good), "") << good;
  for (const char* bad : {"internal", "example.net/a", "https://", "https:///a",
                          "ftp://example.net", "https://example.net/a b"})
    EXPECT_FALSE(found(bad).empty()) << bad;
}

}  // namespace
}  // namespace riposte::lint
