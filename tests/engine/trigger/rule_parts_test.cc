#include "engine/trigger/rule_parts.h"

#include <gtest/gtest.h>

#include "tests/engine/trigger/trigger_rules.h"

namespace riposte::trigger {
namespace {

using std::chrono::minutes;

RuleParts PartsFor(rule::Trigger trigger) {
  return PartsOf(RuleOf("r", std::move(trigger)), *TriggerSchema());
}

TEST(RulePartsTest, ASingleMatchHasOnePartWithoutAKey) {
  const RuleParts parts = PartsFor(rule::SingleMatch{});
  EXPECT_EQ(parts.parts.size(), 1u);
  EXPECT_EQ(parts.known, 1u);
  EXPECT_EQ(parts.key_values, 0u);
  EXPECT_EQ(parts.asset, std::nullopt);
}

TEST(RulePartsTest, ACountHasItsGroupAndWhatItMeasures) {
  const RuleParts distinct = PartsFor(rule::Count{.measure = rule::Measure::kDistinct,
                                                  .fields = FieldsOf({"path", "bytes"}),
                                                  .group_by = FieldsOf({"user", "asset"})});
  EXPECT_EQ(distinct.key_values, 2u);
  EXPECT_EQ(distinct.asset, 1u);
  EXPECT_TRUE(distinct.one_value);
  EXPECT_FALSE(distinct.numeric);
  EXPECT_EQ(distinct.distinct, 0u);
  ASSERT_EQ(distinct.parts[0].measured.size(), 2u);
  EXPECT_EQ(distinct.parts[0].measured[1].type, schema::FieldType::kNumber);

  const RuleParts sum = PartsFor(
      rule::Count{.measure = rule::Measure::kSum, .fields = FieldsOf({"bytes"}), .group_by = {}});
  EXPECT_TRUE(sum.numeric);
  EXPECT_FALSE(sum.one_value);
  const RuleParts matches = PartsFor(rule::Count{.group_by = {}});
  EXPECT_FALSE(matches.numeric || matches.one_value || matches.parts[0].IsMeasured());
}

TEST(RulePartsTest, SourcesOfACountHaveTheirOwnKeys) {
  const RuleParts parts = PartsFor(rule::Count{.measure = rule::Measure::kDistinct,
                                               .fields = FieldsOf({"path"}),
                                               .of = {StepBy({"user"}), StepBy({"host"}, {"host"}),
                                                      StepOfFirings("other", {"asset"}, {2})}});
  EXPECT_EQ(parts.known, 7u);
  EXPECT_EQ(parts.distinct, 0u) << "whichever it fits, there is one value";
  EXPECT_EQ(parts.asset, 0u) << "of one part is enough";
  EXPECT_EQ(parts.parts[0].measured[0].id, FieldOf("path"));
  EXPECT_EQ(parts.parts[1].measured[0].id, FieldOf("host"));
  EXPECT_EQ(parts.parts[1].by[0].id, FieldOf("host"));
  ASSERT_TRUE(parts.parts[2].of_firings);
  EXPECT_EQ(parts.parts[2].of_firings->by, std::vector<size_t>{2});
}

TEST(RulePartsTest, UntilIsTheLastPartAndNoStep) {
  rule::Step absent = StepBy({"user"});
  absent.absent = true;
  const RuleParts parts =
      PartsFor(rule::Sequence{.within = minutes(1),
                              .steps = {StepBy({"user"}), absent, StepBy({"user"}, {"path"})},
                              .until = StepBy({"host"})});
  EXPECT_EQ(parts.parts.size(), 4u);
  EXPECT_EQ(parts.known, 7u);
  EXPECT_TRUE(parts.has_until);
  EXPECT_TRUE(parts.parts[3].until);
  EXPECT_FALSE(parts.parts[2].until);
  EXPECT_EQ(parts.distinct, 4u);
}

TEST(RulePartsTest, AllPartsOf64) {
  const RuleParts parts =
      PartsFor(rule::Unordered{.within = minutes(1), .steps = std::vector(64, StepBy({"user"}))});
  EXPECT_EQ(parts.known, ~StepSet{0});
  EXPECT_FALSE(parts.has_until);
}

}  // namespace
}  // namespace riposte::trigger
