// What the documents show and list is what the program has: the rules of README.md, docs/rules.md
// and docs/triggers.md, the guards, refusals and dead letters of docs/operations.md.
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/bench.h"
#include "app/explanation_report.h"
#include "app/rule_loading.h"
#include "app/rule_tests.h"
#include "engine/event/decode.h"
#include "engine/guard/standard.h"
#include "engine/remediate/resolve.h"
#include "tests/app/rule_files.h"
#include "tests/engine/guard/command_fixture.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::IsEmpty;

struct Block {
  size_t line = 0;  // of its first line in the document
  std::string text;
};

// The fenced blocks of a language ("yaml"; empty: of none) in a document.
std::vector<Block> BlocksOf(const std::string& document, const std::string& language) {
  std::istringstream in(test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) + "/" + document));
  std::vector<Block> blocks;
  bool fenced = false, wanted = false;
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) {
      wanted = !fenced && line.substr(3) == language;
      fenced = !fenced;
      if (wanted) blocks.push_back({.line = number + 1, .text = {}});
    } else if (wanted) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

std::vector<Block> RulesOf(const std::string& document) {
  std::vector<Block> rules = BlocksOf(document, "yaml");
  std::erase_if(rules, [](const Block& block) { return !block.text.starts_with("id:"); });
  return rules;
}

class Documents : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Rules, Documents, testing::Values("README.md", "docs/rules.md"),
                         [](const testing::TestParamInfo<const char*>& document) {
                           const std::string name = document.param;
                           return name.starts_with("docs") ? "rules" : "readme";
                         });

TEST_P(Documents, TheRulesLoadAndTheirTestsPass) {
  const std::vector<Block> rules = RulesOf(GetParam());
  ASSERT_FALSE(rules.empty());
  for (const Block& block : rules) {
    SCOPED_TRACE(std::string(GetParam()) + ":" + std::to_string(block.line));
    const test::TempDir folder;
    const LoadedRules loaded =
        LoadRuleSet({folder.Write("rule.yaml", block.text)}, test::ShippedSchema());
    EXPECT_EQ(text::Render(loaded.diagnostics), "");
    ASSERT_NE(loaded.rules, nullptr);
    const std::vector<TestOutcome> outcomes = RunRuleTests(*loaded.rules, {});
    EXPECT_THAT(outcomes, testing::Not(IsEmpty()));
    for (const TestOutcome& outcome : outcomes)
      EXPECT_THAT(outcome.failures, IsEmpty()) << outcome.test->name;
  }
}

// Of each criterion one at least.
TEST(TriggersDocument, TheTimelinesEndAsTheySay) {
  const std::vector<Block> rules = RulesOf("docs/triggers.md");
  std::set<std::string_view> criteria;
  for (const Block& block : rules) {
    SCOPED_TRACE("docs/triggers.md:" + std::to_string(block.line));
    const test::TempDir folder;
    const std::vector<std::string> paths = {folder.Write("rule.yaml", block.text)};
    const LoadedRules loaded = LoadRuleSet(paths, test::ShippedSchema());
    EXPECT_EQ(text::Render(loaded.diagnostics), "");
    ASSERT_NE(loaded.rules, nullptr);
    for (const TestOutcome& outcome : RunRuleTests(*loaded.rules, {})) {
      criteria.insert(rule::CriterionName(outcome.rule->trigger));
      EXPECT_THAT(outcome.failures, IsEmpty()) << outcome.test->name;
    }
  }
  EXPECT_THAT(criteria, testing::ElementsAre("count", "scheduled", "sequence", "unordered"));
}

// A word that is mistyped in the README's rule is shown as the README shows it.
TEST(Readme, TheMistakeLooksAsItSays) {
  std::vector<Block> rules = RulesOf("README.md");
  ASSERT_EQ(rules.size(), 1u);
  std::string text = rules.front().text;
  text.replace(text.find("parent.name"), 11, "parent.nmae");
  const test::TempDir folder;
  const LoadedRules loaded =
      LoadRuleSet({folder.Write("rules/office.yaml", text)}, test::ShippedSchema());
  const std::string shown = text::Render(loaded.diagnostics);
  ASSERT_TRUE(shown.starts_with(folder.path() + "/")) << shown;
  std::vector<std::string> plain;
  for (const Block& block : BlocksOf("README.md", "")) plain.push_back(block.text);
  EXPECT_THAT(plain, testing::Contains(shown.substr(folder.path().size() + 1)));
}

// Each line of a ```qql block is a query; what begins with # is said about those below.
TEST(RulesDocument, TheQueriesAreQueries) {
  size_t queries = 0;
  for (const Block& block : BlocksOf("docs/rules.md", "qql")) {
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with("#")) continue;
      ++queries;
      const test::TempDir folder;
      const LoadedRules loaded = LoadRuleSet(
          {folder.Write("rule.yaml",
                        "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\n"
                        "query: |\n  " +
                            line + "\ntrigger:\n  single_match: {}\n")},
          test::ShippedSchema());
      EXPECT_NE(loaded.rules, nullptr) << line << "\n" << text::Render(loaded.diagnostics);
    }
  }
  EXPECT_GE(queries, 20u);
}

// The first rule and the event of its second test are explained as the document shows it.
TEST(RulesDocument, TheExplanationLooksAsItSays) {
  const std::vector<Block> rules = RulesOf("docs/rules.md");
  ASSERT_FALSE(rules.empty());
  const test::TempDir folder;
  const LoadedRules loaded =
      LoadRuleSet({folder.Write("encoded.yaml", rules.front().text)}, test::ShippedSchema());
  ASSERT_NE(loaded.rules, nullptr);
  const rule::TestCase& test = loaded.rules->rules.front().tests.at(1);
  const Explanation explanation =
      Explain(loaded.rules, 0, *loaded.rules->schema->FindProfile(test.profile),
              test.events.front().json, {.topic = "event.json"}, {})
          .value();
  std::string shown = ExplanationText(explanation, "event.json", Marks::kUnicode);
  const std::string place = folder.path() + "/";
  shown.erase(shown.find(place), place.size());
  std::vector<std::string> plain;
  for (const Block& block : BlocksOf("docs/rules.md", "")) plain.push_back(block.text);
  EXPECT_THAT(plain, testing::Contains(shown)) << shown;
}

// As the golden test of `riposte explain --events` has it.
TEST(RulesDocument, TheRunOfEventsLooksAsItSays) {
  std::vector<std::string> plain;
  for (const Block& block : BlocksOf("docs/rules.md", "")) plain.push_back(block.text);
  EXPECT_THAT(
      plain, testing::Contains(test::ReadFile(RIPOSTE_SOURCE_DIR "/tests/golden/explain/run.txt")));
}

// The words in backticks that begin the rows of a section's tables, in their order.
std::vector<std::string> RowsOf(const std::string& document, const std::string& section) {
  const std::string text = test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) + "/" + document);
  const size_t begin = text.find("\n" + section + "\n");
  if (begin == std::string::npos) return {};
  const std::string body = text.substr(begin, text.find("\n## ", begin + 1) - begin);
  const std::regex row("\n\\| `([a-z_]+)`");
  std::vector<std::string> words;
  for (std::sregex_iterator it(body.begin(), body.end(), row), end; it != end; ++it)
    words.push_back((*it)[1]);
  return words;
}

TEST(OperationsDocument, TheGuardsInTheirOrderAndTheRefusals) {
  const test::GuardFixture allowed;
  std::vector<guard::Decision> trail;
  guard::StandardChain({}).Judge(allowed.command, allowed.context, trail);
  std::vector<std::string> expected;
  for (const guard::Decision& decision : trail) expected.emplace_back(decision.guard);
  for (size_t i = 1; i < static_cast<size_t>(remediate::Refusal::kCount); ++i)
    expected.emplace_back(remediate::RefusalName(static_cast<remediate::Refusal>(i)));
  EXPECT_EQ(RowsOf("docs/operations.md", "## Guards"), expected);
}

TEST(OperationsDocument, TheReasonsOfDeadLetters) {
  std::vector<std::string> expected;
  for (size_t i = 0; i < static_cast<size_t>(event::Reject::kCount); ++i) {
    const event::Reject reason = static_cast<event::Reject>(i);
    if (reason == event::Reject::kNone || reason == event::Reject::kEmpty) continue;
    expected.emplace_back(event::RejectName(reason));
  }
  EXPECT_EQ(RowsOf("docs/operations.md", "## Dead letters"), expected);
}

TEST(OperationsDocument, TheReasonsOfCosts) {
  std::vector<std::string> expected;
  for (size_t i = 0; i < static_cast<size_t>(CostCause::kCount); ++i)
    expected.emplace_back(CostCauseName(static_cast<CostCause>(i)));
  EXPECT_EQ(RowsOf("docs/operations.md", "### What rules cost"), expected);
}

}  // namespace
}  // namespace riposte::app
