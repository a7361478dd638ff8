#include "rules/rule/responses_file.h"

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

struct ReadFile {
  std::vector<ResponsePtr> responses;
  std::string codes;
};

ReadFile Read(const std::string& bytes) {
  test::Loaded loaded;
  ReadFile file;
  file.responses = ReadResponses(std::make_shared<text::Source>("responses.yaml", bytes),
                                 *test::ShippedSchema(), loaded.diagnostics);
  file.codes = loaded.codes();
  return file;
}

// One entry of these lines.
ReadFile ReadEntry(const std::string& first, const std::string& more) {
  return Read("responses:\n- " + first + "\n" + more);
}

constexpr char kIsolate[] = "  remediation: {auto: dry_run, action: quarantine_asset}\n";
constexpr char kOne[] = "  max_rules: 1\n";

TEST(ResponsesFile, IsKnownByItsName) {
  EXPECT_TRUE(IsResponsesFile("responses.yaml"));
  EXPECT_TRUE(IsResponsesFile("/a/b/responses.yml"));
  EXPECT_FALSE(IsResponsesFile("my-responses.yaml"));
  EXPECT_FALSE(IsResponsesFile("responses.yaml/a.yaml"));
}

TEST(ResponsesFile, ATriggerAndTheRemediationThatGoesWithIt) {
  const ReadFile file =
      ReadEntry("level: high",
                "  max_rules: 1\n"
                "  remediation: {auto: dry_run, action: quarantine_asset, remediate: all}\n"
                "  trigger: {count: {at_least: 3, within: 15m, group_by: [asset.id]}}\n");
  EXPECT_EQ(file.codes, "");
  ASSERT_EQ(file.responses.size(), 1u);
  EXPECT_EQ(CriterionName(*file.responses[0]->trigger), "count");
  EXPECT_EQ(file.responses[0]->canonical_trigger,
            PrintTrigger(*file.responses[0]->trigger, test::ShippedSchema()->catalogue));
  EXPECT_EQ(ReadEntry("level: high",
                      std::string(kOne) +
                          "  remediation: {auto: dry_run, action: quarantine_asset, remediate: "
                          "all}\n  trigger: {single_match: {}}\n")
                .codes,
            "remediate-not-available@4:69");
}

TEST(ResponsesFile, AnEntry) {
  const ReadFile file = ReadEntry(
      "tag: [a.b, c]",
      "  max_rules: 12\n  trigger: {single_match: {}}\n"
      "  remediation: {auto: enforce, action: kill_process_and_quarantine_file, target: tree}\n");
  ASSERT_EQ(file.codes, "");
  ASSERT_EQ(file.responses.size(), 1u);
  const Response& response = *file.responses.front();
  EXPECT_EQ(response.selector, Selector::kTag);
  ASSERT_EQ(response.choices.size(), 2u);
  EXPECT_EQ(response.choices[1].text, "c");
  EXPECT_EQ(response.max_rules, 12);
  EXPECT_TRUE(response.trigger.has_value());
  ASSERT_TRUE(response.remediation.has_value());
  EXPECT_EQ(response.remediation->mode, AutoMode::kEnforce);
  EXPECT_EQ(response.remediation->target, Target::kTree);
  EXPECT_EQ(response.source->Locate(response.span.begin).line, 2u);
}

TEST(ResponsesFile, EachSelector) {
  for (const std::string& selector :
       {"id: " + test::IdOf(1), std::string("path: windows/**"), std::string("tag: x"),
        std::string("level: [high, critical]")}) {
    const ReadFile file = ReadEntry(selector, std::string(kOne) + kIsolate);
    EXPECT_EQ(file.codes, "") << selector;
    ASSERT_EQ(file.responses.size(), 1u);
    EXPECT_EQ(selector.find(SelectorName(file.responses.front()->selector)), 0u);
  }
}

TEST(ResponsesFile, WhatIsWrongWithAnEntry) {
  const auto codes = [](const std::string& first, const std::string& more) {
    return ReadEntry(first, more).codes;
  };
  EXPECT_EQ(codes("max_rules: 1", kIsolate), "missing-key@2:3");
  EXPECT_EQ(codes("tag: a", std::string("  level: low\n") + kOne + kIsolate), "two-selectors@3:3");
  EXPECT_EQ(codes("tag: a", kIsolate), "missing-key@2:3");
  EXPECT_EQ(codes("tag: a", std::string("  max_rules: 0\n") + kIsolate), "max-rules-zero@3:14");
  EXPECT_EQ(codes("tag: a", std::string("  max_rules: -1\n") + kIsolate), "wrong-type@3:14");
  EXPECT_EQ(codes("tag: a", kOne), "missing-key@2:3");
  EXPECT_EQ(codes("tag: ''", std::string(kOne) + kIsolate), "empty-value@2:8");
  EXPECT_EQ(codes("tag: []", std::string(kOne) + kIsolate), "empty-value@2:8");
  EXPECT_EQ(codes("id: [x]", std::string(kOne) + kIsolate), "bad-uuid@2:8");
  EXPECT_EQ(codes("path: ../x", std::string(kOne) + kIsolate), "bad-path-pattern@2:9");
  EXPECT_EQ(codes("level: hihg", std::string(kOne) + kIsolate), "unknown-value@2:10");
  EXPECT_EQ(codes("tag: a", std::string("  max: 3\n") + kOne + kIsolate), "unknown-key@3:3");
}

// The readers of native rules.
TEST(ResponsesFile, TriggerAndRemediationAreThoseOfRules) {
  const auto codes = [](const std::string& more) { return ReadEntry("tag: a", kOne + more).codes; };
  EXPECT_EQ(codes("  trigger: {count: {at_least: 0, within: 1h}}\n"), "count-out-of-range@4:31");
  EXPECT_EQ(codes("  remediation: {auto: dry_run, action: kill_process_and_quarantine_file}\n"),
            "missing-target@4:40");
  EXPECT_EQ(codes("  remediation: {auto: dry_run, action: delete_file}\n"), "unknown-value@4:40");
}

TEST(ResponsesFile, WhatIsWrongWithTheFile) {
  EXPECT_EQ(Read("").codes, "empty-value@1:1");
  EXPECT_EQ(Read("# nothing\n").codes, "empty-value@1:1");
  EXPECT_EQ(Read("responses: []\n").codes, "empty-value@1:12");
  EXPECT_EQ(Read("- tag: a\n").codes, "wrong-type@1:1");
  EXPECT_EQ(Read(test::RuleText(1)).codes, "missing-key@1:1") << "a rule does not belong here";
  EXPECT_EQ(Read("responses: [a]\n").codes, "wrong-type@1:13");
  EXPECT_EQ(Read("responses: [{]\n").codes.substr(0, 11), "yaml-syntax");
}

TEST(ResponsesFile, AllErrorsAtOnce) {
  EXPECT_EQ(Read("responses:\n- tag: a\n- level: low\n  max_rules: 0\n").codes,
            "missing-key@2:3 missing-key@2:3 max-rules-zero@4:14 missing-key@3:3");
}

TEST(ResponsesFile, AnotherFileHasNone) {
  const std::string responses = "responses:\n- tag: a\n" + std::string(kOne) + kIsolate;
  EXPECT_EQ(test::LoadFiles({{"response.yaml", responses}}).codes(), "responses-elsewhere@1:1");
}

}  // namespace
}  // namespace riposte::rule
