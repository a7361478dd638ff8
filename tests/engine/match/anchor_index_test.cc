#include "engine/match/anchor_index.h"

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

constexpr size_t kNoLimit = 1'000'000;

TEST(AnchorIndex, EqualAnchorsHaveOneId) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::FieldId text = schema->catalogue.Find("text");
  const schema::FieldId keyword = schema->catalogue.Find("keyword");
  using Kind = Anchor::Kind;
  AnchorIndex index;
  const AnchorId whole = index.Add({.kind = Kind::kWhole, .field = text, .text = "abcd"});
  EXPECT_EQ(index.Add({.kind = Kind::kWhole, .field = text, .text = "abcd"}), whole);
  EXPECT_NE(index.Add({.kind = Kind::kWhole, .field = keyword, .text = "abcd"}), whole);
  EXPECT_NE(index.Add({.kind = Kind::kPrefix, .field = text, .text = "abcd"}), whole);
  EXPECT_NE(index.Add({.kind = Kind::kSuffix, .field = text, .text = "abcd"}), whole);
  const AnchorId literal = index.Add({.kind = Kind::kLiteral, .field = text, .text = "abcd"});
  EXPECT_EQ(index.Add({.kind = Kind::kLiteral, .field = text, .text = "abcd"}), literal);
  EXPECT_NE(index.Add({.kind = Kind::kLiteral, .field = keyword, .text = "abcd"}), literal);
  const AnchorId exists = index.Add({.kind = Kind::kExists, .field = text});
  EXPECT_EQ(index.Add({.kind = Kind::kExists, .field = text}), exists);
  const IpAddress ip = *IpAddress::Parse("10.0.0.0");
  EXPECT_NE(index.Add({.kind = Kind::kBlock, .field = text, .ip = ip, .bits = 104}),
            index.Add({.kind = Kind::kBlock, .field = text, .ip = ip, .bits = 112}));
  EXPECT_EQ(index.Add({.kind = Kind::kNumber, .field = text, .number = Number::FromInt(8)}),
            index.Add({.kind = Kind::kNumber, .field = text, .number = *Number::Parse("8.0")}));
  EXPECT_EQ(index.size(), 10u);
}

// What the index finds is what holds, by definition, of random events: nothing less, and nothing
// more (a collision of hashes apart, which would be news).
TEST(AnchorIndex, FindsWhatHolds) {
  uint64_t looked_for = 0, held = 0;
  RandomPairs("the index")
      .ForEachSet([&](const rule::RuleSet& rules, const RandomPairs::Events& events) {
        const schema::Catalogue& catalogue = rules.schema->catalogue;
        AnchorIndex index;
        std::vector<Anchor> anchors;
        std::deque<query::Expression> joined;
        for (const RulePart& part : PartsToMatch(rules, rules.schema->profiles.front(), joined))
          for (const query::Node& node : part.query->nodes()) {
            if (node.kind != query::Node::Kind::kClause) continue;
            for (const Anchor& anchor : AnchorsOf(node.predicate, node.field, catalogue).anchors)
              if (index.Add(anchor) == anchors.size()) anchors.push_back(anchor);
          }
        ASSERT_EQ(index.size(), anchors.size());
        index.Build();
        AnchorIndex::Scratch scratch;
        index.Prepare(scratch);
        std::vector<AnchorId> found;
        events.ForEach([&](const event::Event& event) {
          found.clear();
          EXPECT_TRUE(index.Find(event, kNoLimit, scratch, found));
          std::ranges::sort(found);
          EXPECT_TRUE(std::ranges::adjacent_find(found) == found.end()) << "one is told twice";
          for (AnchorId id = 0; id < anchors.size(); ++id)
            EXPECT_EQ(std::ranges::binary_search(found, id), HoldsOf(anchors[id], event))
                << Describe(anchors[id], catalogue);
          looked_for += anchors.size();
          held += found.size();
        });
      });
  std::cout << held << " of " << looked_for << " hold" << std::endl;
  EXPECT_GT(held, looked_for / 200) << "too few to prove anything";
}

}  // namespace
}  // namespace riposte::match
