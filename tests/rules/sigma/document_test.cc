#include "rules/sigma/document.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

DocumentKind KindOfText(std::string_view text) {
  return KindOf(yaml::Parse(text).documents.front().root);
}

TEST(KindOf, ByTheKeys) {
  EXPECT_EQ(KindOfText("query: x"), DocumentKind::kNone);
  EXPECT_EQ(KindOfText("[detection]"), DocumentKind::kNone);
  EXPECT_EQ(KindOfText("detection: x"), DocumentKind::kRule);
  EXPECT_EQ(KindOfText("logsource: x"), DocumentKind::kRule);
  EXPECT_EQ(KindOfText("{filter: x, logsource: y}"), DocumentKind::kFilter);
  EXPECT_EQ(KindOfText("correlation: x"), DocumentKind::kCorrelation);
  EXPECT_EQ(KindOfText("{action: global, detection: x}"), DocumentKind::kGlobal);
  EXPECT_EQ(KindOfText("{query: x, action: y}"), DocumentKind::kNone);
  EXPECT_EQ(KindOfText("placeholders: {}"), DocumentKind::kPlaceholders);
}

TEST(ReadRule, IsForTheEventsOfItsLogSource) {
  const auto rule = [](std::string_view log_source) {
    return "title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: " +
           std::string(log_source) + "\ndetection: {a: {F: x}, condition: a}\n";
  };
  EXPECT_TRUE(test::Matches(rule("{product: test}"), R"({"F": "x"})"));
  EXPECT_TRUE(test::Matches(rule("{category: proc}"), R"({"F": "x", "kind": "PROC"})"));
  EXPECT_FALSE(test::Matches(rule("{category: proc}"), R"({"F": "x", "kind": "p"})"));
  EXPECT_TRUE(test::Matches(rule("{category: proc, service: log}"),
                            R"({"F": "x", "kind": "exec", "channel": "log"})"));
  EXPECT_FALSE(
      test::Matches(rule("{category: proc, service: log}"), R"({"F": "x", "kind": "exec"})"));
  EXPECT_FALSE(test::Matches(rule("{product: zeek}"), R"({"F": "x"})"))
      << "it is loaded, with a warning, and runs nowhere";
}

TEST(ReadRule, SpansCountInTheFile) {
  const test::Loaded loaded =
      test::Load(test::RuleOf("a: {F: abc}\nb: {G: d}\ncondition: a and b"));
  ASSERT_NE(loaded.set, nullptr);
  const rule::Rule& rule = loaded.set->rules.front();
  for (const query::Node& node : rule.query.nodes()) {
    if (node.kind != query::Node::Kind::kClause) continue;
    const std::string_view there =
        rule.source->bytes().substr(node.span.begin, node.span.end - node.span.begin);
    EXPECT_TRUE(there == "abc" || there == "d" || there == "{product: test}") << there;
  }
}

TEST(ReadRule, NeedsALogSourceAndADetection) {
  EXPECT_EQ(test::Load("title: T\nid: 00000000-0000-4000-8000-000000000001\ndetection: {a: {F: x}, "
                       "condition: a}\n")
                .codes(),
            "missing-key@1:1");
  EXPECT_EQ(test::Load("title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: "
                       "test}\n")
                .codes(),
            "missing-key@1:1");
}

}  // namespace
}  // namespace riposte::sigma
