#include "rules/rule/rule_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A format of the tests, which has the user at `user_path`.
std::string Profile(const std::string& name, const std::string& user_path = "user.id") {
  return "name: " + name +
         "\ndescription: d\nroles:\n  event_type: type\n  event_time: time\n  asset_id: host\n"
         "tokens:\n"
         "  type: {type: keyword, description: k, example: e, path: type, values: [FILE, "
         "PROCESS]}\n"
         "  time: {type: date, description: k, example: e, path: when}\n"
         "  host: {type: keyword, description: k, example: e, path: host.id}\n"
         "  user: {type: keyword, description: k, example: e, path: " +
         user_path + "}\n";
}

RuleSetPtr Load(const std::string& yaml,
                const std::vector<std::string>& profiles = {Profile("a"), Profile("b")}) {
  text::Diagnostics diagnostics;
  std::vector<text::SourcePtr> sources;
  for (const std::string& profile : profiles)
    sources.push_back(std::make_shared<text::Source>("p.yaml", profile));
  const schema::SchemaPtr schema = schema::LoadSchemaFrom(sources, diagnostics);
  EXPECT_NE(schema, nullptr) << text::Render(diagnostics);
  RuleSetPtr set =
      LoadRulesFrom({std::make_shared<text::Source>("rules.yaml", yaml)}, schema, diagnostics);
  EXPECT_NE(set, nullptr) << text::Render(diagnostics);
  return set;
}

constexpr const char* kCount = "trigger: {count: {at_least: 2, within: 1h, distinct: user}}\n";
constexpr const char* kEnforce =
    "description: d\nfalse_positives: [none known]\nremediation:\n  auto: enforce\n"
    "  action: quarantine_asset\n";

std::string RuleYaml(int id, const std::string& more) {
  return "id: " + test::IdOf(id) + "\nname: rule " + std::to_string(id) + "\nseverity: low\n" +
         more;
}
std::string Counting(const std::string& more = "") {
  return RuleYaml(1, "query: 'type: FILE'\n" + std::string(kCount) + more);
}
std::string Changed(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The only change.
RuleChange ChangeOf(const std::string& before, const std::string& after) {
  const std::vector<RuleChange> changes = ChangesOf(*Load(before), *Load(after));
  EXPECT_THAT(changes, SizeIs(1));
  return changes.empty() ? RuleChange() : changes.front();
}

TEST(RuleChangesTest, WhatIsTheSameIsUnchanged) {
  const RuleChange change = ChangeOf(Counting(), Counting());
  EXPECT_EQ(change.kind, ChangeKind::kUnchanged);
  EXPECT_EQ(change.name, "rule 1");
  EXPECT_TRUE(change.has_windows);
  EXPECT_FALSE(change.loses());
}

TEST(RuleChangesTest, WhatWindowsDoNotDependOnKeepsThem) {
  for (const std::string& after :
       {Changed(Counting(), "rule 1", "other"), Changed(Counting(), "low", "high"),
        Changed(Counting(), "1h", "60m"), Counting("tags: [a]\n"), Counting(kEnforce)}) {
    const RuleChange change = ChangeOf(Counting(), after);
    EXPECT_EQ(change.kind, ChangeKind::kKept) << after;
    EXPECT_THAT(change.causes, IsEmpty());
    EXPECT_FALSE(change.loses());
  }
}

TEST(RuleChangesTest, WhatBeginsAnewSaysWhy) {
  RuleChange change = ChangeOf(Counting(), Changed(Counting(), "type: FILE", "not type: FILE"));
  EXPECT_EQ(change.kind, ChangeKind::kAnew);
  EXPECT_THAT(change.causes, ElementsAre(ChangeCause::kQuery));
  EXPECT_TRUE(change.loses());
  change = ChangeOf(Counting(), Changed(Counting(), "1h", "61m"));
  EXPECT_THAT(change.causes, ElementsAre(ChangeCause::kTrigger));
  change = ChangeOf(Counting(),
                    Changed(Changed(Counting(), "at_least: 2", "at_least: 3"), "FILE", "PROCESS"));
  EXPECT_THAT(change.causes, ElementsAre(ChangeCause::kQuery, ChangeCause::kTrigger));
  change = ChangeOf(Counting(), Counting("profiles: [a]\n"));
  EXPECT_THAT(change.causes, ElementsAre(ChangeCause::kProfiles));
}

TEST(RuleChangesTest, AFormatThatHasAFieldElsewhereIsACause) {
  const std::vector<RuleChange> changes =
      ChangesOf(*Load(Counting(), {Profile("a")}), *Load(Counting(), {Profile("a", "user.name")}));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, ChangeKind::kAnew);
  EXPECT_THAT(changes[0].causes, ElementsAre(ChangeCause::kProfiles));
}

TEST(RuleChangesTest, AStepThatAsksForSomethingElseIsNotTheTriggerItself) {
  const std::string sequence =
      RuleYaml(1,
               "trigger:\n  sequence:\n    within: 1h\n    by: [host]\n    steps:\n"
               "      - {name: one, query: 'type: FILE'}\n      - {name: two, query: 'user: ann'}\n"
               "    until: {query: 'user: bob'}\n");
  for (const char* const who : {"ann", "bob"}) {
    const RuleChange change = ChangeOf(sequence, Changed(sequence, who, "eve"));
    EXPECT_EQ(change.kind, ChangeKind::kAnew);
    EXPECT_THAT(change.causes, ElementsAre(ChangeCause::kSteps)) << who;
  }
  EXPECT_THAT(ChangeOf(sequence, Changed(sequence, "1h", "2h")).causes,
              ElementsAre(ChangeCause::kTrigger));
}

TEST(RuleChangesTest, ARuleWithoutWindowsLosesNothing) {
  const std::string single = RuleYaml(1, "query: 'type: FILE'\ntrigger: {single_match: {}}\n");
  const RuleChange change = ChangeOf(single, Changed(single, "FILE", "PROCESS"));
  EXPECT_EQ(change.kind, ChangeKind::kAnew);
  EXPECT_FALSE(change.has_windows);
  EXPECT_FALSE(change.loses());
  // The windows that it has now are new.
  EXPECT_FALSE(ChangeOf(single, Counting()).loses());
  EXPECT_TRUE(ChangeOf(Counting(), single).loses());
}

TEST(RuleChangesTest, ArmingBeginsAnewWithWhatItDependsOn) {
  const std::string single =
      RuleYaml(1, "query: 'type: FILE'\ntrigger: {single_match: {}}\n" + std::string(kEnforce));
  RuleChange change = ChangeOf(single, Changed(single, "low", "high"));
  EXPECT_TRUE(change.enforces);
  EXPECT_FALSE(change.armed_anew);
  EXPECT_FALSE(change.loses());
  change = ChangeOf(single, Changed(single, "FILE", "PROCESS"));
  EXPECT_TRUE(change.armed_anew);
  EXPECT_TRUE(change.loses());
  // It never enforced, or does not any more.
  const std::string dry = Changed(single, "auto: enforce", "auto: dry_run");
  change = ChangeOf(dry, Changed(single, "FILE", "PROCESS"));
  EXPECT_TRUE(change.enforces);
  EXPECT_FALSE(change.armed_anew);
  EXPECT_FALSE(ChangeOf(single, Changed(dry, "FILE", "PROCESS")).armed_anew);
}

TEST(RuleChangesTest, NewAndGoneOnesAndThoseThatAreDisabled) {
  const std::string other = RuleYaml(2, "query: 'type: FILE'\ntrigger: {single_match: {}}\n");
  const std::string both = Counting() + "---\n" + other;
  const std::vector<RuleChange> more = ChangesOf(*Load(other), *Load(both));
  ASSERT_THAT(more, SizeIs(2));
  EXPECT_EQ(more[0].kind, ChangeKind::kNew);
  EXPECT_TRUE(more[0].has_windows);
  EXPECT_FALSE(more[0].loses());
  EXPECT_EQ(more[1].kind, ChangeKind::kUnchanged);
  const std::string disabled = Counting("enabled: false\n") + "---\n" + other;
  for (const std::string& after : {other, disabled}) {
    const std::vector<RuleChange> less = ChangesOf(*Load(both), *Load(after));
    ASSERT_THAT(less, SizeIs(2));
    EXPECT_EQ(less[0].name, "rule 2");
    EXPECT_EQ(less[1].name, "rule 1");
    EXPECT_EQ(less[1].kind, ChangeKind::kGone);
    EXPECT_TRUE(less[1].loses());
  }
  EXPECT_THAT(ChangesOf(*Load(disabled), *Load(disabled)), SizeIs(1));
  EXPECT_EQ(ChangesOf(*Load(disabled), *Load(both))[0].kind, ChangeKind::kNew);
}

TEST(RuleChangesTest, EachHasAName) {
  for (int kind = 0; kind <= static_cast<int>(ChangeKind::kGone); ++kind)
    EXPECT_NE(ChangeName(static_cast<ChangeKind>(kind)), "unknown");
  for (int cause = 0; cause <= static_cast<int>(ChangeCause::kProfiles); ++cause)
    EXPECT_NE(CauseName(static_cast<ChangeCause>(cause)), "unknown");
}

}  // namespace
}  // namespace riposte::rule
