// What the demonstration leads to is what its README says.
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/demo/scenario.h"
#include "base/check.h"
#include "rules/lint/lint.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "tests/support/corpus.h"
#include "tests/support/rule_run.h"

namespace riposte::demo {
namespace {

const rule::RuleSet& Rules() {
  static const rule::RuleSetPtr rules = [] {
    text::Diagnostics diagnostics;
    const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
    std::vector<text::SourcePtr> sources;
    for (const EmbeddedFile& file : RuleFiles()) {
      sources.push_back(
          std::make_shared<text::Source>(std::string(file.path), std::string(file.bytes)));
    }
    rule::RuleSetPtr loaded = rule::LoadRulesFrom(sources, schema, diagnostics);
    RIPOSTE_CHECK(loaded != nullptr, text::Render(diagnostics));
    return loaded;
  }();
  return *rules;
}

std::string OutcomeText(const test::RuleOutcome& outcome) {
  if (outcome.verdict == "allow") return "ordered";
  if (outcome.verdict == "dry_run") return "dry run";
  if (outcome.verdict == "deny") return "denied: " + outcome.reason;
  return outcome.verdict + ": " + outcome.reason;
}

// A row of the table, as the README writes it.
std::string Row(const test::RuleOutcome& outcome, const event::Event& event) {
  const std::string rule = std::filesystem::path(outcome.rule->source->path()).stem().string();
  return "| " + rule + " | " + outcome.asset + " | " +
         std::string(schema::EventTypeName(event.type())) + " | " + outcome.action + " | " +
         outcome.target + " | " + OutcomeText(outcome) + " |";
}

std::vector<std::string> RowsOfReadme() {
  const std::string readme = test::ReadFile(RIPOSTE_SOURCE_DIR "/demo/README.md");
  std::vector<std::string> rows;
  size_t at = readme.find("| --- |");
  RIPOSTE_CHECK(at != std::string::npos, "the README has no table");
  for (at = readme.find('\n', at) + 1; readme.compare(at, 2, "| ") == 0;) {
    const size_t end = readme.find('\n', at);
    rows.push_back(readme.substr(at, end - at));
    at = end + 1;
  }
  return rows;
}

TEST(Demo, ItsRulesPassTheirOwnTestsAndTheLint) {
  EXPECT_THAT(test::FailedOwnTests(Rules()), ::testing::IsEmpty());
  text::Diagnostics findings;
  lint::LintRules(Rules(), findings);
  EXPECT_EQ(text::Render(findings), "");
}

TEST(Demo, LeadsToWhatItsReadmeSays) {
  const Time now = *ParseTime("2026-11-25T02:00:00.000Z");
  guard::Settings settings;
  settings.max_event_age.kill = std::chrono::minutes(10);
  test::RuleRun run(Rules(), kProfile, settings, true);
  std::vector<std::string> rows;
  size_t matched = 0;
  for (const std::string& event : Events(now)) {
    if (!run.Match(event, now).empty()) ++matched;
    for (const test::RuleOutcome& outcome : run.Outcomes(now)) {
      rows.push_back(Row(outcome, run.event()));
    }
  }
  EXPECT_EQ(matched, 16u);
  EXPECT_THAT(rows, ::testing::ElementsAreArray(RowsOfReadme()));
}

}  // namespace
}  // namespace riposte::demo
