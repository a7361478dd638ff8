#include "rules/rule/document.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::IdOf;
using test::Loaded;
using test::LoadText;
using test::RuleText;

// A valid rule with one line exchanged: the one that begins with `key`; an empty `line` removes it.
std::string Changed(std::string_view key, std::string_view line) {
  std::string text = RuleText(1);
  const size_t begin = text.find(key);
  const size_t end = text.find('\n', begin) + 1;
  return text.replace(begin, end - begin, line.empty() ? "" : std::string(line) + "\n");
}

std::string CodesWith(std::string_view key, std::string_view line) {
  return LoadText(Changed(key, line)).codes();
}

TEST(ReadRule, EveryKey) {
  const Loaded loaded = LoadText(
      "# about it\n"
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\n"
      "name: Script host\n"
      "description: >\n  two\n  lines\n"
      "severity: critical\n"
      "author: team\n"
      "enabled: false\n"
      "tags: [attack.t1204.002, b]\n"
      "references: [\"https://example.org\"]\n"
      "false_positives: [\"installers\"]\n"
      "profiles: [windows-nxlog]\n"
      "query: |\n  type: PROCESS\n    and process.name: `wscript.exe`\n\n"
      "trigger:\n  single_match: {}\n"
      "remediation: {auto: dry_run, action: quarantine_asset}\n"
      "tests: [{name: t, events: [{event: {}}], expect: {firings: 0}}]\n\n");
  const Rule& rule = loaded.rule();
  EXPECT_EQ(rule.id.ToString(), "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  EXPECT_EQ(rule.name, "Script host");
  EXPECT_EQ(rule.description, "two lines\n");
  EXPECT_EQ(rule.severity, Severity::kCritical);
  EXPECT_EQ(rule.author, "team");
  EXPECT_FALSE(rule.enabled);
  EXPECT_EQ(rule.tags, (std::vector<std::string>{"attack.t1204.002", "b"}));
  EXPECT_EQ(rule.references, std::vector<std::string>{"https://example.org"});
  EXPECT_EQ(rule.false_positives, std::vector<std::string>{"installers"});
  EXPECT_EQ(rule.profiles, std::vector<std::string>{"windows-nxlog"});
  EXPECT_EQ(rule.query_text, "type: PROCESS\n  and process.name: `wscript.exe`");
  EXPECT_FALSE(rule.canonical_query.empty());
  EXPECT_TRUE(rule.remediation.has_value());
  EXPECT_EQ(rule.tests.size(), 1u);
  EXPECT_EQ(rule.source->path(), "rules.yaml");
  EXPECT_EQ(rule.source->Locate(rule.id_span.begin).line, 2u);
  EXPECT_EQ(rule.source->bytes().substr(rule.query_span.begin, 13), "type: PROCESS");
  EXPECT_EQ(rule.span.begin, 0u);
}

TEST(ReadRule, DefaultsOfWhatIsOptional) {
  const Loaded loaded = LoadText(RuleText(1));
  EXPECT_TRUE(loaded.rule().enabled);
  EXPECT_TRUE(loaded.rule().profiles.empty());
  EXPECT_TRUE(std::holds_alternative<SingleMatch>(loaded.rule().trigger));
}

TEST(ReadRule, MandatoryKeys) {
  EXPECT_EQ(CodesWith("name:", ""), "missing-key@1:1");
  EXPECT_EQ(CodesWith("id:", ""), "missing-key@1:1");
  EXPECT_EQ(CodesWith("severity:", ""), "missing-key@1:1");
  EXPECT_EQ(LoadText("id: " + IdOf(1) + "\nname: n\nseverity: low\ntrigger: {single_match: {}}\n")
                .codes(),
            "missing-key@1:1");
  EXPECT_EQ(LoadText("id: " + IdOf(1) + "\nname: n\nseverity: low\nquery: 'type: FILE'\n").codes(),
            "missing-key@1:1");
  EXPECT_EQ(LoadText("{}\n").codes(),
            "missing-key@1:1 missing-key@1:1 missing-key@1:1 missing-key@1:1 missing-key@1:1");
}

TEST(ReadRule, StepsHaveAllThatIsAsked) {
  const std::string head = "id: " + IdOf(1) + "\nname: n\nseverity: low\n";
  const std::string steps =
      "{within: 5m, steps: [{query: 'type: FILE'}, {query: 'type: PROCESS'}]}}\n";
  for (const char* criterion : {"sequence", "unordered"}) {
    const Loaded loaded =
        test::LoadFiles({{"rules.yaml", head + "trigger: {" + criterion + ": " + steps}});
    EXPECT_TRUE(loaded.rule().query.empty());
    EXPECT_EQ(loaded.rule().canonical_query, "");
    const Loaded filtered = test::LoadFiles(
        {{"rules.yaml", head + "query: 'type: FILE'\ntrigger: {" + criterion + ": " + steps}});
    EXPECT_EQ(filtered.rule().query_text, "type: FILE");
  }
  EXPECT_EQ(
      test::Unexpected("^" + head + "trigger: {count: {at_least: 1, within: 1h}}\n", "missing-key"),
      "");
}

TEST(ReadRule, WrongValues) {
  EXPECT_EQ(CodesWith("id:", "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c1"), "bad-uuid@1:5");
  EXPECT_EQ(CodesWith("id:", "id: {0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10: }"), "wrong-type@1:5");
  EXPECT_EQ(CodesWith("id:", "id:"), "empty-value@1:4");
  EXPECT_EQ(CodesWith("name:", "name: ''"), "empty-value@2:7");
  EXPECT_EQ(CodesWith("name:", "name: '  '"), "empty-value@2:7");
  EXPECT_EQ(CodesWith("name:", "name:"), "empty-value@2:6");
  EXPECT_EQ(CodesWith("name:", "name: [a]"), "wrong-type@2:7");
  EXPECT_EQ(CodesWith("name:", "name: \"a\\nb\""), "bad-name@2:7");
  EXPECT_EQ(CodesWith("name:", "name: " + std::string(200, 'x')), "");
  EXPECT_EQ(CodesWith("name:", "name: " + std::string(201, 'x')), "bad-name@2:7");
  EXPECT_EQ(CodesWith("severity:", "severity: High"), "unknown-value@3:11");
  EXPECT_EQ(CodesWith("severity:", "severity: 3"), "unknown-value@3:11");
}

TEST(ReadRule, OptionalKeysOfAWrongType) {
  const auto codes = [](const std::string& line) {
    return LoadText(RuleText(1, line + "\n")).codes();
  };
  EXPECT_EQ(codes("enabled: yes"), "wrong-type@8:10");
  EXPECT_EQ(codes("enabled: 'true'"), "wrong-type@8:10");
  EXPECT_EQ(codes("description: [a]"), "wrong-type@8:14");
  EXPECT_EQ(codes("description:"), "empty-value@8:13");
  EXPECT_EQ(codes("author: {}"), "wrong-type@8:9");
  EXPECT_EQ(codes("tags: a"), "wrong-type@8:7");
  EXPECT_EQ(codes("tags: [a, {b: c}]"), "wrong-type@8:11");
  EXPECT_EQ(codes("references: []"), "empty-value@8:13");
  EXPECT_EQ(codes("false_positives: {}"), "wrong-type@8:18");
  EXPECT_EQ(codes("profiles: [qualys-edr, windows-nxlgo]"), "unknown-profile@8:24");
  EXPECT_EQ(codes("profiles: qualys-edr"), "wrong-type@8:11");
}

TEST(ReadRule, KeysThatAreNotThere) {
  EXPECT_EQ(LoadText(RuleText(1, "Severity: low\nlevel: low\n")).codes(),
            "unknown-key@8:1 unknown-key@9:1");
  EXPECT_EQ(LoadText(RuleText(1, "name: other\n")).codes(), "duplicate-key@8:1");
}

TEST(ReadRule, ErrorsInAQueryStandInItsFile) {
  EXPECT_EQ(LoadText("id: " + IdOf(1) +
                     "\nname: n\nseverity: low\ntrigger: {single_match: {}}\n"
                     "query: |\n\n    type: PROCESS\n      and parent.nmae: `a`\n")
                .codes(),
            "unknown-token@8:11");
  EXPECT_EQ(LoadText("id: " + IdOf(1) +
                     "\nname: n\nseverity: low\ntrigger: {single_match: {}}\n"
                     "query: 'parent.nmae: \"it''s\" and foo: 1'\n")
                .codes(),
            "unknown-token@5:9 unknown-token@5:34");
}

TEST(ReadRule, AQueryKeepsItsLines) {
  const std::string head =
      "id: " + IdOf(1) + "\nname: n\nseverity: low\ntrigger: {single_match: {}}\n";
  EXPECT_EQ(LoadText(head + "query: >\n  type: PROCESS\n  and type: FILE\n").codes(),
            "folded-query@6:3");
  EXPECT_EQ(LoadText(head + "query: 'type: PROCESS\n  and type: FILE'\n").codes(),
            "folded-query@5:8");
  EXPECT_EQ(LoadText(head + "query: [a]\n").codes(), "wrong-type@5:8");
  EXPECT_EQ(LoadText(head + "query:\n").codes(), "empty-value@5:7");
  EXPECT_EQ(LoadText(head + "query: 'type: FILE'\n").codes(), "");
}

TEST(ReadRule, TheVersionIsOfItsOwnDocument) {
  const std::string text = RuleText(1);
  const std::string alone = LoadText(text).rule().version;
  EXPECT_EQ(alone, Sha256Hex(std::string_view(text).substr(0, text.size() - 1)));
  EXPECT_EQ(LoadText(RuleText(2) + "---\n\n" + text + "\n\n---\n" + RuleText(3)).rule(1).version,
            alone);
  EXPECT_NE(LoadText(text + "tags: [a]\n").rule().version, alone);
}

TEST(ReadRule, TheArmingHashIsOfWhatDecidesOnTargets) {
  const auto hash = [](std::string_view more, std::string_view from = "",
                       std::string_view to = "") {
    std::string text = RuleText(1, more);
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    return LoadText(text).rule().arming_hash;
  };
  const std::string kill =
      "remediation: {auto: dry_run, action: kill_process_and_quarantine_file, target: process}\n";
  const std::string base = hash(kill);
  EXPECT_EQ(base.size(), 64u);
  // Names, mode, tags and how the query is laid out do not count.
  EXPECT_EQ(hash(kill, "dry_run", "enforce"), base);
  EXPECT_EQ(hash(kill, "name: rule 1", "name: other"), base);
  EXPECT_EQ(hash(kill + "tags: [a]\n"), base);
  EXPECT_EQ(hash(kill, "type: PROCESS and", "TYPE:process   AND"), base);
  // Query, target and action do.
  EXPECT_NE(hash(kill, "a.exe", "b.exe"), base);
  EXPECT_NE(hash(kill, "target: process", "target: parent"), base);
  EXPECT_NE(hash("remediation: {auto: dry_run, action: quarantine_asset}\n"), base);
  EXPECT_NE(hash(""), hash("remediation: {auto: dry_run, action: quarantine_asset}\n"));
  // So does the trigger.
  const auto of_trigger = [](std::string_view within) {
    return test::LoadTrigger("{count: {at_least: 3, within: " + std::string(within) + "}}")
        .rule()
        .arming_hash;
  };
  EXPECT_NE(of_trigger("15m"), hash(""));
  EXPECT_NE(of_trigger("15m"), of_trigger("16m"));
  EXPECT_EQ(of_trigger("15m"), of_trigger("900s"));
}

}  // namespace
}  // namespace riposte::rule
