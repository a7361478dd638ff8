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

}  // namespace
}  // namespace riposte::rule
