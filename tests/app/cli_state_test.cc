// `riposte state` through the built program, on stores that the tests write.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/state/birth.h"
#include "engine/state/rocks_store.h"
#include "engine/state/state_key.h"
#include "tests/app/program.h"
#include "tests/app/task_state.h"

namespace riposte {
namespace {

using test::Answer;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01
constexpr Duration kMinute{60'000};

class CliState : public testing::Test {
 protected:
  CliState() {
    program_.Write("rules/window.yaml", test::WindowRuleFile());
    program_.Write("riposte.yaml", "state:\n  directory: state\n");
    rules_ = test::WindowRules(program_.path() + "/rules");
    Write("riposte.lab-0", {state::BirthOf(birth_)});
    Write("riposte.lab-0", test::ClockChanges(kTime));
    Write("riposte.lab-0", test::WindowChanges(*rules_, {"pc-1", "bad.exe"},
                                               {kTime, kTime + kMinute, kTime + 2 * kMinute}));
    Write("riposte.lab-0", test::WindowChanges(*rules_, {"pc-2", "bad.exe"}, {kTime}));
  }
  void Write(const std::string& store, const std::vector<state::Change>& changes) const {
    test::WriteStore(program_.path() + "/state/tasks", store, changes,
                     {.changelog_birth = birth_, .changelog_next = 1042, .written_at = kTime});
  }
  Answer Run(const std::string& arguments) const { return program_.Run(arguments); }
  json::Value RunJson(const std::string& arguments, int exit) const {
    const Answer answer = Run(arguments + " --format json");
    EXPECT_EQ(answer.exit, exit) << answer.err;
    Result<json::Value> value = json::Parse(answer.out);
    EXPECT_TRUE(value.ok()) << answer.out;
    return value.ok() ? std::move(value).value() : json::Value();
  }

  const Uuid birth_ = *Uuid::Parse("3f2a0c1d-6e0c-4c1e-9c51-2f5d6a9f3c10");
  test::Program program_;
  rule::RuleSetPtr rules_;
};

const json::Value& At(const json::Value& value, std::string_view key) {
  static const json::Value kNone;
  const json::Value* const found = value.Find(key);
  return found == nullptr ? kNone : *found;
}
const json::Value& At(const json::Value& value, size_t index) {
  static const json::Value kNone;
  const json::Array* const array = value.as_array();
  return array == nullptr || index >= array->size() ? kNone : (*array)[index];
}

TEST_F(CliState, TellsWhatAStoreHolds) {
  const Answer answer = Run("state inspect state --rules rules");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("/state/tasks/riposte.lab-0\n"));
  EXPECT_THAT(answer.out,
              HasSubstr("format 1, changelog 3f2a0c1d-6e0c-4c1e-9c51-2f5d6a9f3c10, next offset "
                        "1042, written at 2026-01-01T00:00:00.000Z\n"));
  EXPECT_THAT(answer.out,
              HasSubstr("clock: 2026-01-01T00:00:00.000Z, input winlog/0 at 2026-01-01T"));
  EXPECT_THAT(answer.out, HasSubstr("4 records, "));
  EXPECT_THAT(answer.out, HasSubstr("Many starts (7d1b0e6a-3c55-4f0e-9a86-0d1f5a3b9c01)\n"));
  EXPECT_THAT(answer.out, HasSubstr("  pc-1, bad.exe\n"));
}

TEST_F(CliState, TellsItAsJson) {
  const json::Value document = RunJson("state inspect state --rules rules", 0);
  const json::Value& store = At(At(document, "stores"), 0);
  EXPECT_EQ(At(store, "format"), json::Value(1));
  EXPECT_EQ(At(At(store, "mark"), "changelog_next"), json::Value(1042));
  EXPECT_EQ(At(At(store, "clock"), "watermark"), json::Value("2026-01-01T00:00:00.000Z"));
  EXPECT_EQ(At(store, "records"), json::Value(4));
  const json::Value& window = At(At(store, "definitions"), 1);
  EXPECT_EQ(At(window, "kind"), json::Value("window"));
  EXPECT_EQ(At(window, "rule_name"), json::Value("Many starts"));
  EXPECT_EQ(At(window, "groups"), json::Value(2));
  EXPECT_EQ(At(At(window, "largest"), 0).Find("group")->as_array()->size(), 2u);
}

TEST_F(CliState, TellsWhatIsSilent) {
  program_.Write("rules/window.yaml",
                 test::WindowRuleFile() +
                     "---\nid: 7d1b0e6a-3c55-4f0e-9a86-0d1f5a3b9c02\nname: Quiet\nseverity: low\n"
                     "query: 'process.name: `bad.exe`'\ntrigger: {single_match: {}}\nsuppress: "
                     "{by: [asset.id], for: 1h}\n");
  rules_ = test::WindowRules(program_.path() + "/rules");
  Write("riposte.lab-0", test::SilencedChanges(rules_, "pc-9", kTime));
  const std::string inspect = "state inspect state --rules rules --group pc-9";
  const Answer answer = Run(inspect);
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("Quiet (7d1b0e6a-3c55-4f0e-9a86-0d1f5a3b9c02)\n"));
  EXPECT_THAT(answer.out, HasSubstr("group 'pc-9' of 'Quiet': "));
  EXPECT_THAT(
      answer.out,
      HasSubstr("silent   since 2026-01-01T00:00:00.000Z: 1 alerts; 0 targets were told\n"));
  const json::Value document = RunJson(inspect, 0);
  const json::Value& group = At(At(At(At(document, "stores"), 0), "groups"), 0);
  EXPECT_EQ(At(At(group, "state"), "silenced"), json::Value(1));
  EXPECT_EQ(At(group, "rule_name"), json::Value("Quiet"));
}

TEST_F(CliState, ShowsOneGroup) {
  const Answer answer =
      Run("state inspect state --rules rules --rule 'Many starts' --group 'PC-1, bad.exe'");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("group 'pc-1, bad.exe' of 'Many starts': "));
  EXPECT_THAT(answer.out,
              HasSubstr("kept     3, from 2026-01-01T00:00:00.000Z to 2026-01-01T00:02:00.000Z\n"
                        "      2026-01-01T00:00:00.000Z  E1\n"));
  const json::Value document =
      RunJson("state inspect state --rules rules --group 'pc-2, bad.exe'", 0);
  const json::Value& group = At(At(At(At(document, "stores"), 0), "groups"), 0);
  EXPECT_EQ(At(At(At(At(group, "state"), "kept"), 0), "event"), json::Value("E1"));
}

TEST_F(CliState, WithoutRulesItDoesNotGuess) {
  const Answer answer = Run("state inspect state --group 'pc-1, bad.exe'");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("(see --rules)"), HasSubstr("--rules PATH\n")));
  program_.Write("rules/window.yaml", test::WindowRuleFile() + "enabled: true\n");
  EXPECT_THAT(Run("state inspect state --rules rules").out, HasSubstr("Many starts ("));
  std::string other = test::WindowRuleFile();
  other.replace(other.find("10m"), 3, "11m");
  program_.Write("rules/window.yaml", other);
  EXPECT_THAT(Run("state inspect state --rules rules").out,
              HasSubstr("UNKNOWN: no rule of these has it"));
}

TEST_F(CliState, AStoreItselfAndTheConfiguredDirectoryAreTaken) {
  EXPECT_EQ(Run("state inspect state/tasks/riposte.lab-0").exit, 0);
  EXPECT_EQ(Run("state inspect state/tasks/riposte.lab-0/").exit, 0);
  const Answer answer = Run("state inspect --config riposte.yaml");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("riposte.lab-0"));
}

TEST_F(CliState, WhatIsNotThereIsToldWithTheNearest) {
  Answer answer = Run("state inspect stat");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("stat: No such file or directory; did you mean 'state'?\n"));
  answer = Run("state inspect rules");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("rules: there is no store in it; "));
  answer = Run("state inspect state --group 'pc-3, bad.exe'");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_THAT(answer.err, HasSubstr("there is no group 'pc-3, bad.exe'; did you mean 'pc-"));
  answer = Run("state inspect state --rules rules --rule 'Many stars'");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'Many starts'?"));
  EXPECT_THAT(answer.out, IsEmpty());
  answer = Run("state inspect state --rule 'Many starts'");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("without --rules it is the beginning of a definition"));
}

TEST_F(CliState, ARuleThatIsAskedForHidesTheOthers) {
  const Answer none = Run("state inspect state --rule 0000");
  EXPECT_EQ(none.exit, 0) << none.err;
  EXPECT_THAT(none.out, Not(HasSubstr("pc-1")));
  const state::DefinitionId definition =
      state::ParseRecordKey(test::WindowChanges(*rules_, {"a", "b"}, {kTime}).front().key)
          ->key.definition;
  const Answer hex = Run(fmt::format("state inspect state --rule {:02x}",
                                     fmt::join(std::span(definition).first(4), "")));
  EXPECT_THAT(hex.out, HasSubstr("pc-1"));
}

// Another process has it open: the one of this test.
TEST_F(CliState, AStoreThatIsInUseIsReadAndNotChanged) {
  state::RocksStores stores({.directory = program_.path() + "/state/tasks"});
  const Result<state::RocksStores::Opened> opened = stores.Open("riposte.lab-0");
  ASSERT_TRUE(opened.ok());
  const Answer answer = Run("state inspect state --rules rules");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("pc-1, bad.exe"));
  EXPECT_TRUE(opened->store->Apply({}, {}).ok());
}

TEST_F(CliState, RecordsThatCannotBeAreFindings) {
  Write("riposte.lab-0", {{.key = "what", .value = "is this"}});
  std::vector<state::Change> cut = test::WindowChanges(*rules_, {"pc-9", "bad.exe"}, {kTime});
  cut.front().value = "";
  Write("riposte.lab-0", cut);
  const Answer answer = Run("state inspect state");
  EXPECT_EQ(answer.exit, 1);
  EXPECT_THAT(answer.out, AllOf(HasSubstr("DAMAGED: 1 records whose key is none of Riposte's\n"),
                                HasSubstr("DAMAGED: 1 records are of no whole group\n")));
}

TEST_F(CliState, ADamagedStoreSaysWhatToDoAndTheOthersAreTold) {
  Write("riposte.lab-1", {state::BirthOf(birth_)});
  std::ofstream(program_.path() + "/state/tasks/riposte.lab-0/CURRENT", std::ios::trunc)
      << "nonsense\n";
  const Answer answer = Run("state inspect state");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("wipes the store and builds it anew from the changelog"));
  EXPECT_THAT(answer.out, HasSubstr("riposte.lab-1"));
}

TEST_F(CliState, VerifyNeedsABrokerAndAPartition) {
  Answer answer = Run("state verify state --brokers 127.0.0.1:9");
  EXPECT_EQ(answer.exit, 4);
  EXPECT_THAT(answer.err, HasSubstr("riposte.changelog-0 cannot be asked for its extent"));
  answer = Run("state verify state --set kafka.brokers=");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("kafka.brokers is empty"));
  answer = Run("state verify state --partition one");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("--partition: 'one' is no number of a partition\n"));
  answer = Run("state verify stat");
  EXPECT_EQ(answer.exit, 3);
  Write("unnumbered", {state::BirthOf(birth_)});
  answer = Run("state verify state/tasks/unnumbered");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("the name does not end in the number of a task; --partition"));
  answer = Run("state verify state --partition 3");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("--partition is of one store, and state has 2\n"));
}

// What an event brought into a key does not drive the terminal.
TEST_F(CliState, AHostileGroupIsShownEscaped) {
  Write("riposte.lab-0", test::WindowChanges(*rules_, {"\x1b[31mpc", "bad.exe"}, {kTime}));
  EXPECT_THAT(Run("state inspect state").out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace riposte
