#include "engine/match/anchor.h"

#include <algorithm>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/match/rule_parts.h"
#include "tests/engine/match/anchor_oracle.h"
#include "tests/engine/match/match_table.h"
#include "tests/engine/match/random_rules.h"

namespace riposte::match {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> AnchorsOfRule(const schema::SchemaPtr& schema,
                                       const rule::RuleSet& rules) {
  PredicateTable table;
  const TermId root = table.Add(rules.rules.front().query);
  const AnchorChoice choice(table, schema->catalogue);
  std::vector<std::string> described;
  if (choice.Rarity(root) == AnchorChoice::kNone) return described;
  for (const Anchor* anchor : choice.Collect(root))
    described.push_back(Describe(*anchor, schema->catalogue));
  return described;
}

std::vector<std::string> Of(std::string_view query) {
  const schema::SchemaPtr schema = TableSchema();
  return AnchorsOfRule(schema, RulesOf(schema, {std::string(query)}));
}

std::vector<std::string> Of(std::string_view field, query::Predicate predicate) {
  const schema::SchemaPtr schema = TableSchema();
  rule::RuleSet rules;
  query::Expression& expression = rules.rules.emplace_back().query;
  expression.SetRoot(expression.AddClause(schema->catalogue.Find(field), std::move(predicate), {}));
  return AnchorsOfRule(schema, rules);
}

TEST(AnchorsOf, Equalities) {
  EXPECT_THAT(Of("keyword: Alice"), UnorderedElementsAre("keyword = alice"));
  EXPECT_THAT(Of("text: `CMD.exe`"), UnorderedElementsAre("text = cmd.exe"));
  EXPECT_THAT(Of("keyword: \u212A"), UnorderedElementsAre("keyword = k"));
  EXPECT_THAT(Of("number: 8"), UnorderedElementsAre("number = 8"));
  EXPECT_THAT(Of("bool: true"), UnorderedElementsAre("bool = true"));
}

TEST(AnchorsOf, EndsOfTexts) {
  EXPECT_THAT(Of("text: \"*\\\\cmd.exe\""), UnorderedElementsAre("text tail cmd.exe"));
  EXPECT_THAT(Of("text: \"*\\\\system32\\\\cmd.exe\""), UnorderedElementsAre("text tail cmd.exe"));
  EXPECT_THAT(Of("text: \"*/bin/sh\""), UnorderedElementsAre("text tail sh"));
  EXPECT_THAT(Of("text: *.exe"), UnorderedElementsAre("text ends .exe"));
  EXPECT_THAT(Of("text: \"*\\\\temp\\\\\""), UnorderedElementsAre("text ends \\temp\\"))
      << "nothing behind the last separator";
  EXPECT_THAT(Of("text: \"*abcdefghij\""), UnorderedElementsAre("text ends cdefghij"))
      << "cut to a length in use";
  EXPECT_THAT(Of("text: \"abcdefghij*\""), UnorderedElementsAre("text begins abcdefgh"));
  EXPECT_THAT(Of("text: a*"), UnorderedElementsAre("text begins a"));
}

TEST(AnchorsOf, AWildcardsRarestPart) {
  EXPECT_THAT(Of("text: \"a*longer part*b\""), UnorderedElementsAre("text has longer part"));
  EXPECT_THAT(Of("text: \"a*bc*\\\\mimikatz.exe\""),
              UnorderedElementsAre("text tail mimikatz.exe"));
  EXPECT_THAT(Of("text: \"*\""), UnorderedElementsAre("text exists"));
  EXPECT_THAT(Of("text: \"*ab*\""), UnorderedElementsAre("text exists")) << "too short to look for";
}

TEST(AnchorsOf, PartsOfTexts) {
  EXPECT_THAT(Of("text ~ \"-EncodedCommand\""), UnorderedElementsAre("text has -encodedcommand"));
  EXPECT_THAT(Of("text ~ ab"), UnorderedElementsAre("text exists"));
  EXPECT_THAT(Of("text: \"the longest word here\""), UnorderedElementsAre("text has longest"));
  EXPECT_THAT(Of("text: /foo\\d+barbar/"), UnorderedElementsAre("text has barbar"));
  EXPECT_THAT(Of("text: /FOO(x|y)|Bar/i"),
              UnorderedElementsAre("text has foox", "text has fooy", "text has bar"));
  EXPECT_THAT(Of("text: /a+/"), UnorderedElementsAre("text exists"));
}

TEST(AnchorsOf, Addresses) {
  EXPECT_THAT(Of("ip: 10.1.2.3"), UnorderedElementsAre("ip in 10.1.2.3/128"));
  EXPECT_THAT(Of("ip: 10.0.0.0/8"), UnorderedElementsAre("ip in 10.0.0.0/104"));
  EXPECT_THAT(Of("ip: [10.0.0.1 .. 10.0.0.6]"), UnorderedElementsAre("ip in 10.0.0.0/125"));
  EXPECT_THAT(Of("ip: 2001:db8::/32"), UnorderedElementsAre("ip in 2001:db8::/32"));
  EXPECT_THAT(Of("ip > 10.0.0.1"), UnorderedElementsAre("ip exists"));
}

TEST(AnchorsOf, WhatOnlyNeedsAValue) {
  EXPECT_THAT(Of("number > 8"), UnorderedElementsAre("number exists"));
  EXPECT_THAT(Of("number: [1 .. 2]"), UnorderedElementsAre("number exists"));
  EXPECT_THAT(Of("date: now"), UnorderedElementsAre("date exists"));
  EXPECT_THAT(Of("keyword is not null"), UnorderedElementsAre("keyword exists"));
  EXPECT_THAT(Of("keyword is null"), IsEmpty());
}

TEST(AnchorsOf, CasedTextsByTheirFolding) {
  EXPECT_THAT(Of("keyword", query::Equals{.text = "\u212Aey", .cased = true}),
              UnorderedElementsAre("keyword = key"));
  EXPECT_THAT(Of("keyword", query::Contains{.text = "POWER\u017Fhell", .cased = true}),
              UnorderedElementsAre("keyword has powershell"));
  EXPECT_THAT(Of("keyword", query::Contains{.text = "abc\xE2\x84", .cased = true}),
              UnorderedElementsAre("keyword exists"))
      << "ends inside a character: its folding is not known";
}

// Their values have a text that is not folded.
TEST(AnchorsOf, TextPredicatesOnOtherTypes) {
  EXPECT_THAT(Of("number", query::Equals{.text = "443", .cased = true}),
              UnorderedElementsAre("number exists"));
  EXPECT_THAT(Of("ip", query::Matches{.pattern = "10.0.0.1234"}),
              UnorderedElementsAre("ip exists"));
}

TEST(AnchorChoice, AndTakesTheRarest) {
  EXPECT_THAT(Of("type: PROCESS and keyword: a"), UnorderedElementsAre("keyword = a"));
  EXPECT_THAT(Of("keyword: a and type: PROCESS"), UnorderedElementsAre("keyword = a"));
  EXPECT_THAT(Of("type: PROCESS and keyword ~ a"), UnorderedElementsAre("type = process"));
  EXPECT_THAT(Of("number: 8 and text: `abcd`"), UnorderedElementsAre("text = abcd"));
  EXPECT_THAT(Of("keyword: [abcd, efgh] and text: `ijkl`"), UnorderedElementsAre("text = ijkl"));
  EXPECT_THAT(Of("bool: true and text is not null"), UnorderedElementsAre("bool = true"));
}

TEST(AnchorChoice, OrNeedsAllAnchored) {
  EXPECT_THAT(Of("keyword: a or text: `b`"), UnorderedElementsAre("keyword = a", "text = b"));
  EXPECT_THAT(Of("keyword: [a, b, c]"),
              UnorderedElementsAre("keyword = a", "keyword = b", "keyword = c"));
  EXPECT_THAT(Of("keyword: a or keyword is null"), IsEmpty());
  EXPECT_THAT(Of("keyword: a or not keyword: b"), IsEmpty());
  EXPECT_THAT(Of("(keyword: a or keyword is null) and keyword: c"),
              UnorderedElementsAre("keyword = c"));
  EXPECT_THAT(Of("keyword: a or (type: FILE and text: `b`)"),
              UnorderedElementsAre("keyword = a", "text = b"));
}

TEST(AnchorChoice, NegationsNever) {
  EXPECT_THAT(Of("not keyword: a"), IsEmpty());
  EXPECT_THAT(Of("not (keyword: a and keyword: b)"), IsEmpty());
  EXPECT_THAT(Of("not (not keyword: a or text: `b`)"), IsEmpty()) << "true in fact, not looked for";
  EXPECT_THAT(Of("not keyword: a and keyword: b"), UnorderedElementsAre("keyword = b"));
  EXPECT_THAT(Of("keyword != a"), UnorderedElementsAre("keyword exists"));
}

TEST(AnchorChoice, GroupsPassThrough) {
  EXPECT_THAT(Of("item: (kind: a and size > 1)"), UnorderedElementsAre("item.kind = a"));
  EXPECT_THAT(Of("item: (not kind: a)"), IsEmpty());
  EXPECT_THAT(Of("not item: (kind: a)"), IsEmpty());
}

TEST(AnchorChoice, TheSecondBestOfAnAnd) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(
      schema, {"keyword: abcd and number: 8 and not text: a", "keyword: abcd and not text: a",
               "keyword: abcd", "keyword: abcd or text: `b`"});
  PredicateTable table;
  std::vector<TermId> roots;
  for (const rule::Rule& rule : rules.rules) roots.push_back(table.Add(rule.query));
  const AnchorChoice choice(table, schema->catalogue);
  const TermId second = choice.SecondChild(roots[0]);
  ASSERT_NE(second, kNoTerm);
  ASSERT_EQ(choice.Collect(second).size(), 1u);
  EXPECT_EQ(Describe(*choice.Collect(second).front(), schema->catalogue), "number = 8");
  EXPECT_EQ(choice.FirstChild(roots[0]), roots[2]);
  for (size_t i = 1; i < roots.size(); ++i) EXPECT_EQ(choice.SecondChild(roots[i]), kNoTerm) << i;
}

TEST(PathTail, BehindTheLastSeparator) {
  EXPECT_EQ(PathTail("c:\\a\\b.exe"), "b.exe");
  EXPECT_EQ(PathTail("/usr/bin/sh"), "sh");
  EXPECT_EQ(PathTail("c:\\a/b"), "b");
  EXPECT_EQ(PathTail("c:\\a\\"), "");
  EXPECT_EQ(PathTail("a"), "a");
}

TEST(BlockOf, KeepsTheFirstBits) {
  const IpAddress ip = *IpAddress::Parse("255.255.255.255");
  EXPECT_EQ(BlockOf(ip, 128), ip);
  EXPECT_EQ(BlockOf(ip, 121).ToString(), "255.255.255.128");
  EXPECT_EQ(BlockOf(ip, 120).ToString(), "255.255.255.0");
  EXPECT_EQ(BlockOf(ip, 104).ToString(), "255.0.0.0");
  EXPECT_EQ(BlockOf(ip, 0), IpAddress());
}

// If a part is true of an event, one of its anchors holds of it; and one of its second ones.
TEST(AnchorChoice, IsNecessaryForRandomRulesAndEvents) {
  const RandomPairs pairs("the anchors");
  uint64_t hits = 0, looked_at = 0;
  pairs.ForEachSet([&](const rule::RuleSet& rules, const RandomPairs::Events& events) {
    PredicateTable table;
    std::deque<query::Expression> joined;
    const std::vector<RulePart> parts = PartsToMatch(rules, rules.schema->profiles.front(), joined);
    std::vector<TermId> roots;
    for (const RulePart& part : parts) roots.push_back(table.Add(*part.query));
    const AnchorChoice choice(table, rules.schema->catalogue);
    const auto holds = [](const std::vector<const Anchor*>& anchors, const event::Event& event) {
      return std::ranges::any_of(anchors,
                                 [&](const Anchor* anchor) { return HoldsOf(*anchor, event); });
    };
    RegexCache regexes;
    events.ForEach([&](const event::Event& event) {
      for (size_t i = 0; i < roots.size() && !::testing::Test::HasFailure(); ++i) {
        if (choice.Rarity(roots[i]) == AnchorChoice::kNone) continue;
        ++looked_at;
        if (Evaluate(*parts[i].query, event, TableContext(), regexes) != Truth::kTrue) continue;
        ++hits;
        EXPECT_TRUE(holds(choice.Collect(roots[i]), event)) << event.bytes();
        const TermId second = choice.SecondChild(roots[i]);
        if (second == kNoTerm) continue;
        EXPECT_TRUE(holds(choice.Collect(second), event)) << event.bytes();
      }
    });
  });
  std::cout << looked_at << " pairs of a part with anchors, " << hits << " true" << std::endl;
  EXPECT_GT(hits, looked_at / 100) << "too few to prove anything";
}

}  // namespace
}  // namespace riposte::match
