#include "rules/rule/trigger_section.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::UnexpectedOfTrigger;

// The codes of a rule whose trigger is `section`, which stands at 6:10.
std::string Codes(const std::string& section) {
  return test::LoadText(test::TriggerText(section)).codes();
}

constexpr char kCount[] = "{count: {at_least: 3, within: 15m}}";
constexpr char kScheduled[] = "{scheduled: {daily: , from: 00:00, to: 00:00}}";
constexpr char kSequence[] =
    "{sequence: {within: 5m, steps: [{query: 'type: FILE'}, {query: 'type: PROCESS'}]}}";
constexpr char kUnordered[] =
    "{unordered: {within: 5m, steps: [{query: 'type: FILE'}, {query: 'type: PROCESS'}]}}";

TEST(ReadTrigger, SingleMatch) {
  EXPECT_EQ(Codes("{single_match: {}}"), "");
  EXPECT_EQ(Codes("{single_match: }"), "");
}

TEST(ReadTrigger, EachCriterion) {
  for (const char* section : {"{single_match: }", kCount, kScheduled, kSequence, kUnordered}) {
    const test::Loaded loaded = test::LoadTrigger(section);
    const std::string name(CriterionName(loaded.rule().trigger));
    EXPECT_EQ(std::string(section).find(name), 1u) << section;
  }
}

TEST(ReadTrigger, HasOneCriterion) {
  EXPECT_EQ(UnexpectedOfTrigger("{single_match: {}, ^count: {}}", "two-criteria"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {}, ^sequence: {}, ^unordered: {}}",
                                "two-criteria two-criteria"),
            "");
}

TEST(ReadTrigger, WhatIsNoTrigger) {
  EXPECT_EQ(Codes("{single-match: {}}"), "unknown-trigger@6:11");
  EXPECT_EQ(Codes("{always: {}, counts: {}}"), "unknown-trigger@6:11 unknown-trigger@6:23");
  EXPECT_EQ(Codes("single_match"), "wrong-type@6:10");
  EXPECT_EQ(Codes("[single_match]"), "wrong-type@6:10");
  EXPECT_EQ(Codes(""), "empty-value@6:9");
  EXPECT_EQ(Codes("{}"), "empty-value@6:10");
  EXPECT_EQ(Codes("{single_match: true}"), "wrong-type@6:25");
  EXPECT_EQ(Codes("{single_match: {within: 5m, x: 1}}"), "unknown-key@6:26 unknown-key@6:38");
}

}  // namespace
}  // namespace riposte::rule
