#include "rules/rule/trigger_sequence.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::UnexpectedOfTrigger;

constexpr char kFile[] = "{query: 'type: FILE'}";
constexpr char kAbsent[] = "{absent: 'type: PROCESS'}";

// A criterion with these steps, which blanks separate in the text.
std::string Wrong(const std::string& criterion, const std::vector<std::string>& steps,
                  std::string_view codes) {
  std::string text = "{" + criterion + ": {within: 5m, steps: [";
  for (const std::string& step : steps) text += (text.back() == '[' ? "" : ", ") + step;
  return UnexpectedOfTrigger(text + "]}}", codes);
}

std::string Marked(const std::string& step) { return "^" + step; }

TEST(ReadSequence, Absences) {
  EXPECT_EQ(Wrong("sequence", {kFile, kAbsent}, ""), "");
  EXPECT_EQ(Wrong("sequence", {kFile, kAbsent, kFile, kAbsent}, ""), "");
  EXPECT_EQ(Wrong("sequence", {Marked(kAbsent), kFile}, "absent-order"), "");
  EXPECT_EQ(Wrong("sequence", {kFile, kAbsent, Marked(kAbsent), Marked(kAbsent)},
                  "absent-order absent-order"),
            "");
  EXPECT_EQ(Wrong("sequence", {Marked(kAbsent), kAbsent}, "only-absent"), "");
}

TEST(ReadSequence, AsksForMoreThanOneEvent) {
  EXPECT_EQ(Wrong("sequence", {Marked(kFile)}, "single-step"), "");
  EXPECT_EQ(Wrong("sequence", {"{query: 'type: FILE', at_least: 2}"}, ""), "");
}

TEST(ReadSequence, AllThatIsWrong) {
  EXPECT_EQ(UnexpectedOfTrigger("{^^sequence: {}}", "missing-key missing-key"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{sequence: ^[]}", "wrong-type"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{sequence: {within: ^32d, steps: [^{absent: 'type: FILE'}, "
                                "{query: '^typ: FILE'}], ^group_by: []}}",
                                "span-out-of-range absent-order unknown-token unknown-key"),
            "");
}

TEST(ReadUnordered, StepsInAnyOrder) {
  EXPECT_EQ(Wrong("unordered", {kAbsent, kAbsent, kFile}, ""), "");
  EXPECT_EQ(Wrong("unordered", {Marked(kAbsent)}, "only-absent"), "");
  EXPECT_EQ(Wrong("unordered", {Marked(kFile)}, "single-step"), "");
  const test::Loaded loaded = test::LoadTrigger(
      "{unordered: {within: 90s, steps: [{query: 'type: FILE', at_least: 100}]}}");
  const Unordered& unordered = std::get<Unordered>(loaded.rule().trigger);
  EXPECT_EQ(unordered.within, Duration{90'000});
  EXPECT_EQ(unordered.steps.size(), 1u);
}

TEST(ReadUnordered, AllThatIsWrong) {
  EXPECT_EQ(UnexpectedOfTrigger("{^^unordered: {}}", "missing-key missing-key"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{unordered:^ }", "empty-value"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{unordered: {within: ^999ms, steps: [{query: 'type: FILE'}, "
                                "{query: 'type: FILE'}], ^until: 'type: FILE'}}",
                                "span-out-of-range unknown-key"),
            "");
}

}  // namespace
}  // namespace riposte::rule
