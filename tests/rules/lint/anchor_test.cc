#include "rules/lint/anchor.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(Anchor, LongestLiteralIsCountedGenerously) {
  const auto longest = [](std::string pattern) {
    return LongestLiteralIn({.pattern = std::move(pattern)});
  };
  EXPECT_EQ(longest("abc"), 3u);
  EXPECT_EQ(longest(R"(a\.b)"), 3u);
  EXPECT_EQ(longest("a.b"), 1u);
  EXPECT_EQ(longest("abc+"), 3u);
  EXPECT_EQ(longest("abc?d"), 2u);
  EXPECT_EQ(longest("ab[cd]ef"), 2u);
  EXPECT_EQ(longest(R"(\d+.*[a-z])"), 0u);
  EXPECT_EQ(longest("(abc|d)"), 3u);
}

TEST(Anchor, OfAQuery) {
  const auto anchored = [](const std::string& query) {
    std::string text = rule::test::RuleText(1);
    const std::string old = "type: PROCESS and process.name: `a.exe`";
    const rule::test::Loaded loaded =
        rule::test::LoadText(text.replace(text.find(old), old.size(), query));
    return HasAnchor(OwnQuery(loaded.rule()), *loaded.set->schema);
  };
  EXPECT_TRUE(anchored("process.name: `a`"));
  EXPECT_TRUE(anchored("action: CREATED"));
  EXPECT_TRUE(anchored("process.pid > 1 and process.name: a"));
  EXPECT_TRUE(anchored("process.arguments: /abc\\d/ or process.pid: 4"));
  EXPECT_FALSE(anchored("type: FILE"));
  EXPECT_FALSE(anchored("process.name: `a` or process.pid > 4"));
  EXPECT_FALSE(anchored("process.arguments: /ab\\d/"));
  EXPECT_FALSE(anchored("network.remote.address.ip: 10.0.0.0/8"));
  EXPECT_FALSE(anchored("not process.name: `a`"));
}

}  // namespace
}  // namespace riposte::lint
