#include "rules/lint/leading_wildcard.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(LeadingWildcard, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "leading-wildcard");
  };
  EXPECT_TRUE(found(R"(process.arguments: "*-enc*")").starts_with("warning leading-wildcard `"));
  EXPECT_EQ(found(R"(process.name: ["*abc*", `x`])"), R"(warning leading-wildcard `"*abc*"`)");
  EXPECT_TRUE(found(R"(process.hash.sha256: "*ff*")").starts_with("warning leading-wildcard `"));
}

TEST(LeadingWildcard, Fixes) {
  const auto fixed = [](const std::string& query) {
    return test::Fixed(query, "leading-wildcard");
  };
  EXPECT_EQ(fixed(R"(process.arguments: "*-enc*")"), R"(process.arguments ~ "-enc")");
  EXPECT_EQ(fixed(R"(not process.arguments : "*-Enc x*" and type: FILE)"),
            R"(not process.arguments ~ "-Enc x" and type: FILE)");
  EXPECT_EQ(fixed(R"(process.arguments: "*a\b*")"), R"(process.arguments: "*a\b*")");
  EXPECT_EQ(fixed(R"(process.arguments: ["*abc*", `x`])"), R"(process.arguments: ["*abc*", `x`])");
  EXPECT_EQ(fixed(R"(process.arguments != "*abc*")"), R"(process.arguments != "*abc*")");
  EXPECT_EQ(fixed("process.arguments: *abc*"), "process.arguments: *abc*");
}

TEST(LeadingWildcard, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments: "*-enc")", R"(process.arguments: "-enc*")",
        R"(process.arguments: "*a*b*")", R"(process.name: "*")", R"(process.arguments ~ "-enc")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "leading-wildcard"), "") << query;
  }
}

}  // namespace
}  // namespace riposte::lint
