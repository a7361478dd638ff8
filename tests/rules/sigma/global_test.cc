#include "rules/sigma/global.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

constexpr std::string_view kId = "00000000-0000-4000-8000-000000000001";

std::string Global(std::string_view more) {
  return "action: global\ntitle: T\nid: " + std::string(kId) +
         "\ndetection:\n  a: {F: x}\n  condition: a or b\n" + std::string(more);
}

TEST(ApplyActions, GlobalGoesIntoAllThatFollow) {
  const test::Loaded loaded = test::Load(
      Global("---\nlogsource: {product: test}\ndetection:\n  b: {G: 1}\n---\nlogsource: {category: "
             "proc}\ndetection:\n  b: {G: 2}\n"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  ASSERT_EQ(loaded.set->rules.size(), 2u);
  const rule::Rule& first = loaded.set->rules[0];
  const rule::Rule& second = loaded.set->rules[1];
  EXPECT_EQ(first.canonical_query,
            R"(sigma-logsource.test//: true and (sigma.F: "x" or sigma.G: "1"))");
  EXPECT_EQ(second.canonical_query,
            R"(sigma-logsource./proc/: true and (sigma.F: "x" or sigma.G: "2"))");
  EXPECT_EQ(first.id.ToString(), kId) << "the first has the shared id";
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(second.id, Uuid::V5(first.id, "document 2"));
  EXPECT_NE(first.version, second.version);
}

TEST(ApplyActions, WhatADocumentSaysItselfComesFirst) {
  const test::Loaded loaded = test::Load(
      Global("---\nid: 00000000-0000-4000-8000-000000000002\ntitle: Own\nlogsource: {product: "
             "test}\ndetection:\n  a: {F: own}\n  condition: a\n"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.set->rules[0].name, "Own");
  EXPECT_EQ(loaded.set->rules[0].id.ToString(), "00000000-0000-4000-8000-000000000002");
  EXPECT_EQ(loaded.set->rules[0].canonical_query,
            R"(sigma-logsource.test//: true and sigma.F: "own")");
}

TEST(ApplyActions, WhatIsSharedCountsForTheVersion) {
  const std::string rest = "---\nlogsource: {product: test}\ndetection: {b: {G: 1}}\n";
  const test::Loaded one = test::Load(Global(rest));
  const test::Loaded other = test::Load(Global("description: other\n" + rest));
  ASSERT_TRUE(one.set != nullptr && other.set != nullptr);
  EXPECT_NE(one.set->rules[0].version, other.set->rules[0].version);
}

TEST(ApplyActions, ResetAndRepeat) {
  const test::Loaded loaded = test::Load(
      Global("---\nlogsource: {product: test}\ndetection: {b: {G: 1}}\n---\naction: repeat\nid: "
             "00000000-0000-4000-8000-000000000002\ndetection: {b: {G: 2}}\n---\naction: reset\n"
             "---\nid: 00000000-0000-4000-8000-000000000003\ntitle: Alone\nlogsource: {product: "
             "test}\ndetection: {c: {H: 1}, condition: c}\n"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  ASSERT_EQ(loaded.set->rules.size(), 3u);
  EXPECT_EQ(loaded.set->rules[1].canonical_query,
            R"(sigma-logsource.test//: true and (sigma.F: "x" or sigma.G: "2"))");
  EXPECT_EQ(loaded.set->rules[2].canonical_query,
            R"(sigma-logsource.test//: true and sigma.H: "1")");
}

TEST(ApplyActions, Mistakes) {
  EXPECT_EQ(test::Load("action: globl\ntitle: T\n").codes(), "unknown-value@1:1");
  EXPECT_EQ(test::Load("action: repeat\ntitle: T\n").codes(), "unknown-value@1:1");
  EXPECT_EQ(test::Load("action: global\ntitle: T\n---\ndescription: no rule\n").codes(),
            "missing-key@4:1");
  EXPECT_EQ(test::Load("action: global\ntitle: T\n").codes(), "no-rules@1:1");
}

}  // namespace
}  // namespace riposte::sigma
