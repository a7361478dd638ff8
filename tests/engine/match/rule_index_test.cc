#include "engine/match/rule_index.h"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<uint32_t> Find(const RuleIndex& index, const std::vector<AnchorId>& held) {
  std::set<uint32_t> rules;
  index.ForEach(held, [&](const Posting& posting) { rules.insert(posting.position); });
  return {rules.begin(), rules.end()};
}

TEST(RuleIndex, ByOneOfTheFirst) {
  const std::vector<PartKeys> rules = {
      {.first = {0, 1}, .second = {}}, {.first = {1}, .second = {2}}, {.first = {}, .second = {}}};
  const RuleIndex index(rules, 3);
  EXPECT_THAT(Find(index, {}), ElementsAre(2));
  EXPECT_THAT(Find(index, {0}), ElementsAre(0, 2));
  EXPECT_THAT(Find(index, {1}), ElementsAre(0, 1, 2)) << "few rules: the second is not asked for";
  EXPECT_THAT(Find(index, {2}), ElementsAre(2));
}

TEST(RuleIndex, TellsTheGuard) {
  const std::vector<PartKeys> rules = {{.first = {0}, .second = {}, .guard = 7},
                                       {.first = {}, .second = {}, .guard = 8}};
  std::vector<TermId> guards;
  RuleIndex(rules, 1).ForEach(std::vector<AnchorId>{0},
                              [&](const Posting& posting) { guards.push_back(posting.guard); });
  EXPECT_THAT(guards, ElementsAre(8, 7));
}

TEST(RuleIndex, ManyRulesOfOneAnchorByASecond) {
  std::vector<PartKeys> rules;
  for (AnchorId i = 0; i < 50; ++i) rules.push_back({.first = {0}, .second = {1 + i, 51}});
  rules.push_back({.first = {0}, .second = {}});
  std::vector<AnchorId> too_many(RuleIndex::kMostPairs + 1, 60);
  rules.push_back({.first = {0}, .second = too_many});
  const RuleIndex index(rules, 61);
  EXPECT_THAT(Find(index, {0}), ElementsAre(50, 51));
  EXPECT_THAT(Find(index, {0, 3}), ElementsAre(2, 50, 51));
  EXPECT_THAT(Find(index, {3, 0}), ElementsAre(2, 50, 51)) << "in any order";
  EXPECT_THAT(Find(index, {3}), IsEmpty());
  EXPECT_EQ(Find(index, {51, 0}).size(), 52u);
}

// By definition: a rule is found if it has no first anchor, or one that holds and one of the second
// that does; others may be found too, but only by a first one that holds.
TEST(RuleIndex, RandomKeys) {
  std::mt19937_64 random(5);
  const auto below = [&](size_t limit) { return static_cast<AnchorId>(random() % limit); };
  for (int round = 0; round < 50; ++round) {
    constexpr size_t kAnchors = 40;
    std::vector<PartKeys> rules(400);
    for (PartKeys& keys : rules) {
      for (size_t count = below(4); count > 0; --count)
        keys.first.push_back(below(below(2) == 0 ? 3 : kAnchors));
      for (size_t count = below(4); count > 0; --count) keys.second.push_back(below(kAnchors));
      for (std::vector<AnchorId>* set : {&keys.first, &keys.second}) {
        std::ranges::sort(*set);
        set->erase(std::ranges::unique(*set).begin(), set->end());
      }
    }
    const RuleIndex index(rules, kAnchors);
    std::vector<AnchorId> held;
    for (AnchorId anchor = 0; anchor < kAnchors; ++anchor)
      if (below(4) == 0) held.push_back(anchor);
    std::ranges::shuffle(held, random);
    const std::vector<uint32_t> found = Find(index, held);
    const auto any_held = [&](const std::vector<AnchorId>& anchors) {
      return std::ranges::any_of(
          anchors, [&](AnchorId anchor) { return std::ranges::find(held, anchor) != held.end(); });
    };
    size_t left_out = 0;
    for (uint32_t rule = 0; rule < rules.size(); ++rule) {
      const PartKeys& keys = rules[rule];
      const bool by_first = keys.first.empty() || any_held(keys.first);
      const bool by_both =
          by_first && (keys.first.empty() || keys.second.empty() || any_held(keys.second));
      const bool is_found = std::ranges::binary_search(found, rule);
      EXPECT_TRUE(is_found || !by_both) << rule;
      EXPECT_TRUE(by_first || !is_found) << rule;
      if (by_first && !is_found) ++left_out;
    }
    EXPECT_TRUE(left_out > 0 || !any_held({0, 1, 2}));
  }
}

}  // namespace
}  // namespace riposte::match
