#include "rules/sigma/metadata.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

constexpr std::string_view kRest =
    "logsource: {product: test}\ndetection: {a: {F: x}, condition: a}\n";
constexpr std::string_view kId = "id: 00000000-0000-4000-8000-000000000001\n";

test::Loaded With(std::string_view lines) {
  return test::Load(std::string(lines) + std::string(kRest));
}
std::string CodesWith(std::string_view lines) {
  return With("title: T\n" + std::string(kId) + std::string(lines)).codes();
}

TEST(ReadMetadata, EachKeyIsTakenOver) {
  const test::Loaded loaded = With(
      "title: A title\nid: 0B6D1A52-6E0C-4C1E-9C51-2F5D6A9F3C10\nname: a_name\nstatus: test\n"
      "description: What\nauthor: Anna, Bob\nlevel: critical\ntags: [attack.t1059]\n"
      "references: ['https://example.net']\nfalsepositives: Unlikely\ncustom: [1]\n");
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.codes(), "");
  const rule::Rule& rule = loaded.set->rules.front();
  EXPECT_EQ(rule.name, "A title");
  EXPECT_EQ(rule.id.ToString(), "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  EXPECT_EQ(rule.status, "test");
  EXPECT_EQ(rule.description, "What");
  EXPECT_EQ(rule.author, "Anna, Bob");
  EXPECT_EQ(rule.severity, rule::Severity::kCritical);
  EXPECT_EQ(rule.tags, std::vector<std::string>{"attack.t1059"});
  EXPECT_EQ(rule.references, std::vector<std::string>{"https://example.net"});
  EXPECT_EQ(rule.false_positives, std::vector<std::string>{"Unlikely"});
  EXPECT_EQ(rule.language, rule::Language::kSigma);
}

TEST(ReadMetadata, IdentityAndMeaningMustBeRight) {
  EXPECT_EQ(With("title: T\n").codes(), "missing-key@1:1");
  EXPECT_EQ(With("title: T\nid: 17\n").codes(), "bad-uuid@2:5");
  EXPECT_EQ(With(kId).codes(), "missing-key@1:1");
  EXPECT_EQ(With("title: ' '\n" + std::string(kId)).codes(), "empty-value@1:8");
  EXPECT_EQ(CodesWith("level: severe\n"), "unknown-value@3:8");
  EXPECT_EQ(CodesWith("taxonomy: ecs\n"), "unknown-taxonomy@3:11");
  EXPECT_EQ(CodesWith("taxonomy: sigma\n"), "");
}

TEST(ReadMetadata, ATitleHas256Characters) {
  std::string title;
  for (int i = 0; i < 256; ++i) title += "\u00e4";
  EXPECT_EQ(With("title: " + title + "\n" + std::string(kId)).codes(), "");
  EXPECT_EQ(With("title: " + title + "x\n" + std::string(kId)).codes(), "bad-name@1:8");
}

TEST(ReadMetadata, WhatIsOnlyShownIsAWarning) {
  EXPECT_EQ(CodesWith("status: done\n"), "odd-metadata@3:9");
  EXPECT_EQ(CodesWith("author: [a, b]\n"), "odd-metadata@3:9");
  EXPECT_EQ(CodesWith("tags: {a: b}\n"), "odd-metadata@3:7");
  EXPECT_EQ(CodesWith("references: [a, [b]]\n"), "odd-metadata@3:17");
  EXPECT_EQ(CodesWith("references:\nfalsepositives: [null]\n"), "");
}

}  // namespace
}  // namespace riposte::sigma
