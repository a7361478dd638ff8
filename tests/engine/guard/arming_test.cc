#include "engine/guard/arming.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"
#include "tests/support/golden.h"

namespace riposte::guard {
namespace {

using pipeline::ControlRecord;
using rule::AutoMode;

const Time kNow = test::TimeAt("2026-11-25T01:00:00Z");
constexpr Duration kPeriod = std::chrono::hours(24);

pipeline::Control::Snapshot ControlOf(std::vector<ControlRecord> records, bool complete = true) {
  pipeline::Control::Snapshot snapshot;
  snapshot.records = std::move(records);
  snapshot.complete = complete;
  return snapshot;
}

rule::Rule Changed(rule::Rule rule) {
  rule.arming_hash = "another definition";
  return rule;
}

TEST(ArmingTest, ARuleIsArmedAfterItsPeriodOnceTheRecordWasReadBack) {
  const rule::Rule rule = test::KillRule("evil", AutoMode::kEnforce);
  ArmingWriter writer(kPeriod);
  const std::vector<ControlRecord> due = writer.Due(test::RuleSetOf({rule}), ControlOf({}), kNow);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].key, ArmingKey(rule.id));
  test::ExpectGolden("control.arming.json", due[0].value);

  EXPECT_EQ(ArmingTable(ControlOf({})).ArmedAt(rule.id, rule.arming_hash), std::nullopt);
  EXPECT_EQ(ArmingTable(ControlOf(due)).ArmedAt(rule.id, rule.arming_hash), kNow + kPeriod);
  // Not before control was read to its end: a later record may say otherwise.
  EXPECT_EQ(ArmingTable(ControlOf(due, false)).ArmedAt(rule.id, rule.arming_hash), std::nullopt);
  // Another definition, another rule.
  EXPECT_EQ(ArmingTable(ControlOf(due)).ArmedAt(rule.id, "another definition"), std::nullopt);
  EXPECT_EQ(ArmingTable(ControlOf(due)).ArmedAt(Uuid{}, rule.arming_hash), std::nullopt);
}

TEST(ArmingTest, OnlyEnabledRulesThatEnforceAreArmed) {
  rule::Rule disabled = test::KillRule("disabled", AutoMode::kEnforce);
  disabled.enabled = false;
  ArmingWriter writer(kPeriod);
  EXPECT_TRUE(
      writer
          .Due(test::RuleSetOf({test::KillRule("a", AutoMode::kDryRun),
                                test::KillRule("b", AutoMode::kOff), test::RuleFor("c"), disabled}),
               ControlOf({}), kNow)
          .empty());
}

TEST(ArmingTest, WhatIsWrittenOrReadIsNotDueAgain) {
  const rule::RuleSetPtr rules = test::RuleSetOf({test::KillRule("evil", AutoMode::kEnforce)});
  ArmingWriter writer(kPeriod);
  const std::vector<ControlRecord> due = writer.Due(rules, ControlOf({}), kNow);
  // Not told to be written: the write failed.
  EXPECT_EQ(writer.Due(rules, ControlOf({}), kNow).size(), 1u);
  writer.Written(due[0]);
  EXPECT_TRUE(writer.Due(rules, ControlOf({}), kNow).empty());
  // After a restart the record is there: the clock goes on, it does not begin anew.
  ArmingWriter restarted(kPeriod);
  EXPECT_TRUE(restarted.Due(rules, ControlOf(due), kNow + kPeriod).empty());
}

TEST(ArmingTest, NothingIsDueBeforeControlWasRead) {
  ArmingWriter writer(kPeriod);
  EXPECT_TRUE(writer
                  .Due(test::RuleSetOf({test::KillRule("evil", AutoMode::kEnforce)}),
                       ControlOf({}, false), kNow)
                  .empty());
}

TEST(ArmingTest, AChangedDefinitionBeginsAnew) {
  const rule::Rule rule = test::KillRule("evil", AutoMode::kEnforce);
  ArmingWriter writer(kPeriod);
  std::vector<ControlRecord> control = writer.Due(test::RuleSetOf({rule}), ControlOf({}), kNow);
  writer.Written(control[0]);
  const Time later = kNow + kPeriod;
  const std::vector<ControlRecord> due =
      writer.Due(test::RuleSetOf({Changed(rule)}), ControlOf(control), later);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(ArmingTable(ControlOf(due)).ArmedAt(rule.id, "another definition"), later + kPeriod);
}

TEST(ArmingTest, InstancesWithDifferentRulesDoNotOverwriteEachOtherForEver) {
  const rule::Rule rule = test::KillRule("evil", AutoMode::kEnforce);
  const rule::RuleSetPtr old_rules = test::RuleSetOf({rule});
  const rule::RuleSetPtr new_rules = test::RuleSetOf({Changed(rule)});
  ArmingWriter old_instance(kPeriod), new_instance(kPeriod);
  std::vector<ControlRecord> control;
  int writes = 0;
  for (int i = 0; i < 10; ++i)
    for (const auto& [writer, rules] :
         {std::pair(&old_instance, old_rules), std::pair(&new_instance, new_rules)})
      for (const ControlRecord& record : writer->Due(rules, ControlOf(control), kNow)) {
        writer->Written(record);
        control = {record};  // the last one of a key holds
        ++writes;
      }
  EXPECT_EQ(writes, 2);
}

TEST(ArmingTest, ARecordThatCannotBeReadIsNone) {
  const rule::Rule rule = test::KillRule("evil", AutoMode::kEnforce);
  for (const std::string& value :
       {std::string("{"), std::string("{}"), R"({"definition":")" + rule.arming_hash + "\"}",
        R"({"definition":")" + rule.arming_hash + R"(","armed_at":"soon"})"}) {
    const std::vector<ControlRecord> control = {
        {.key = ArmingKey(rule.id), .value = value, .append_time = kNow}};
    EXPECT_EQ(ArmingTable(ControlOf(control)).ArmedAt(rule.id, rule.arming_hash), std::nullopt);
    ArmingWriter writer(kPeriod);
    EXPECT_EQ(writer.Due(test::RuleSetOf({rule}), ControlOf(control), kNow).size(), 1u) << value;
  }
}

TEST(ArmingTest, APersonCanEndThePeriodEarly) {
  const rule::Rule rule = test::KillRule("evil", AutoMode::kEnforce);
  const ControlRecord record = EndArmingEarly(rule, "ann", "reviewed", kNow);
  EXPECT_EQ(ArmingTable(ControlOf({record})).ArmedAt(rule.id, rule.arming_hash), kNow);
  test::ExpectGolden("control.armed-early.json", record.value);
  ArmingWriter writer(kPeriod);
  EXPECT_TRUE(writer.Due(test::RuleSetOf({rule}), ControlOf({record}), kNow).empty());
}

}  // namespace
}  // namespace riposte::guard
