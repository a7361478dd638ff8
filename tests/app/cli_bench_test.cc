// `riposte bench` through the built program.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/app/program.h"
#include "tests/app/rule_files.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

class CliBench : public testing::Test {
 protected:
  CliBench() {
    program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
    program_.Write("typo.yaml", test::kBrokenFile);
    std::string day;
    for (int i = 0; i < 10; ++i)
      day += test::ProcessEvent(i < 4 ? "bad.exe" : "good.exe", i, kTime) + "\n";
    program_.Write("day.ndjson", day);
    program_.Write("empty.ndjson", "\n\n");
  }
  Answer Run(const std::string& arguments, std::string_view input = {}) const {
    return program_.Run("bench " + arguments, input);
  }
  test::Program program_;
};

TEST_F(CliBench, PrintsFiguresAndTheRanking) {
  const Answer answer = Run("--rules rules --events day.ndjson --repeat 1");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_EQ(answer.err, "");
  EXPECT_THAT(answer.out, StartsWith("10 events of qualys-edr, "));
  EXPECT_THAT(answer.out, HasSubstr("; 1 of 1 rules run on them\n"));
  EXPECT_THAT(answer.out,
              HasSubstr("4 matches in 4 events; 0.40 evaluations an event, of 1 rules"));
  EXPECT_THAT(answer.out, HasSubstr("  it matches 40 % of these events\n"));
}

TEST_F(CliBench, Json) {
  const Answer answer =
      Run("--rules rules --events day.ndjson day.ndjson --repeat 1 --format json");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  const Result<json::Value> parsed = json::Parse(answer.out);
  ASSERT_TRUE(parsed.ok()) << answer.out;
  EXPECT_EQ(*parsed->Find("events")->as_int(), 20);
  EXPECT_EQ(*parsed->Find("matches")->as_int(), 8);
  const json::Value& rule = parsed->Find("ranking")->as_array()->front();
  EXPECT_EQ(rule.StringOr("path", ""), "rules/bad.yaml");
  EXPECT_EQ(rule.Find("reasons")->as_array()->front().StringOr("cause", ""), "common_anchor");
}

TEST_F(CliBench, StandardInput) {
  EXPECT_THAT(Run("--rules rules --events - --repeat 1", "{}\n").out, StartsWith("1 events"));
}

TEST_F(CliBench, UsageErrors) {
  struct Case {
    const char* arguments;
    const char* complaint;
  };
  const std::vector<Case> cases = {
      {"--rules rules", "riposte: --events is required\n"},
      {"--rules rules --events none.ndjson", "none.ndjson: No such file or directory\n"},
      {"--rules none --events day.ndjson", "riposte: none: no such file or folder\n"},
      {"--rules rules --events empty.ndjson", "riposte: --events: there is no event in them\n"},
      {"--rules rules --events day.ndjson --profile qualis",
       "riposte: --profile: there is no profile 'qualis'\n"},
      {"--rules rules --events day.ndjson --repeat 0",
       "riposte: --repeat: '0' is no whole number from 1 to 1000\n"},
      {"--rules rules --events day.ndjson --repeat 1001",
       "riposte: --repeat: '1001' is no whole number from 1 to 1000\n"},
      {"--rules rules --events day.ndjson --repeat 5x", "riposte: --repeat: '5x' is no whole"},
      {"--rules rules --events day.ndjson --top -1", "riposte: --top: '-1' is no whole number"},
  };
  for (const Case& test : cases) {
    const Answer answer = Run(test.arguments);
    EXPECT_EQ(answer.exit, 3) << test.arguments;
    EXPECT_EQ(answer.out, "") << test.arguments;
    EXPECT_THAT(answer.err, HasSubstr(test.complaint)) << test.arguments;
  }
}

TEST_F(CliBench, RulesThatDoNotCompile) {
  const Answer answer = Run("--rules typo.yaml --events day.ndjson");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, StartsWith("typo.yaml:"));
}

}  // namespace
}  // namespace riposte
