#include "rules/rule/rule.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

TEST(Names, SeveritiesReadBack) {
  for (const Severity severity : {Severity::kInformational, Severity::kLow, Severity::kMedium,
                                  Severity::kHigh, Severity::kCritical})
    EXPECT_EQ(ParseSeverity(SeverityName(severity)), severity);
  EXPECT_EQ(SeverityName(Severity::kInformational), "informational");
  EXPECT_EQ(ParseSeverity("High"), std::nullopt);
  EXPECT_EQ(ParseSeverity(""), std::nullopt);
}

TEST(Names, AreThoseOfTheRuleFile) {
  EXPECT_EQ(AutoModeName(AutoMode::kOff), "off");
  EXPECT_EQ(AutoModeName(AutoMode::kDryRun), "dry_run");
  EXPECT_EQ(AutoModeName(AutoMode::kEnforce), "enforce");
  EXPECT_EQ(RuleActionName(RuleAction::kKillProcessAndQuarantineFile),
            "kill_process_and_quarantine_file");
  EXPECT_EQ(RuleActionName(RuleAction::kQuarantineAsset), "quarantine_asset");
  EXPECT_EQ(TargetName(Target::kProcess), "process");
  EXPECT_EQ(TargetName(Target::kParent), "parent");
  EXPECT_EQ(TargetName(Target::kTree), "tree");
}

TEST(RunsOn, AProfileWithAllTokensThatTheRuleDoesNotExclude) {
  const test::Loaded loaded = test::LoadText(test::RuleText(1) + "---\n" +
                                             test::RuleText(2, "profiles: [windows-nxlog]\n"));
  const schema::Profile& edr = *loaded.set->schema->FindProfile("qualys-edr");
  const schema::Profile& nxlog = *loaded.set->schema->FindProfile("windows-nxlog");
  EXPECT_TRUE(RunsOn(loaded.rule(0), edr));
  EXPECT_TRUE(RunsOn(loaded.rule(0), nxlog));
  EXPECT_FALSE(RunsOn(loaded.rule(1), edr));
  EXPECT_TRUE(RunsOn(loaded.rule(1), nxlog));
  EXPECT_TRUE(MissingTokens(loaded.rule(1), edr).empty());
}

TEST(RunsOn, NotWhereTokensAreMissing) {
  std::string text = test::RuleText(1);
  text.replace(text.find("process.name"), 12, "pipe.name");
  const test::Loaded loaded = test::LoadText(text);
  const schema::Schema& schema = *loaded.set->schema;
  const schema::Profile& edr = *schema.FindProfile("qualys-edr");
  EXPECT_FALSE(RunsOn(loaded.rule(), edr));
  const std::vector<schema::FieldId> missing = MissingTokens(loaded.rule(), edr);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(schema.catalogue.token(missing[0]).name, "pipe.name");
  EXPECT_TRUE(RunsOn(loaded.rule(), *schema.FindProfile("windows-nxlog")));
}

TEST(RunsOn, NotWhereTheTriggerLacksAToken) {
  const test::Loaded loaded =
      test::LoadTrigger("{count: {at_least: 2, within: 1h, group_by: [asset.id, pipe.name]}}");
  const schema::Schema& schema = *loaded.set->schema;
  EXPECT_FALSE(RunsOn(loaded.rule(), *schema.FindProfile("qualys-edr")));
  EXPECT_TRUE(RunsOn(loaded.rule(), *schema.FindProfile("windows-nxlog")));
  std::vector<schema::FieldId> expected;
  for (const char* name : {"type", "process.name", "asset.id", "pipe.name"})
    expected.push_back(schema.catalogue.Find(name));
  std::ranges::sort(expected);
  EXPECT_EQ(FieldsOf(loaded.rule()), expected);
}

}  // namespace
}  // namespace riposte::rule
