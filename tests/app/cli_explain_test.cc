// `riposte explain` through the built program.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/program.h"
#include "tests/app/rule_files.h"
#include "tests/support/golden.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

// Every kind of node, and most reasons.
constexpr std::string_view kRule =
    "id: 5d3f9c52-8a43-4c55-9d0e-6f1f2b7a9e01\n"
    "name: Encoded PowerShell command\n"
    "severity: high\n"
    "query: |\n"
    "  type: PROCESS\n"
    "    and process.name: [`powershell.exe`, `pwsh.exe`]\n"
    "    and process.arguments ~ \"-enc\"\n"
    "    and not indicator: (score < 5 and verdict: KNOWN)\n"
    "    and (process.elevated: true or process.pid > 10 or process.username is null)\n"
    "trigger:\n"
    "  single_match: {}\n"
    "remediation:\n"
    "  auto: dry_run\n"
    "  action: kill_process_and_quarantine_file\n"
    "  target: process\n";
constexpr std::string_view kMatch =
    R"({"type":"PROCESS","id":"E1","dateTime":"2026-01-01T00:00:00.000Z",)"
    R"("asset":{"agentId":"a-1","hostName":"PC-1"},)"
    R"("process":{"processName":"powershell.exe","pid":4711,"arguments":"powershell -enc SQBFAFgA",)"
    R"("processFile":{"fullPath":"C:\\Temp\\powershell.exe"}},)"
    R"("indicator2":[{"score":8},{"score":2,"verdict":"MALICIOUS"}]})";
constexpr std::string_view kNoMatch =
    R"({"type":"PROCESS","id":"E2","id":"E3","dateTime":"2026-01-01T00:00:00.000Z",)"
    R"("process":{"processName":"pwsh.exe","pid":"n/a","userName":"bob","arguments":"pwsh -File b.ps1"},)"
    R"("indicator2":{"score":1,"verdict":"known"}})";

constexpr std::string_view kBurst =
    "id: 7c1f0a52-6e0c-4c1e-9c51-2f5d6a9f3c10\n"
    "name: Bursts of commands\n"
    "severity: high\n"
    "description: d\n"
    "false_positives: [none known]\n"
    "query: 'type: PROCESS'\n"
    "trigger:\n"
    "  count: {at_least: 3, within: 15m, group_by: [asset.id], cooldown: 30m}\n"
    "remediation:\n"
    "  auto: enforce\n"
    "  action: quarantine_asset\n";

class CliExplain : public testing::Test {
 protected:
  CliExplain() {
    program_.Write("rule.yaml", kRule);
    program_.Write("rules/encoded.yaml", kRule);
    program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
    program_.Write("typo.yaml", test::kBrokenFile);
    program_.Write("match.json", kMatch);
    program_.Write("day.ndjson",
                   std::string(kMatch) + "\n" + std::string(kNoMatch) + "\n{\"a\": x}\n");
  }
  Answer Run(const std::string& arguments, std::string_view input = {}) const {
    return program_.Run("explain " + arguments, input);
  }
  // Without the line end that a golden file has anyhow.
  static void ExpectGolden(const std::string& name, const Answer& answer) {
    EXPECT_EQ(answer.exit, 0);
    EXPECT_EQ(answer.err, "");
    ASSERT_TRUE(answer.out.ends_with('\n'));
    test::ExpectGolden("explain/" + name,
                       std::string_view(answer.out).substr(0, answer.out.size() - 1));
  }

  test::Program program_;
};

TEST_F(CliExplain, Golden) {
  ExpectGolden("match.txt", Run("--rule rule.yaml --event match.json"));
  ExpectGolden("match.json", Run("--rule rule.yaml --event match.json --format json"));
  ExpectGolden("no-match.txt", Run("--rule rule.yaml --event day.ndjson:2"));
  ExpectGolden("no-match.json", Run("--rule rule.yaml --event day.ndjson:2 --format json"));
  ExpectGolden("rejected.txt", Run("--rule rule.yaml --event day.ndjson:3"));
  ExpectGolden("rejected.json", Run("--rule rule.yaml --event day.ndjson:3 --format json"));
}

// A rule with a window over a run of events: a firing, what joined it, a second order on the same
// asset, a group that came near and a match without one.
TEST_F(CliExplain, GoldenOfARun) {
  program_.Write("burst.yaml", kBurst);
  std::string day;
  const auto add = [&](int number, const char* asset, const char* time) {
    day += fmt::format(
        R"({{"type":"PROCESS","id":"E{}","dateTime":"2026-01-01T{}.000Z","asset":{{{}"hostName":"PC"}},)"
        R"("process":{{"processName":"cmd.exe","pid":1}}}})",
        number, time, asset);
    day += "\n";
  };
  constexpr const char* kFirst = R"("agentId":"a1",)";
  constexpr const char* kSecond = R"("agentId":"a2",)";
  add(1, kFirst, "10:00:00");
  add(2, kSecond, "10:00:30");
  add(3, kFirst, "10:05:00");
  add(4, "", "10:06:00");
  add(5, kFirst, "10:15:00");
  add(6, kSecond, "10:15:31");
  add(7, kFirst, "10:20:00");
  add(8, kFirst, "12:00:00");
  add(9, kFirst, "12:01:00");
  add(10, kFirst, "12:02:00");
  program_.Write("burst.ndjson", day + "{bad\n");
  ExpectGolden("run.txt", Run("--rule burst.yaml --events burst.ndjson"));
  ExpectGolden("run.json", Run("--rule burst.yaml --events burst.ndjson:1-5 --format json"));
}

TEST_F(CliExplain, TheLocaleChoosesTheMarks) {
  const auto marks = [this](const char* name, const char* value) {
    test::Program program;
    program.Write("rule.yaml", kRule);
    program.Write("match.json", kMatch);
    program.SetEnvironment(name, value);
    return program.Run("explain --rule rule.yaml --event match.json").out;
  };
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    EXPECT_THAT(marks(name, "en_GB.UTF-8"), HasSubstr("\n> \u2713 and ")) << name;
  EXPECT_THAT(marks("LANG", "C.utf8"), HasSubstr("\n> \u2713 and "));
  EXPECT_THAT(marks("LANG", "de_DE"), HasSubstr("\n> + and "));
  EXPECT_THAT(marks("LANG", ""), HasSubstr("\n> + and "));
}

// However the rule and the event are named, the answer is the same.
TEST_F(CliExplain, WaysToNameTheRuleAndTheEvent) {
  const std::string tree = Run("--rule rule.yaml --event match.json").out;
  const std::string behind_names = tree.substr(tree.find("verdict"));
  const auto expect = [&](const std::string& arguments, std::string_view input = {}) {
    const Answer answer = Run(arguments, input);
    EXPECT_EQ(answer.exit, 0) << answer.err;
    EXPECT_THAT(answer.out, HasSubstr(behind_names)) << arguments;
  };
  expect("--rules rules --rule 5d3f --event match.json");
  expect("--rules rules --rule 'encoded powershell COMMAND' --event match.json");
  expect("--rules rules --rule rules/encoded.yaml --event match.json");
  expect("--set rules.paths=rules --rule 5d3f --event match.json");
  expect("--rule rule.yaml --event day.ndjson:1");
  expect("--rule rule.yaml --event -", kMatch);
  expect("--rule rule.yaml --event -:2", "\n" + std::string(kMatch));
}

TEST_F(CliExplain, UsageErrors) {
  struct Case {
    const char* arguments;
    const char* complaint;
  };
  const std::vector<Case> cases = {
      {"--event match.json", "riposte: --rule is required\n"},
      {"--rule rule.yaml", "riposte: either --event or --events is required\n"},
      {"--rule rule.yaml --event match.json --events day.ndjson",
       "riposte: either --event or --events is required\n"},
      {"--rule rule.yaml --events day.ndjson:9-12", "riposte: day.ndjson has 3 lines, not 9\n"},
      {"--rule rule.yaml --events none.ndjson", "none.ndjson: No such file or directory\n"},
      {"--rule rule.yaml --event none.json", "none.json: No such file or directory\n"},
      {"--rule rule.yaml --event day.ndjson",
       "riposte: day.ndjson has an event a line: name one, as in day.ndjson:1, or all with "
       "--events\n"},
      {"--rule rule.yaml --event day.ndjson:9", "riposte: day.ndjson has 3 lines, not 9\n"},
      {"--rule rule.yaml --event match.json --profile qualis",
       "riposte: --profile: there is no profile 'qualis'\n"},
      {"--rules none.yaml --rule a --event match.json",
       "riposte: none.yaml: no such file or folder\n"},
      {"--rules rules --rule 'encoded powershel command' --event match.json",
       "riposte: no rule has the id or name 'encoded powershel command'; did you mean 'Encoded "
       "PowerShell command'?\n"},
      {"--rules rules --rule nothing-like-it --event match.json",
       "riposte: no rule has the id or name 'nothing-like-it'\n"},
  };
  for (const Case& test : cases) {
    const Answer answer = Run(test.arguments);
    EXPECT_EQ(answer.exit, 3) << test.arguments;
    EXPECT_EQ(answer.out, "") << test.arguments;
    EXPECT_THAT(answer.err, HasSubstr(test.complaint)) << test.arguments;
  }
}

TEST_F(CliExplain, RulesThatDoNotCompile) {
  const Answer answer = Run("--rule typo.yaml --event match.json");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, StartsWith("typo.yaml:"));
}

// The configuration's guards are those that replay asks.
TEST_F(CliExplain, ProtectedTargets) {
  EXPECT_THAT(
      Run("--rule rule.yaml --event match.json --set remediation.protected_assets=PC-1").out,
      HasSubstr("\n  would deny kill_process for C:\\Temp\\powershell.exe (pid 4711): "
                "protected_asset ("));
}

}  // namespace
}  // namespace riposte
