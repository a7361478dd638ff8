#include "rules/rule/trigger_section.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

// The codes of a rule whose trigger is `section`, which stands at 6:10.
std::string Codes(const std::string& section) {
  std::string text = test::RuleText(1);
  text.replace(text.find("trigger:"), std::string::npos, "trigger: " + section + "\n");
  return test::LoadText(text).codes();
}

TEST(ReadTrigger, SingleMatch) {
  EXPECT_EQ(Codes("{single_match: {}}"), "");
  EXPECT_EQ(Codes("{single_match: }"), "");
}

TEST(ReadTrigger, CriteriaOfALaterVersionSayWhatTheyAre) {
  for (const char* name : {"count", "scheduled", "sequence", "unordered"})
    EXPECT_EQ(Codes("{" + std::string(name) + ": {}}"), "trigger-not-available@6:11") << name;
  EXPECT_EQ(Codes("{single_match: {}, count: {}}"), "trigger-not-available@6:29");
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
