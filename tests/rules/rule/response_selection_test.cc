#include "rules/rule/response_selection.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"
#include "tests/support/temp_dir.h"

namespace riposte::rule {
namespace {

using test::IdOf;
using test::Loaded;
using test::SigmaText;
using Files = std::vector<std::pair<std::string, std::string>>;

// An entry that gives the isolation of the asset.
std::string Entry(const std::string& selector, int max_rules = 1,
                  const std::string& mode = "dry_run") {
  return "- " + selector + "\n  max_rules: " + std::to_string(max_rules) +
         "\n  remediation: {auto: " + mode + ", action: quarantine_asset}\n";
}

std::string Entries(const std::string& entries) { return "responses:\n" + entries; }

Files TwoRules() {
  return {{"windows/a.yml", SigmaText(1, "tags: [x.a, x.b]\nlevel: high\n")},
          {"windows/deep/b.yml", SigmaText(2, "tags: [x.b]\nlevel: low\n")}};
}

Loaded LoadWith(const std::string& entries, Files files = TwoRules()) {
  files.emplace_back("responses.yaml", Entries(entries));
  return test::LoadFiles(files);
}

// The numbers of the rules that have a remediation.
std::string Armed(const Loaded& loaded) {
  if (loaded.set == nullptr) return text::Render(loaded.diagnostics);
  std::string armed;
  for (const Rule& rule : loaded.set->rules)
    if (rule.remediation) armed += rule.id.ToString().back();
  return armed;
}

TEST(ResponseSelection, ByIdPathTagAndLevel) {
  EXPECT_EQ(Armed(LoadWith(Entry("id: " + IdOf(2)))), "2");
  EXPECT_EQ(Armed(LoadWith(Entry("id: [" + IdOf(2) + ", " + IdOf(1) + "]", 2))), "12");
  EXPECT_EQ(Armed(LoadWith(Entry("path: windows/a.yml"))), "1");
  EXPECT_EQ(Armed(LoadWith(Entry("path: windows/**", 2))), "12");
  EXPECT_EQ(Armed(LoadWith(Entry("tag: x.a"))), "1");
  EXPECT_EQ(Armed(LoadWith(Entry("tag: x.b", 2))), "12");
  EXPECT_EQ(Armed(LoadWith(Entry("tag: [x.a, x.b]", 2))), "12") << "a rule counts once";
  EXPECT_EQ(Armed(LoadWith(Entry("level: low"))), "2") << "that level, not those above";
}

TEST(ResponseSelection, TheRuleKnowsWhereItsRemediationIsFrom) {
  const Loaded loaded = LoadWith(Entry("tag: x.a"));
  const Rule& rule = loaded.rule(0);
  ASSERT_NE(rule.response, nullptr);
  EXPECT_EQ(rule.response->source->path(), "responses.yaml");
  EXPECT_EQ(rule.response->selector, Selector::kTag);
  EXPECT_EQ(rule.remediation->action, RuleAction::kQuarantineAsset);
  EXPECT_EQ(loaded.rule(1).response, nullptr);
  ASSERT_EQ(loaded.set->responses.size(), 1u);
  EXPECT_EQ(loaded.set->responses[0].selected, 1u);
  ASSERT_EQ(loaded.set->responses[0].armed.size(), 1u);
  EXPECT_EQ(loaded.set->responses[0].armed[0].ToString(), IdOf(1));
}

// Each pair of kinds, in both orders: the stronger decides alone, and the other counts what it
// selects all the same.
TEST(ResponseSelection, IdIsStrongerThanPathThanTagThanLevel) {
  const std::vector<std::string> kinds = {"id: " + IdOf(1), "path: windows/a.yml", "tag: x.a",
                                          "level: high"};
  for (size_t strong = 0; strong < kinds.size(); ++strong) {
    for (size_t weak = strong + 1; weak < kinds.size(); ++weak) {
      const std::string first = Entry(kinds[strong], 1, "off");
      const std::string second = Entry(kinds[weak], 1, "enforce");
      for (const std::string& entries : {first + second, second + first}) {
        const Loaded loaded = LoadWith(entries);
        EXPECT_EQ(loaded.codes(), "");
        ASSERT_NE(loaded.set, nullptr);
        EXPECT_EQ(loaded.rule(0).remediation->mode, AutoMode::kOff) << entries;
        const bool strong_first = entries.starts_with(first);
        const AttachedResponse& overruled = loaded.set->responses[strong_first ? 1 : 0];
        EXPECT_EQ(overruled.selected, 1u);
        EXPECT_TRUE(overruled.armed.empty());
      }
    }
  }
}

TEST(ResponseSelection, AnEntryWithoutRemediationTakesItAway) {
  const std::string alert =
      "- id: " + IdOf(1) + "\n  max_rules: 1\n  trigger: {single_match: {}}\n";
  EXPECT_EQ(Armed(LoadWith(alert + Entry("tag: x.b", 2))), "2");
}

TEST(ResponseSelection, TwoOfAKindForOneRuleAreAnError) {
  const Loaded loaded = LoadWith(Entry("tag: x.a") + Entry("tag: x.b", 2));
  EXPECT_EQ(loaded.set, nullptr);
  EXPECT_EQ(loaded.codes(), "response-conflict@2:3 response-conflict@5:3");
  const std::string shown = text::Render(loaded.diagnostics);
  EXPECT_NE(shown.find("at responses.yaml:2:3"), std::string::npos) << shown;
  EXPECT_NE(shown.find("at responses.yaml:5:3"), std::string::npos) << shown;
  EXPECT_EQ(LoadWith(Entry("id: " + IdOf(1)) + Entry("id: " + IdOf(1))).codes(),
            "response-conflict@2:3 response-conflict@5:3");
}

// One finding for two entries, however many rules they share; what a stronger entry decides is
// none.
TEST(ResponseSelection, AConflictIsToldOnceAndAStrongerEntrySettlesIt) {
  const std::string two = Entry("tag: x.b", 2) + Entry("tag: [x.a, x.b]", 2);
  const Loaded loaded = LoadWith(two);
  EXPECT_EQ(loaded.codes(), "response-conflict@2:3 response-conflict@5:3");
  EXPECT_NE(text::Render(loaded.diagnostics).find("'Sigma 1' and 1 more rule are"),
            std::string::npos);
  EXPECT_EQ(LoadWith(two + Entry("path: '**/*.yml'", 2)).codes(), "");
}

TEST(ResponseSelection, MaxRulesJustBelowAndJustAbove) {
  EXPECT_EQ(LoadWith(Entry("tag: x.b", 2)).codes(), "");
  const Loaded loaded = LoadWith(Entry("tag: x.b", 1));
  EXPECT_EQ(loaded.set, nullptr);
  EXPECT_EQ(loaded.codes(), "too-many-selected@3:14");
  EXPECT_NE(text::Render(loaded.diagnostics)
                .find("selects 2 rules, more than the 1 it may: 'Sigma 1', 'Sigma 2'"),
            std::string::npos)
      << text::Render(loaded.diagnostics);
  EXPECT_EQ(LoadWith(Entry("tag: x.b", 1) + Entry("id: " + IdOf(1))).codes(),
            "too-many-selected@3:14")
      << "a rule that a stronger entry decides counts, too";
}

TEST(ResponseSelection, AChoiceWithoutARule) {
  EXPECT_EQ(LoadWith(Entry("id: " + IdOf(3))).codes(), "response-without-rule@2:7");
  EXPECT_EQ(LoadWith(Entry("id: " + IdOf(3))).set, nullptr) << "an id names a rule";
  for (const char* selector :
       {"path: linux/**", "tag: x.c", "level: critical", "tag: [x.a, x.c]"}) {
    const Loaded loaded = LoadWith(Entry(selector));
    EXPECT_NE(loaded.set, nullptr) << selector;
    ASSERT_EQ(loaded.diagnostics.all().size(), 1u) << selector;
    EXPECT_EQ(loaded.diagnostics.all()[0].code, "response-without-rule");
    EXPECT_EQ(loaded.diagnostics.all()[0].severity, text::Severity::kWarning);
  }
  const std::string shown = text::Render(LoadWith(Entry("tag: y.a")).diagnostics);
  EXPECT_NE(shown.find("did you mean 'x.a'?"), std::string::npos) << shown;
  const std::string of_id = text::Render(LoadWith(Entry("id: " + IdOf(12))).diagnostics);
  EXPECT_NE(of_id.find("did you mean '" + IdOf(2) + "'?"), std::string::npos) << of_id;
}

// The rule that is missing may be the one that has an error.
TEST(ResponseSelection, NothingIsSaidToBeMissingBesideAnError) {
  Files files = TwoRules();
  files[0].second += "level: 3\nlogsource: x\n";
  const Loaded loaded = LoadWith(Entry("id: " + IdOf(1)), files);
  EXPECT_EQ(loaded.codes().find("response-without-rule"), std::string::npos) << loaded.codes();
  EXPECT_EQ(loaded.set, nullptr);
}

TEST(ResponseSelection, NativeRulesHaveTheirOwn) {
  Files files = TwoRules();
  files.emplace_back("native.yaml", test::RuleText(3, "tags: [x.b]\n"));
  EXPECT_EQ(LoadWith(Entry("id: " + IdOf(3)), files).codes(), "response-for-native@2:7");
  EXPECT_EQ(Armed(LoadWith(Entry("tag: x.b", 2), files)), "12");
  EXPECT_EQ(Armed(LoadWith(Entry("path: '**'", 2), files)), "12");
  EXPECT_EQ(LoadWith(Entry("path: native.yaml"), files).codes(), "response-without-rule@2:9");
}

// A folder's entries are for the folder and what is below, not for its neighbours.
TEST(ResponseSelection, AFileIsForItsFolderAndBelow) {
  const auto in_deep = [](const std::string& entries) {
    Files files = TwoRules();
    files.emplace_back("windows/deep/responses.yaml", Entries(entries));
    return test::LoadFiles(files);
  };
  EXPECT_EQ(Armed(in_deep(Entry("tag: x.b"))), "2");
  EXPECT_EQ(Armed(in_deep(Entry("path: b.yml"))), "2");
  const Loaded outside = in_deep(Entry("id: " + IdOf(1)));
  EXPECT_EQ(outside.codes(), "response-without-rule@2:7");
  EXPECT_NE(text::Render(outside.diagnostics).find("windows/a.yml"), std::string::npos);
  Files files = TwoRules();
  files.emplace_back("windows/dee/responses.yaml", Entries(Entry("tag: x.b")));
  EXPECT_EQ(Armed(test::LoadFiles(files)), "") << "a folder whose name begins the same";
}

TEST(ResponseSelection, EntriesOfSeveralFilesCountAlike) {
  Files files = TwoRules();
  files.emplace_back("windows/deep/responses.yml", Entries(Entry("level: low", 1, "off")));
  EXPECT_EQ(LoadWith(Entry("level: low"), files).codes(),
            "response-conflict@2:3 response-conflict@2:3");
  const Loaded loaded = LoadWith(Entry("tag: x.b", 2), files);
  EXPECT_EQ(loaded.rule(1).remediation->mode, AutoMode::kDryRun) << "the tag is stronger";
}

// Paths that are written differently lead to one folder.
TEST(ResponseSelection, FilesThatAreGivenThemselves) {
  const riposte::test::TempDir folder;
  folder.Write("rules/a.yml", SigmaText(1, "tags: [x.b]\n"));
  folder.Write("rules/responses.yaml", Entries(Entry("path: a.yml")));
  Loaded loaded;
  loaded.set = LoadRules({.paths = {folder.path() + "/rules/a.yml",
                                    folder.path() + "/./rules/../rules/responses.yaml"}},
                         test::ShippedSchema(), loaded.diagnostics);
  EXPECT_EQ(Armed(loaded), "1");
}

TEST(ResponseSelection, AChangeOfTheResponseIsAChangeOfTheRule) {
  const auto rule = [](const std::string& entries) { return LoadWith(entries).rule(0); };
  const Rule plain = test::LoadFiles(TwoRules()).rule(0);
  const Rule dry = rule(Entry("tag: x.a"));
  EXPECT_NE(dry.version, plain.version);
  EXPECT_NE(dry.arming_hash, plain.arming_hash);
  const Rule enforced = rule(Entry("tag: x.a", 1, "enforce"));
  EXPECT_NE(enforced.version, dry.version);
  EXPECT_EQ(enforced.arming_hash, dry.arming_hash) << "as of a native rule";
  const Rule killing = rule(
      "- tag: x.a\n  max_rules: 1\n  remediation: {auto: enforce, action: "
      "kill_process_and_quarantine_file, target: process}\n");
  EXPECT_NE(killing.arming_hash, enforced.arming_hash);
  EXPECT_EQ(rule("# moved\n" + Entry("id: " + IdOf(1), 7)).version, dry.version)
      << "by which entry it is does not matter";
}

TEST(ResponseSelection, TheHashOfTheSetCountsTheFile) {
  const std::string without = test::LoadFiles(TwoRules()).set->sha256;
  const std::string with = LoadWith(Entry("tag: x.a")).set->sha256;
  EXPECT_NE(with, without);
  EXPECT_NE(LoadWith(Entry("tag: x.a", 2)).set->sha256, with);
}

// The filters have their say first: what arms is the rule as it runs.
TEST(ResponseSelection, AFilterChangesWhatIsArmed) {
  Files files = TwoRules();
  files.emplace_back("filter.yaml",
                     "title: F\nlogsource: {product: windows}\nfilter:\n  rules: any\n"
                     "  s: {User: adm}\n  condition: not s\n");
  EXPECT_NE(LoadWith(Entry("tag: x.a"), files).rule(0).arming_hash,
            LoadWith(Entry("tag: x.a")).rule(0).arming_hash);
}

}  // namespace
}  // namespace riposte::rule
