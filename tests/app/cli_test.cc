// The command line through the built program: exit codes, and what goes where.
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "app/config.h"
#include "app/rule_loading.h"
#include "app/ruleset_record.h"
#include "base/json.h"
#include "tests/app/program.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

// A `tests:` section that passes if `firings` is 1.
std::string TestsOf(std::string_view name, int firings) {
  return "tests:\n  - name: '" + std::string(name) + "'\n    events:\n      - {at: 0s, event: '" +
         test::ProcessEvent("bad.exe", 1, kTime) +
         "'}\n    expect: {firings: " + std::to_string(firings) + "}\n";
}

// A test of an event that the rule leaves alone, to follow TestsOf().
std::string NearMiss() {
  return "  - name: it stays calm\n    events:\n      - {at: 0s, event: '" +
         test::ProcessEvent("good.exe", 1, kTime) + "'}\n    expect: {firings: 0}\n";
}

// Members of a document; what is not there is empty or -1.
std::string TextOf(const json::Value& value, std::string_view key) {
  return std::string(value.StringOr(key, ""));
}
int64_t NumberOf(const json::Value& value, std::string_view key) {
  const json::Value* found = value.Find(key);
  return found != nullptr && found->as_int() != nullptr ? *found->as_int() : -1;
}
json::Array ItemsOf(const json::Value& value, std::string_view key) {
  const json::Value* found = value.Find(key);
  return found != nullptr && found->as_array() != nullptr ? *found->as_array() : json::Array();
}

// A folder with a rule of each kind.
class Cli : public testing::Test {
 protected:
  Cli() {
    program_.Write("good.yaml", test::RuleFile("bad.exe", test::kKillEnforced,
                                               TestsOf("it fires", 1) + NearMiss()));
    program_.Write("untested.yaml", test::RuleFile("bad.exe"));
    program_.Write("failing.yaml",
                   test::RuleFile("bad.exe", {}, TestsOf("a \"quoted\" <test> & more", 2)));
    program_.Write("typo.yaml",
                   "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\n"
                   "severity: low\nquery: |\n  procss.name: `bad.exe`\n"
                   "trigger:\n  single_match: {}\n");
    program_.Write("day.ndjson", test::ProcessEvent("bad.exe", 1, kTime) + "\n" +
                                     test::ProcessEvent("good.exe", 2, kTime) + "\n\n{\"a\": x}\n");
  }
  Answer Run(const std::string& arguments, std::string_view input = {}) const {
    return program_.Run(arguments, input);
  }
  // Its results as JSON.
  json::Value RunJson(const std::string& arguments, int exit) const {
    const Answer answer = Run(arguments);
    EXPECT_EQ(answer.exit, exit) << answer.err;
    Result<json::Value> value = json::Parse(answer.out);
    EXPECT_TRUE(value.ok()) << answer.out;
    return value.ok() ? std::move(value).value() : json::Value();
  }

  test::Program program_;
};

constexpr const char* kTypo =
    "typo.yaml:5:3: error[unknown-token]: unknown token 'procss.name'\n"
    "    5 |   procss.name: `bad.exe`\n"
    "      |   ^^^^^^^^^^^ did you mean 'process.name'?\n";

// What is wrong with the call is told on stderr, and nothing on stdout is taken for a result.
TEST_F(Cli, UsageErrors) {
  struct Case {
    const char* arguments;
    const char* complaint;
  };
  const std::vector<Case> cases = {
      {"", "riposte: no verb\n"},
      {"chekc",
       "riposte: unknown verb 'chekc'; did you mean 'check'?\n"
       "riposte: see `riposte --help`\n"},
      {"config",
       "riposte: 'config' needs a verb behind it\nriposte: see `riposte config --help`\n"},
      {"config shwo",
       "riposte: unknown verb 'shwo'; did you mean 'show'?\n"
       "riposte: see `riposte config --help`\n"},
      {"check --fromat json good.yaml",
       "riposte: unknown option '--fromat'; did you mean "
       "'--format'?\nriposte: see `riposte check --help`\n"},
      {"check --fromat=json good.yaml", "riposte: unknown option '--fromat'; did you mean"},
      {"check --zzz", "riposte: unknown option '--zzz'\n"},
      {"check --format xml good.yaml", "riposte: --format: "},
      {"check --format junit good.yaml", "riposte: --format: "},
      {"version extra", "riposte: unknown argument 'extra'\n"},
      {"config show extra", "riposte: unknown argument 'extra'\n"},
      {"replay --rules good.yaml", "riposte: --events is required\n"},
      {"replay --rules good.yaml --events day.ndjson --profile qualis",
       "riposte: --profile: there is no profile 'qualis'\n"},
      {"replay --rules good.yaml --events day.ndjson --show firings",
       "riposte: --show: 'firings' is none of match, firing, command, reject\n"},
      {"replay --rules good.yaml --events none.ndjson", "none.ndjson: No such file or directory\n"},
      {"replay --rules none.yaml --events day.ndjson",
       "riposte: none.yaml: no such file or folder\n"},
      {"check none.yaml", "riposte: none.yaml: no such file or folder\n"},
      {"check none.yaml good.yaml other.yaml", "riposte: other.yaml: no such file or folder\n"},
      {"test none.yaml", "riposte: none.yaml: no such file or folder\n"},
      {"run", "riposte: no input: inputs.topics names the topics"},
      {"run --rules good.yaml --set inputs.topics=edr=qualis --set http.listen= "
       "--set state.directory=state --brokers 127.0.0.1:1",
       "riposte: inputs.topics: topic 'edr': there is no profile 'qualis'\n"},
      {"config show --set kafka.group",
       "riposte: --set kafka.group: write it as section.key=value"},
      {"config show --set kafak.group=a", "unknown key 'kafak.group'"},
      {"config show --set kafak.group=a", "did you mean 'kafka.group'?"},
      {"config show --set kafka.partitions=many", "kafka.partitions must be a whole number"},
      {"config show --config none.yaml",
       "none.yaml:1:1: error[config-unreadable]: the configuration file cannot be read"},
      {"check good.yaml --set remediation.enforcement=on",
       "remediation.enforcement must be disabled or enabled"},
      {"test good.yaml --set remediation.protected_files=relative",
       "riposte: remediation.protected_files: 'relative'"},
  };
  for (const Case& test : cases) {
    const Answer answer = Run(test.arguments);
    EXPECT_EQ(answer.exit, 3) << test.arguments;
    EXPECT_EQ(answer.out, "") << test.arguments;
    EXPECT_THAT(answer.err, HasSubstr(test.complaint)) << test.arguments;
  }
}

TEST_F(Cli, HelpIsAResult) {
  for (const char* verb : {"", "check", "config", "config show", "control", "control stop", "demo",
                           "explain", "fields", "replay", "run", "test", "version"}) {
    const Answer answer = Run(std::string(verb) + " --help");
    EXPECT_EQ(answer.exit, 0) << verb;
    EXPECT_THAT(answer.out, HasSubstr("Usage: riposte " + std::string(verb))) << verb;
    EXPECT_EQ(answer.err, "") << verb;
  }
  EXPECT_THAT(Run("test --help").out, HasSubstr("--format text|json|junit  "));
  EXPECT_EQ(Run("check -h").out, Run("check --help").out);
  EXPECT_THAT(Run("--help").out, HasSubstr("Exit codes: 0 ok, 1 findings, 2 rules do not compile"));
}

TEST_F(Cli, CheckOfAGoodRule) {
  const Answer answer = Run("check good.yaml");
  EXPECT_EQ(answer.exit, 0);
  EXPECT_EQ(answer.err, "");
  EXPECT_EQ(answer.out,
            "good.yaml\n"
            "  Start of bad.exe (high, enforce): runs on qualys-edr, windows-nxlog, windows-evtx, "
            "winlogbeat, "
            "linux-sysmon\n"
            "1 rule, 0 warnings\n");
}

TEST_F(Cli, CheckSaysWhereARuleDoesNotRun) {
  program_.Write("score.yaml",
                 "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\n"
                 "query: |\n  type: FILE and indicator.score > 5\n"
                 "trigger:\n  single_match: {}\n");
  EXPECT_THAT(Run("check score.yaml").out,
              HasSubstr("  N (low, alert): runs on qualys-edr; not on windows-nxlog (lacks "
                        "indicator.score)"));
}

TEST_F(Cli, CheckOfABrokenRule) {
  const Answer answer = Run("check typo.yaml");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, std::string(kTypo) + "1 error, 0 warnings: the set is refused\n");
}

TEST_F(Cli, CheckAsJson) {
  const json::Value good = RunJson("check good.yaml --format json", 0);
  ASSERT_EQ(ItemsOf(good, "rules").size(), 1u);
  const json::Value rule = ItemsOf(good, "rules").front();
  EXPECT_EQ(TextOf(rule, "name"), "Start of bad.exe");
  EXPECT_EQ(TextOf(rule, "path"), "good.yaml");
  EXPECT_EQ(TextOf(rule, "mode"), "enforce");
  EXPECT_EQ(TextOf(good, "sha256").size(), 64u);

  const json::Value typo = RunJson("check typo.yaml --format json", 2);
  ASSERT_EQ(ItemsOf(typo, "diagnostics").size(), 1u);
  const json::Value diagnostic = ItemsOf(typo, "diagnostics").front();
  EXPECT_EQ(TextOf(diagnostic, "severity"), "error");
  EXPECT_EQ(TextOf(diagnostic, "code"), "unknown-token");
  EXPECT_EQ(TextOf(diagnostic, "path"), "typo.yaml");
  EXPECT_EQ(TextOf(diagnostic, "hint"), "did you mean 'process.name'?");
  EXPECT_EQ(NumberOf(diagnostic, "line"), 5);
  EXPECT_EQ(NumberOf(diagnostic, "column"), 3);
  EXPECT_EQ(NumberOf(diagnostic, "end_column"), 14);
}

TEST_F(Cli, TestOfRulesThatPass) {
  const Answer answer = Run("test good.yaml");
  EXPECT_EQ(answer.exit, 0);
  EXPECT_EQ(answer.out,
            "Start of bad.exe (good.yaml)\n  ok    it fires\n  ok    it stays calm\n"
            "2 passed, 0 failed\n");
  EXPECT_EQ(Run("test untested.yaml").exit, 0);
  EXPECT_EQ(Run("test untested.yaml").out, "0 passed, 0 failed; 1 rule without tests\n");
}

TEST_F(Cli, TestOfARuleThatFails) {
  const Answer answer = Run("test failing.yaml");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_EQ(answer.out,
            "Start of bad.exe (failing.yaml)\n"
            "  FAIL  a \"quoted\" <test> & more (failing.yaml:9)\n"
            "        expected 2 firings, got 1\n"
            "0 passed, 1 failed\n");
}

TEST_F(Cli, TestOfABrokenRule) {
  const Answer answer = Run("test typo.yaml");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_EQ(answer.err, kTypo);
}

TEST_F(Cli, TestAsJson) {
  const json::Value result = RunJson("test failing.yaml --format json", 1);
  EXPECT_EQ(NumberOf(result, "passed"), 0);
  EXPECT_EQ(NumberOf(result, "failed"), 1);
  const json::Value test = ItemsOf(result, "tests").front();
  EXPECT_EQ(TextOf(test, "test"), "a \"quoted\" <test> & more");
  EXPECT_EQ(ItemsOf(test, "failures").front(), json::Value("expected 2 firings, got 1"));
}

TEST_F(Cli, TestAsJunit) {
  const Answer answer = Run("test failing.yaml --format junit");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_EQ(answer.out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"riposte\" tests=\"1\" failures=\"1\">\n"
            "  <testcase classname=\"Start of bad.exe\" name=\"a &quot;quoted&quot; &lt;test&gt; "
            "&amp; more\" file=\"failing.yaml\" line=\"9\">\n"
            "    <failure message=\"expected 2 firings, got 1\">expected 2 firings, got "
            "1</failure>\n"
            "  </testcase>\n"
            "</testsuite>\n");
  EXPECT_THAT(Run("test good.yaml --format junit").out,
              HasSubstr("name=\"it fires\" file=\"good.yaml\" line=\"15\"/>\n"));
}

TEST_F(Cli, Replay) {
  const Answer answer = Run("replay --rules good.yaml --events day.ndjson");
  EXPECT_EQ(answer.exit, 0);
  EXPECT_EQ(answer.err, "");
  EXPECT_EQ(answer.out,
            "day.ndjson:1: firing   Start of bad.exe (high) on PC-1\n"
            "day.ndjson:1: command  would order kill_process for C:\\temp1\\bad.exe (pid 4001)\n"
            "day.ndjson:1: command  would order quarantine_file for C:\\temp1\\bad.exe\n"
            "day.ndjson:4: reject   invalid_json at byte 6\n"
            "4 events: 1 matched, 1 unmatched, 1 rejected, 1 empty; 1 firings, 2 commands would be "
            "ordered, 0 would not\n");
  EXPECT_EQ(Run("replay --naive --rules good.yaml --events day.ndjson").out, answer.out);
}

TEST_F(Cli, ReplayReadsStandardInput) {
  const Answer answer = Run("replay --rules good.yaml --events - --show match",
                            test::ProcessEvent("bad.exe", 1, kTime) + "\n");
  EXPECT_EQ(answer.exit, 0);
  EXPECT_THAT(answer.out, StartsWith("-:1: match    Start of bad.exe\n1 events: 1 matched"));
  EXPECT_THAT(Run("replay --rules good.yaml --events -").out, StartsWith("0 events: "));
}

TEST_F(Cli, ReplayAsJsonIsALineForEachThing) {
  const Answer answer =
      Run("replay --rules good.yaml --events day.ndjson --format json --show "
          "match,firing,command,reject");
  EXPECT_EQ(answer.exit, 0);
  std::vector<std::string> kinds;
  std::istringstream lines(answer.out);
  for (std::string line; std::getline(lines, line);) {
    const Result<json::Value> value = json::Parse(line);
    ASSERT_TRUE(value.ok()) << line;
    kinds.push_back(TextOf(*value, "kind"));
    EXPECT_EQ(TextOf(*value, "would"), kinds.back() == "command" ? "order" : "") << line;
  }
  EXPECT_THAT(kinds, testing::ElementsAre("match", "firing", "command", "command", "reject"));
}

// A file behind one that cannot be read is not silently left out.
TEST_F(Cli, ReplayStopsAtAFileThatCannotBeRead) {
  const Answer answer = Run("replay --rules good.yaml --events day.ndjson none.ndjson");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.out, HasSubstr("day.ndjson:1: firing"));
  EXPECT_THAT(answer.err, HasSubstr("none.ndjson"));
}

TEST_F(Cli, ReplayOfBrokenRules) {
  const Answer answer = Run("replay --rules typo.yaml --events day.ndjson");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_EQ(answer.err, kTypo);
}

TEST_F(Cli, Fields) {
  const Answer all = Run("fields");
  EXPECT_EQ(all.exit, 0);
  EXPECT_THAT(all.out, StartsWith("TOKEN"));
  EXPECT_THAT(all.out, HasSubstr("\nprocess.name "));
  EXPECT_THAT(Run("fields parent.name").out, Not(HasSubstr("process.name ")));
  EXPECT_THAT(Run("fields 'parent.*'").out, HasSubstr("\nparent.pid "));
  const json::Value one = RunJson("fields parent.name --format json", 0);
  ASSERT_EQ(one.as_array()->size(), 1u);
  EXPECT_EQ(TextOf(one.as_array()->front(), "name"), "parent.name");
  const Answer none = Run("fields nonsense");
  EXPECT_EQ(none.exit, 1);
  EXPECT_EQ(none.err, "riposte: no field matches 'nonsense'\n");
}

// The line of a key in the text form.
std::string LineOf(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(std::string(key) + " ")) return line;
  return {};
}

TEST_F(Cli, ConfigShowSaysWhereEachValueCameFrom) {
  program_.Write("riposte.yaml",
                 "kafka:\n  group: of-file\n  brokers: of-file:9092\n"
                 "http: {listen: 127.0.0.1:1}\n");
  program_.SetEnvironment("RIPOSTE_KAFKA__BROKERS", "of-environment:9092");
  program_.SetEnvironment("RIPOSTE_HTTP__LISTEN", "127.0.0.1:2");
  const Answer answer =
      Run("config show --resolved --config riposte.yaml --set http.listen=127.0.0.1:3");
  EXPECT_EQ(answer.exit, 0);
  EXPECT_THAT(LineOf(answer.out, "kafka.group"),
              testing::ContainsRegex("of-file +file riposte.yaml:2"));
  EXPECT_THAT(LineOf(answer.out, "kafka.brokers"),
              testing::ContainsRegex("of-environment:9092 +environment RIPOSTE_KAFKA__BROKERS"));
  EXPECT_THAT(LineOf(answer.out, "http.listen"), testing::ContainsRegex("127.0.0.1:3 +flag"));
  EXPECT_THAT(LineOf(answer.out, "log.level"), testing::ContainsRegex("info +default"));
}

TEST_F(Cli, ConfigShowHidesSecrets) {
  program_.SetEnvironment("RIPOSTE_KAFKA__PROPERTIES", "sasl.password=hunter2");
  for (const char* format : {"text", "json"}) {
    const Answer answer = Run(std::string("config show --format ") + format);
    EXPECT_EQ(answer.exit, 0) << answer.err;
    EXPECT_THAT(answer.out, HasSubstr("(redacted)"));
    EXPECT_THAT(answer.out, Not(HasSubstr("hunter2")));
  }
}

TEST_F(Cli, ConfigShowAsJsonHasEveryKey) {
  const json::Value result = RunJson("config show --format json", 0);
  ASSERT_EQ(ItemsOf(result, "settings").size(), app::Keys().size());
  EXPECT_EQ(TextOf(ItemsOf(result, "settings").front(), "key"), app::Keys().front().name);
  EXPECT_EQ(TextOf(ItemsOf(result, "settings").front(), "origin"), "default");
}

TEST_F(Cli, ConfigShowPrintsWhatTheDocumentsHold) {
  EXPECT_EQ(Run("config show --example").out, app::ExampleFile());
  EXPECT_EQ(Run("config show --table").out, app::MarkdownTable());
}

TEST_F(Cli, Version) {
  EXPECT_THAT(Run("version").out, testing::MatchesRegex("riposte [0-9.]+ \\([0-9a-z]+\\)\n"));
  EXPECT_EQ(TextOf(RunJson("version --format json", 0), "version").empty(), false);
}

// Nothing was kept, so there is nothing to run: told in full before any event is read.
TEST_F(Cli, RunWithBrokenRules) {
  const Answer answer =
      Run("run --rules typo.yaml --brokers 127.0.0.1:1 --set inputs.topics=edr=qualys-edr "
          "--set inputs.start=latest --set state.directory=state --set http.listen=");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, HasSubstr(kTypo));
  EXPECT_THAT(answer.err,
              HasSubstr("riposte: the rules have errors, and no last good set was kept\n"));
}

// Control records of the state directory, as other instances left them.
class ControlShow : public Cli {
 protected:
  struct Instance {
    std::string name, group;
    char set;
    Duration age;
  };
  void Leave(const std::vector<Instance>& instances, const std::string& more = {}) const {
    const Time now = SystemClock().Now();
    std::string text = "{\"records\":[" + more;
    for (const Instance& one : instances) {
      const pipeline::ControlRecord record = app::ToRecord({.instance = one.name,
                                                            .group = one.group,
                                                            .host = "host-" + one.name,
                                                            .version = "0.1.0",
                                                            .sha256 = std::string(64, one.set),
                                                            .rules = 7,
                                                            .last_good = one.set == 'c',
                                                            .since = kTime,
                                                            .run = Uuid::Random(),
                                                            .announced = now - one.age});
      if (text.back() != '[') text += ",";
      json::Writer(text)
          .BeginObject()
          .Field("key", record.key)
          .Field("value", record.value)
          .Field("append_time", FormatTime(record.append_time))
          .EndObject();
    }
    program_.Write("state/control.json", text + "]}");
  }
  static constexpr const char* kShow =
      "control show --set kafka.brokers= --set state.directory=state ";
};

TEST_F(ControlShow, InstancesWithTheirRuleSets) {
  Leave({{"one", "blue", 'a', Duration(0)},
         {"two", "blue", 'b', std::chrono::seconds(70)},
         {"dead", "blue", 'a', std::chrono::hours(2)},
         {"three", "green", 'c', Duration(0)}});
  const Answer answer = Run(kShow);
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out,
              StartsWith("enforcement: not stopped (nobody said anything)\n"
                         "rule sets: group 'blue': 2 live instances, 2 DIFFERENT sets\n"
                         "rule sets: group 'green': 1 live instance, set cccccccccccc\n"));
  EXPECT_THAT(answer.out,
              HasSubstr("  ruleset/one  set aaaaaaaaaaaa, 7 rules, since "
                        "2026-01-01T00:00:00.000Z, version 0.1.0, on host-one, announced "));
  EXPECT_THAT(answer.out,
              testing::ContainsRegex("ruleset/two  .*: DIFFERS from another instance\n"));
  EXPECT_THAT(answer.out,
              testing::ContainsRegex("ruleset/dead  .*announced 2h ago: STALE, not counted\n"));
  EXPECT_THAT(answer.out, testing::ContainsRegex(
                              "ruleset/three  .*, the LAST GOOD set, announced [0-9]+m?s ago\n"));

  std::map<std::string, json::Value> records;
  const json::Value shown = RunJson(std::string(kShow) + "--format json", 0);
  ASSERT_NE(shown.as_array(), nullptr);
  for (const json::Value& record : *shown.as_array()) records[TextOf(record, "key")] = record;
  const auto is = [&](const std::string& instance, std::string_view member) {
    const json::Value* const found = records["ruleset/" + instance].Find(member);
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
  };
  EXPECT_TRUE(is("one", "live") && is("one", "differs"));
  EXPECT_TRUE(is("two", "live") && is("two", "differs"));
  EXPECT_FALSE(is("dead", "live") || is("dead", "differs"));
  EXPECT_TRUE(is("three", "live"));
  EXPECT_FALSE(is("three", "differs")) << "another group";
  EXPECT_GE(NumberOf(records["ruleset/two"], "age_seconds"), 70);
  EXPECT_EQ(NumberOf(*records["ruleset/two"].Find("value"), "rules"), 7);
}

// What somebody else wrote is shown, and does not reach the terminal as it is.
TEST_F(ControlShow, GarbageIsCountedAndHarmless) {
  Leave(
      {{"one", "blue", 'a', Duration(0)}},
      R"({"key":"ruleset/x\u001b[2J","value":"\u001b[31m?","append_time":"2026-01-01T00:00:00Z"})");
  const Answer answer = Run(kShow);
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out,
              HasSubstr("rule sets: 1 records of instances cannot be read, or are too many\n"));
  EXPECT_THAT(answer.out, HasSubstr("ruleset/x [2J   [31m?\n"));
  EXPECT_THAT(answer.out, Not(HasSubstr("\x1b")));
}

// By the control records of the state directory, since no broker is configured.
TEST_F(ControlShow, ARuleIsArmedEarly) {
  const std::string configuration = "--set kafka.brokers= --set state.directory=state ";
  const rule::RuleSetPtr rules =
      app::LoadRuleSet({program_.path() + "/good.yaml"}, test::ShippedSchema()).rules;
  ASSERT_NE(rules, nullptr);
  const std::string id = rules->rules.front().id.ToString();
  const std::string arm = "control arm " + id + " --rules good.yaml --by ann ";
  const Answer answer = Run(arm + "--comment 'watched it' " + configuration);
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_EQ(answer.out,
            "'Start of bad.exe' enforces from now on, for events that come from now on\n");
  EXPECT_EQ(answer.err, "");
  EXPECT_THAT(Run(kShow).out, testing::ContainsRegex("arming/" + id + "  .*\"by\":\"ann\""));
}

TEST_F(Cli, APeerThatCannotBeReached) {
  const Answer answer = Run("control show --brokers 127.0.0.1:1");
  EXPECT_EQ(answer.exit, 4);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, HasSubstr("riposte: topic 'riposte.control' could not be read"));
}

// A broker is not there, and the program waits for it.
const std::vector<std::string> kRun = {"run",
                                       "--rules",
                                       "rules",
                                       "--brokers",
                                       "127.0.0.1:1",
                                       "--set",
                                       "inputs.topics=edr=qualys-edr",
                                       "--set",
                                       "inputs.start=latest",
                                       "--set",
                                       "state.directory=state",
                                       "--set",
                                       "http.listen=127.0.0.1:0"};

// Signals reach the running program: SIGHUP reads the rules again, also those that were read and
// refused before; SIGTERM and SIGINT end it well. It runs without its broker, too.
TEST_F(Cli, RunAnswersSignals) {
  for (const int stop : {SIGTERM, SIGINT}) {
    program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
    const std::unique_ptr<test::Running> running = program_.Start(kRun);
    ASSERT_TRUE(running->WaitForLog("\"code\":\"rules-live\""));
    ASSERT_TRUE(running->WaitForLog("\"code\":\"started\""));
    test::ReplaceFile(program_.path() + "/rules/bad.yaml", test::kBrokenFile);
    ASSERT_TRUE(running->WaitForLog("\"code\":\"rules-refused\""));
    running->Send(SIGHUP);
    ASSERT_TRUE(running->WaitForLog("\"code\":\"reload-asked\""));
    ASSERT_TRUE(running->WaitForLog("\"code\":\"rules-refused\""));
    test::ReplaceFile(program_.path() + "/rules/bad.yaml", test::RuleFile("worse.exe"));
    ASSERT_TRUE(running->WaitForLog("\"code\":\"rules-live\""));
    running->Send(stop);
    ASSERT_TRUE(running->WaitForLog("\"code\":\"stopped\""));
    EXPECT_EQ(running->Wait(), 0);
  }
}

// A start with a broken folder serves what was kept, and says so in the log.
TEST_F(Cli, RunServesTheLastGoodSet) {
  program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
  {
    const std::unique_ptr<test::Running> good = program_.Start(kRun);
    ASSERT_TRUE(good->WaitForLog("\"code\":\"started\""));
    good->Send(SIGTERM);
    EXPECT_EQ(good->Wait(), 0);
  }
  program_.Write("rules/bad.yaml", test::kBrokenFile);
  const std::unique_ptr<test::Running> broken = program_.Start(kRun);
  EXPECT_TRUE(broken->WaitForLog(
      "\"level\":\"error\",\"component\":\"rules\",\"code\":\"last-good-live\""));
  EXPECT_TRUE(broken->WaitForLog("\"code\":\"started\""));
  broken->Send(SIGTERM);
  EXPECT_EQ(broken->Wait(), 0);
}

// A crash ends it by the signal, as ever, and is told. What another process sent is no crash on a
// record.
TEST_F(Cli, RunTellsThatItCrashes) {
  program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
  const std::unique_ptr<test::Running> running = program_.Start(kRun);
  ASSERT_TRUE(running->WaitForLog("\"code\":\"started\""));
  running->Send(SIGABRT);
  EXPECT_TRUE(running->WaitForLog("riposte: SIGABRT, sent by another process\n"));
  EXPECT_EQ(running->Wait(), -1);
  EXPECT_EQ(test::ReadFile(program_.path() + "/state/crashes"), "");
}

// Without a place for what must survive it goes on, and says what is lost.
TEST_F(Cli, RunGoesOnWhereCrashesCannotBeCounted) {
  program_.Write("rules/bad.yaml", test::RuleFile("bad.exe"));
  program_.Write("state", "a file");
  const std::unique_ptr<test::Running> running = program_.Start(kRun);
  EXPECT_TRUE(running->WaitForLog(
      "\"level\":\"error\",\"component\":\"state\",\"code\":\"crashes-not-counted\""));
  EXPECT_TRUE(running->WaitForLog("\"code\":\"started\""));
  running->Send(SIGTERM);
  EXPECT_EQ(running->Wait(), 0);
}

// Logs are no results, and the level that is asked for holds.
TEST_F(Cli, LogsGoToStderr) {
  const std::string arguments =
      "run --rules typo.yaml --brokers 127.0.0.1:1 --set inputs.topics=edr=qualys-edr "
      "--set inputs.start=latest --set state.directory=state --set http.listen= ";
  EXPECT_THAT(Run(arguments + "--log-level error").err, HasSubstr("\"code\":\"rules-refused\""));
  EXPECT_THAT(Run(arguments + "--log-level error").err, Not(HasSubstr("\"level\":\"info\"")));
  EXPECT_THAT(Run(arguments + "--log-format text").err, Not(HasSubstr("{\"ts\"")));
  EXPECT_EQ(Run(arguments + "--log-level loud").exit, 3);
}

}  // namespace
}  // namespace riposte
