// Correlations in a set: what they do to the rules that they refer to, and those that others have
// written.
#include "rules/rule/sigma_correlations.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/rules/rule/rule_text.h"
#include "tests/support/corpus.h"

namespace riposte::rule {
namespace {

using test::CorrelationText;
using test::IdOf;
using test::NamedRules;
using test::Unexpected;

std::string Count(int number, const std::string& rules, const std::string& more = {},
                  const std::string& lines = {}) {
  return CorrelationText(number,
                         "type: event_count, rules: [" + rules +
                             "], group-by: [User], timespan: 5m, condition: {gte: 3}" + more,
                         lines);
}

std::string Firing(const std::string& text) {
  const test::Loaded loaded = test::LoadText(text);
  if (loaded.set == nullptr) return text::Render(loaded.diagnostics);
  std::string firing;
  for (const Rule& rule : loaded.set->rules)
    if (rule.fires) firing += rule.id.ToString().back();
  return firing;
}

TEST(SigmaCorrelations, ARuleThatIsReferredToDoesNotFireByItself) {
  EXPECT_EQ(Firing(NamedRules(3) + Count(9, "r1, r2")), "39");
  EXPECT_EQ(Firing(NamedRules(3) + Count(9, "r1, r2", ", generate: true")), "1239");
  EXPECT_EQ(
      Firing(NamedRules(3) + Count(8, "r1, r2", ", generate: true") + "---\n" + Count(9, "r1")),
      "12389")
      << "one that wants it to is enough";
  EXPECT_EQ(Firing(NamedRules(3) + Count(8, "r1", "", "name: inner\n---\n") + Count(9, "inner")),
            "239");
  EXPECT_EQ(Firing(NamedRules(3) + Count(8, "r1", "", "name: inner\n---\n") +
                   Count(9, "inner", ", generate: true")),
            "2389")
      << "it is about those that it refers to itself";
}

TEST(SigmaCorrelations, ARuleOfItsOwn) {
  const test::Loaded loaded = test::LoadText(
      NamedRules(1) + Count(9, "r1", "", "level: high\nauthor: Anna\nfalsepositives: [x]\n"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  const Rule& rule = loaded.rule(1);
  EXPECT_EQ(rule.name, "Correlation 9");
  EXPECT_EQ(rule.id.ToString(), IdOf(9));
  EXPECT_EQ(rule.language, Language::kSigma);
  EXPECT_EQ(rule.severity, Severity::kHigh);
  EXPECT_EQ(rule.author, "Anna");
  EXPECT_TRUE(rule.query.empty());
  EXPECT_EQ(rule.canonical_query, "");
  EXPECT_EQ(rule.query_text.substr(0, 18), "{type: event_count");
  EXPECT_EQ(rule.canonical_trigger, PrintTrigger(rule.trigger, loaded.set->schema->catalogue));
  EXPECT_EQ(rule.arming_hash.size(), 64u);
  EXPECT_TRUE(RunsOn(rule, *loaded.set->schema->FindProfile("windows-nxlog")));
  EXPECT_FALSE(RunsOn(rule, *loaded.set->schema->FindProfile("linux-sysmon")));
}

TEST(SigmaCorrelations, EachRuleOnce) {
  EXPECT_EQ(Unexpected(NamedRules(2) + Count(9, "r1, ^r1"), "duplicate-step"), "");
  EXPECT_EQ(Unexpected(NamedRules(2) + Count(9, "r1, r2, ^" + IdOf(1)), "duplicate-step"), "");
}

TEST(SigmaCorrelations, ChainsAndCycles) {
  EXPECT_EQ(Unexpected(Count(1, "^" + IdOf(2)) + "---\n" + Count(2, IdOf(1)), "correlation-cycle"),
            "");
  std::string chain = NamedRules(1) + Count(10, "r1");
  for (int i = 11; i <= 17; ++i) chain += "---\n" + Count(i, IdOf(i - 1));
  EXPECT_EQ(Unexpected(chain, ""), "");
  EXPECT_EQ(Unexpected(chain + "---\n" + Count(18, "^" + IdOf(17)) + "---\n" + Count(19, IdOf(18)),
                       "correlation-too-deep"),
            "");
}

TEST(SigmaCorrelations, AnErrorBelowIsToldOnce) {
  EXPECT_EQ(Unexpected(NamedRules(1) + Count(8, "r1, ^x", "", "name: inner\n---\n") +
                           Count(9, "inner, r1"),
                       "unknown-rule"),
            "");
}

TEST(SigmaCorrelations, NoFormatHasAllLogSources) {
  const std::string linux =
      "title: L\nid: " + IdOf(5) +
      "\nname: l\nlogsource: {product: linux, category: process_creation}\ndetection: {a: {Image: "
      "x}, condition: a}\n---\n";
  EXPECT_EQ(Unexpected(NamedRules(1) + linux +
                           CorrelationText(9,
                                           "type: temporal, rules: ^[r1, l], group-by: [User], "
                                           "timespan: 1m"),
                       "unreachable-logsource"),
            "");
}

// A response gives a correlation its remediation, which has to go with its trigger.
class Responses : public testing::Test {
 protected:
  static test::Loaded Load(const std::string& rules, const std::string& entries) {
    return test::LoadFiles({{"rules.yaml", rules}, {"responses.yaml", "responses:\n" + entries}});
  }
  static std::string Entry(const std::string& selector, const std::string& gives) {
    return "- " + selector + "\n  max_rules: 9\n  " + gives + "\n";
  }
  const std::string isolate_ = "remediation: {auto: dry_run, action: quarantine_asset}";
  const std::string kill_ =
      "remediation: {auto: dry_run, action: kill_process_and_quarantine_file, target: process}";
};

TEST_F(Responses, ArmACorrelation) {
  const std::string rules = NamedRules(2) + Count(9, "r1");
  const test::Loaded loaded = Load(rules, Entry("id: " + IdOf(9), kill_));
  EXPECT_EQ(loaded.codes(), "");
  ASSERT_NE(loaded.set, nullptr);
  EXPECT_TRUE(loaded.rule(2).remediation.has_value());
  EXPECT_EQ(CriterionName(loaded.rule(2).trigger), "count");
  EXPECT_EQ(Load(rules, Entry("id: " + IdOf(9),
                              "remediation: {auto: off, action: quarantine_asset, remediate: all}"))
                .codes(),
            "");
}

TEST_F(Responses, ATriggerIsNotTheirsToGive) {
  const std::string rules = NamedRules(2) + Count(8, "r1") + "---\n" + Count(9, "r1");
  EXPECT_EQ(Load(rules, Entry("id: [" + IdOf(8) + ", " + IdOf(9) + "]",
                              "trigger: {single_match: }\n  " + isolate_))
                .codes(),
            "trigger-for-correlation@2:3")
      << "of several the first is told";
  EXPECT_EQ(
      Load(rules, Entry("id: " + IdOf(2), "trigger: {single_match: }\n  " + isolate_)).codes(), "");
}

TEST_F(Responses, ASilentRuleIsNotArmed) {
  const test::Loaded loaded = Load(NamedRules(2) + Count(9, "r1"),
                                   Entry("id: [" + IdOf(1) + ", " + IdOf(2) + "]", isolate_));
  EXPECT_EQ(loaded.codes(), "silent-rule@2:3");
  ASSERT_NE(loaded.set, nullptr);
  EXPECT_FALSE(loaded.rule(0).remediation.has_value());
  EXPECT_TRUE(loaded.rule(1).remediation.has_value());
  EXPECT_EQ(loaded.set->responses[0].selected, 2u);
  EXPECT_EQ(loaded.set->responses[0].armed.size(), 1u);
}

TEST_F(Responses, ARemediationGoesWithTheTrigger) {
  const std::string absent =
      NamedRules(2) +
      CorrelationText(9,
                      "type: temporal, condition: r1 and not r2, group-by: [User], timespan: 1m");
  EXPECT_EQ(Load(absent, Entry("id: " + IdOf(9), kill_)).codes(), "kill-without-target@4:40");
  EXPECT_EQ(Load(absent, Entry("id: " + IdOf(9), isolate_)).codes(), "");
  const auto step = [&](const std::string& name) {
    return Load(absent, Entry("id: " + IdOf(9),
                              "remediation: {auto: off, action: quarantine_asset, remediate: "
                              "'step:" +
                                  name + "'}"))
        .codes();
  };
  EXPECT_EQ(step("r1"), "");
  EXPECT_EQ(step("r2"), "no-such-step@4:65") << "an absence has no event";
  EXPECT_EQ(step("x"), "no-such-step@4:65");
  EXPECT_EQ(Load(NamedRules(2), Entry("level: medium",
                                      "remediation: {auto: off, action: "
                                      "quarantine_asset, remediate: all}"))
                .codes(),
            "remediate-not-available@4:65")
      << "of two rules that are single matches";
}

TEST(SigmaDocument, ItsCorrelationsLoadAndBecomeWhatItSays) {
  const std::string document = riposte::test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/sigma.md");
  const auto block = [&](const std::string& fence) {
    const size_t begin = document.find(fence) + fence.size();
    return document.substr(begin, document.find("```", begin) - begin);
  };
  const test::Loaded loaded = test::LoadText(block("```yaml-correlation\n"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.codes(), "");
  std::string becomes;
  for (const Rule& rule : loaded.set->rules) {
    becomes += rule.name + ": " + std::string(CriterionName(rule.trigger));
    for (const Step* part : PartsOf(rule.trigger))
      if (part != nullptr) becomes += ", " + part->name;
    becomes += rule.fires ? "\n" : "; does not fire by itself\n";
  }
  EXPECT_EQ(becomes, block("```becomes\n"));
}

// A text with an id where a correlation has none, and with rules for what it refers to.
std::string Completed(std::string text) {
  if (text.find("\nid:") == std::string::npos) text = "id: " + IdOf(1) + "\n" + text;
  if (text.find("\n---") != std::string::npos) return text;
  const yaml::Stream stream = yaml::Parse(text);
  int number = 2;
  std::string rules;
  for (const yaml::Node& rule :
       stream.documents.front().root.Find("correlation")->Find("rules")->items) {
    const bool by_id = Uuid::Parse(rule.value).has_value();
    std::string one = test::SigmaText(number, by_id ? "" : "name: " + rule.value + "\n");
    if (by_id) one.replace(one.find(IdOf(number)), 36, rule.value);
    rules += "\n---\n" + one;
    ++number;
  }
  return text + rules;
}

TEST(SigmaCorrelationCorpus, EachFileLoads) {
  RIPOSTE_REQUIRE_CORPUS(folder, "sequences");
  std::map<std::string, std::string> odd;
  size_t files = 0;
  for (const std::string part : {"/sigma-spec", "/hayabusa"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder + part)) {
      if (entry.path().extension() != ".yml") continue;
      ++files;
      const test::Loaded loaded =
          test::LoadText(Completed(riposte::test::ReadFile(entry.path().string())));
      const std::string name = entry.path().filename().string();
      if (!loaded.codes().empty()) odd[name] = loaded.diagnostics.all().front().code;
      EXPECT_EQ(loaded.set == nullptr, name == "event_count_ecs.yml")
          << text::Render(loaded.diagnostics);
      if (loaded.set == nullptr) continue;
      const auto correlations = std::ranges::count_if(loaded.set->rules, [](const Rule& rule) {
        return !std::holds_alternative<SingleMatch>(rule.trigger);
      });
      EXPECT_EQ(correlations, 1) << name;
    }
  }
  EXPECT_EQ(files, 11u);
  // Another taxonomy is refused as in rules; a percentile that is not named is the median; and on
  // Windows, where the rules that the test adds are, the field is called SourceIp.
  EXPECT_EQ(odd, (std::map<std::string, std::string>{
                     {"event_count_ecs.yml", "unknown-taxonomy"},
                     {"value_avg.yml", "unknown-field"},
                     {"value_percentile.yml", "correlation-condition"},
                     {"value_sum.yml", "unknown-field"},
                 }));
}

}  // namespace
}  // namespace riposte::rule
