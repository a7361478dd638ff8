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

TEST(VersionWithResponse, IsOfWhatItGivesAlone) {
  Response response;
  const std::string nothing = VersionWithResponse("v", response);
  EXPECT_NE(nothing, "v");
  EXPECT_NE(VersionWithResponse("w", response), nothing);
  response.selector = Selector::kTag;
  response.max_rules = 9;
  EXPECT_EQ(VersionWithResponse("v", response), nothing);
  response.trigger = SingleMatch{};
  const std::string triggered = VersionWithResponse("v", response);
  EXPECT_NE(triggered, nothing);
  response.remediation =
      Remediation{.mode = AutoMode::kOff, .action = RuleAction::kQuarantineAsset, .target = {}};
  const std::string off = VersionWithResponse("v", response);
  EXPECT_NE(off, triggered);
  response.remediation->mode = AutoMode::kDryRun;
  EXPECT_NE(VersionWithResponse("v", response), off);
}

}  // namespace
}  // namespace riposte::rule
