#include "rules/rule/hashes.h"

#include <gtest/gtest.h>

namespace riposte::rule {
namespace {

TEST(HashOf, PartsDoNotRunIntoEachOther) {
  EXPECT_NE(HashOf({"ab", "c"}), HashOf({"a", "bc"}));
  EXPECT_NE(HashOf({"a", ""}), HashOf({"a"}));
  EXPECT_EQ(HashOf({"a", "b"}), HashOf({"a", "b"}));
  EXPECT_EQ(HashOf({"a"}).size(), 64u);
}

TEST(ArmingHash, IsOfWhatTheRuleFindsAndOrders) {
  Rule rule;
  rule.canonical_query = "type: FILE";
  const std::string plain = ArmingHash(rule);
  rule.name = "another name";
  EXPECT_EQ(ArmingHash(rule), plain);
  rule.remediation =
      Remediation{.mode = AutoMode::kOff, .action = RuleAction::kQuarantineAsset, .target = {}};
  const std::string isolates = ArmingHash(rule);
  EXPECT_NE(isolates, plain);
  rule.remediation->mode = AutoMode::kEnforce;
  EXPECT_EQ(ArmingHash(rule), isolates);
  rule.remediation->target = Target::kTree;
  EXPECT_NE(ArmingHash(rule), isolates);
  rule.canonical_query = "type: PROCESS";
  rule.remediation.reset();
  EXPECT_NE(ArmingHash(rule), plain);
}

// What is armed stays armed when this program is exchanged for a newer one.
TEST(ArmingHash, OfASingleMatchStays) {
  Rule rule;
  rule.canonical_query = "type: FILE";
  EXPECT_EQ(ArmingHash(rule), "bacddd1658e06903481a7eeedf1d38c20ccd12d9c006e55ebf55dee4be6352e6");
  rule.remediation = Remediation{.mode = AutoMode::kDryRun,
                                 .action = RuleAction::kKillProcessAndQuarantineFile,
                                 .target = Target::kTree};
  EXPECT_EQ(ArmingHash(rule), "66d39483c3d3a873d20653c7fa1199a65fe44a6c3af647b9296368ac0ee37faf");
}

TEST(ArmingHash, IsOfTheTriggerAndOfTheEventsThatAreRemediated) {
  Rule rule;
  rule.canonical_query = "type: FILE";
  rule.remediation =
      Remediation{.mode = AutoMode::kOff, .action = RuleAction::kQuarantineAsset, .target = {}};
  const std::string single = ArmingHash(rule);
  rule.canonical_trigger = "count";
  const std::string counted = ArmingHash(rule);
  EXPECT_NE(counted, single);
  rule.remediation->remediate = Remediate::kAll;
  const std::string all = ArmingHash(rule);
  EXPECT_NE(all, counted);
  rule.remediation->remediate = Remediate::kStep;
  rule.remediation->step = "a";
  const std::string step = ArmingHash(rule);
  EXPECT_NE(step, all);
  rule.remediation->step = "b";
  EXPECT_NE(ArmingHash(rule), step);
}

TEST(VersionWithResponse, IsOfWhatItGivesAlone) {
  Response response;
  const std::string nothing = VersionWithResponse("v", response);
  EXPECT_NE(nothing, "v");
  EXPECT_NE(VersionWithResponse("w", response), nothing);
  response.selector = Selector::kTag;
  response.max_rules = 9;
  EXPECT_EQ(VersionWithResponse("v", response), nothing);
  response.canonical_trigger = "single_match";
  const std::string triggered = VersionWithResponse("v", response);
  EXPECT_NE(triggered, nothing);
  response.remediation =
      Remediation{.mode = AutoMode::kOff, .action = RuleAction::kQuarantineAsset, .target = {}};
  const std::string off = VersionWithResponse("v", response);
  EXPECT_NE(off, triggered);
  response.remediation->mode = AutoMode::kDryRun;
  EXPECT_NE(VersionWithResponse("v", response), off);
  EXPECT_EQ(VersionWithResponse("v", response),
            "dfccd7786751b65037da40f7e0cade797db193b430012b5922de0b683f6bee0b");
  response.remediation->remediate = Remediate::kAll;
  EXPECT_NE(VersionWithResponse("v", response),
            "dfccd7786751b65037da40f7e0cade797db193b430012b5922de0b683f6bee0b");
}

}  // namespace
}  // namespace riposte::rule
