#include "app/rule_loading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// One rule from the text of its query and of the lines behind it.
LoadedRules LoadQuery(const std::string& query, const std::string& more = {}) {
  const test::TempDir folder;
  return LoadRuleSet({folder.Write("rule.yaml",
                                   "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\n"
                                   "severity: low\nquery: |\n  " +
                                       query + "\ntrigger:\n  single_match: {}\n" + more)},
                     test::ShippedSchema());
}

TEST(RuleLoading, ErrorsOfAllFilesSortedByPlace) {
  const test::TempDir folder;
  folder.Write("b.yaml", test::RuleFile("one.exe") + "nmae: x\n");
  folder.Write("a.yaml", "id: 1\n");
  folder.Write("c.yaml", test::RuleFile("two.exe"));
  const LoadedRules loaded = LoadRuleSet({folder.path()}, test::ShippedSchema());
  EXPECT_EQ(loaded.rules, nullptr) << "a set with an error is refused whole";
  ASSERT_GE(loaded.diagnostics.all().size(), 2u);
  EXPECT_EQ(loaded.diagnostics.all().front().source->path(), folder.path() + "/a.yaml");
  EXPECT_EQ(loaded.diagnostics.all().back().source->path(), folder.path() + "/b.yaml");
  EXPECT_EQ(loaded.diagnostics.all().back().code, "unknown-key");
}

// What the lints warn of is told and refuses nothing.
TEST(RuleLoading, AGoodSetWithAWarning) {
  const LoadedRules loaded = LoadQuery("type: PROCESS and process.name: `cmd.exe`");
  ASSERT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.rules->rules.size(), 1u);
  ASSERT_EQ(loaded.diagnostics.all().size(), 1u) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.diagnostics.all().front().code, "missing-tests");
  EXPECT_EQ(loaded.diagnostics.all().front().severity, text::Severity::kWarning);
}

// What a lint calls an error refuses the set, although every file can be read.
TEST(RuleLoading, AnErrorOfALintRefusesTheSet) {
  const LoadedRules loaded =
      LoadQuery("type: REGISTRY and registry.key: `x`", std::string(test::kKillDry));
  EXPECT_EQ(loaded.rules, nullptr);
  EXPECT_TRUE(loaded.diagnostics.has_errors());
}

// The profiles that lack a token are named with it.
TEST(RuleLoading, ReachNamesTheMissingTokens) {
  const LoadedRules loaded = LoadQuery("type: FILE and indicator.score > 5");
  ASSERT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  const Reach reach = ReachOf(loaded.rules->rules.front(), *loaded.rules->schema);
  EXPECT_THAT(reach.profiles, ElementsAre("qualys-edr"));
  ASSERT_EQ(reach.without.size(), loaded.rules->schema->profiles.size() - 1);
  EXPECT_EQ(reach.without.front().profile, "windows-nxlog");
  EXPECT_THAT(reach.without.front().missing, ElementsAre("indicator.score"));
}

TEST(RuleLoading, ReachOfARuleThatNamesItsProfile) {
  const LoadedRules loaded = LoadQuery("type: PROCESS", "profiles: [windows-nxlog]\n");
  ASSERT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  const Reach reach = ReachOf(loaded.rules->rules.front(), *loaded.rules->schema);
  EXPECT_THAT(reach.profiles, ElementsAre("windows-nxlog"));
  ASSERT_EQ(reach.without.size(), loaded.rules->schema->profiles.size() - 1);
  EXPECT_EQ(reach.without.front().profile, "qualys-edr");
  EXPECT_THAT(reach.without.front().missing, IsEmpty()) << "it has every token";
}

TEST(RuleLoading, ReachOfARuleForEveryProfile) {
  const LoadedRules loaded = LoadQuery("type: PROCESS and process.name: `cmd.exe`");
  ASSERT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  const Reach reach = ReachOf(loaded.rules->rules.front(), *loaded.rules->schema);
  EXPECT_THAT(reach.profiles, ElementsAre("qualys-edr", "windows-nxlog", "windows-evtx",
                                          "winlogbeat", "linux-sysmon"));
  EXPECT_THAT(reach.without, IsEmpty());
}

}  // namespace
}  // namespace riposte::app
