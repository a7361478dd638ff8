#include "rules/lint/clauses.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

rule::test::Loaded Load(const std::string& query) {
  std::string text = rule::test::RuleText(1);
  const std::string old = "type: PROCESS and process.name: `a.exe`";
  return rule::test::LoadText(text.replace(text.find(old), old.size(), query));
}

TEST(Clauses, InTheOrderOfTheTextWithTheirNegations) {
  const rule::test::Loaded loaded =
      Load("process.pid: 1 and not (process.pid: 2 or not process.pid: 3) and process.pid != 4");
  std::string out;
  ForEachClause(loaded.rule().query, [&](const query::Node& node, bool negated) {
    out += negated ? " -" : " +";
    if (const auto* number = std::get_if<query::NumberIn>(&node.predicate))
      out += number->low->ToString();
  });
  EXPECT_EQ(out, " +1 -2 +3 - -4");
}

TEST(Clauses, LiteralsAndEndings) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(LiteralsOf(query::Equals{.text = "a"}), Texts{"a"});
  EXPECT_EQ(LiteralsOf(query::Contains{.text = "a"}), Texts{"a"});
  EXPECT_EQ(LiteralsOf(query::Wildcard{.parts = {"", "a", "b"}}), (Texts{"a", "b"}));
  EXPECT_EQ(LiteralsOf(query::Phrase{.words = {"a"}}), Texts{});
  EXPECT_EQ(EndingOf(query::Equals{.text = "a"}), "a");
  EXPECT_EQ(EndingOf(query::Wildcard{.parts = {"a", "b"}}), "b");
  EXPECT_EQ(EndingOf(query::Wildcard{.parts = {"a", ""}}), "");
  EXPECT_EQ(EndingOf(query::Contains{.text = "a"}), "");
}

}  // namespace
}  // namespace riposte::lint
