// `riposte check` beyond its text: SARIF, and the files that --fix writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/app/program.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;
using testing::StartsWith;

std::string TextOf(const json::Value& value, std::string_view key) {
  return std::string(value.StringOr(key, ""));
}
json::Array ItemsOf(const json::Value& value, std::string_view key) {
  const json::Value* found = value.Find(key);
  return found != nullptr && found->as_array() != nullptr ? *found->as_array() : json::Array();
}

class CliCheck : public testing::Test {
 protected:
  CliCheck() {
    program_.Write("good.yaml", test::RuleFile("bad.exe", {}, kTests));
    program_.Write("untested.yaml", test::RuleFile("bad.exe"));
    program_.Write("typo.yaml",
                   "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\n"
                   "query: |\n  procss.name: `bad.exe`\ntrigger:\n  single_match: {}\n");
  }
  Answer Run(const std::string& arguments) const { return program_.Run(arguments); }
  json::Value RunJson(const std::string& arguments, int exit) const {
    const Answer answer = Run(arguments);
    EXPECT_EQ(answer.exit, exit) << answer.err;
    Result<json::Value> value = json::Parse(answer.out);
    EXPECT_TRUE(value.ok()) << answer.out;
    return value.ok() ? std::move(value).value() : json::Value();
  }

  static constexpr std::string_view kTests =
      "tests:\n- {name: t, events: [{event: {}}], expect: {firings: 0}}\n";
  test::Program program_;
};

TEST_F(CliCheck, WithWarnings) {
  const Answer answer = Run("check untested.yaml");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_THAT(answer.out, StartsWith("untested.yaml:1:5: warning[missing-tests]: "));
  EXPECT_THAT(answer.out, testing::EndsWith("1 rule, 1 warning\n"));
}

TEST_F(CliCheck, TakesTheRulesOfTheConfiguration) {
  EXPECT_EQ(Run("check --set rules.paths=good.yaml").out, Run("check good.yaml").out);
  program_.Write("riposte.yaml", "rules: {paths: [good.yaml]}\n");
  EXPECT_EQ(Run("check --config riposte.yaml").out, Run("check good.yaml").out);
}

TEST_F(CliCheck, AsSarif) {
  const json::Value log = RunJson("check typo.yaml --format sarif", 2);
  const json::Value run = ItemsOf(log, "runs").at(0);
  ASSERT_EQ(ItemsOf(run, "results").size(), 1u);
  EXPECT_EQ(TextOf(ItemsOf(run, "results")[0], "ruleId"), "unknown-token");
  const json::Value untested = RunJson("check untested.yaml --format sarif", 1);
  EXPECT_EQ(ItemsOf(ItemsOf(untested, "runs").at(0), "results").size(), 1u);
  const json::Value good = RunJson("check good.yaml --format sarif", 0);
  EXPECT_TRUE(ItemsOf(ItemsOf(good, "runs").at(0), "results").empty());
}

// A rule whose query has more than one thing to mend, one only once another is.
std::string Mendable(std::string_view query) {
  return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: |\n  " +
         std::string(query) + "\ntrigger:\n  single_match: {}\n";
}

TEST_F(CliCheck, SaysWhatItCouldFix) {
  program_.Write("mend.yaml", Mendable("process.name: [`a`, `a`]"));
  const Answer answer = Run("check mend.yaml");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_THAT(answer.out, HasSubstr("warning[repeated-condition]: "));
  EXPECT_THAT(answer.out, HasSubstr("--fix does it"));
  EXPECT_EQ(test::ReadFile(program_.path() + "/mend.yaml"), Mendable("process.name: [`a`, `a`]"));
}

TEST_F(CliCheck, FixesUntilNothingIsLeftToFix) {
  program_.Write("mend.yaml", Mendable("process.arguments: /.*abc.*/i"));
  const Answer answer = Run("check mend.yaml --fix");
  EXPECT_EQ(answer.exit, 1) << "it still has no tests";
  EXPECT_EQ(answer.err, "");
  EXPECT_THAT(answer.out, StartsWith("mend.yaml: fixed 3 findings\nmend.yaml:1:5: warning[missing-"
                                     "tests]"));
  EXPECT_EQ(test::ReadFile(program_.path() + "/mend.yaml"),
            Mendable("process.arguments ~ \"abc\""));
  const json::Value again = RunJson("check mend.yaml --fix --format json", 1);
  EXPECT_TRUE(ItemsOf(again, "fixed").empty());
}

}  // namespace
}  // namespace riposte
