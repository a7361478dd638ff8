#include "app/guard_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

rule::Rule RuleThat(rule::AutoMode mode) {
  rule::Rule rule;
  rule.remediation.emplace().mode = mode;
  return rule;
}

guard::Decision Allowed(std::string_view guard) {
  return {.verdict = guard::Verdict::kAllow, .guard = guard, .reason = {}, .detail = {}};
}

pipeline::Action Judged(std::vector<guard::Decision> trail) {
  pipeline::Action action;
  action.outcome = pipeline::Outcome::kOrdered;
  action.trail = std::move(trail);
  return action;
}

std::vector<std::string> Show(const pipeline::Action& action, rule::AutoMode mode) {
  std::vector<std::string> out;
  for (const GuardWord& word : GuardWords(action, RuleThat(mode)))
    out.push_back(word.guard + " " + word.verdict + (word.reason.empty() ? "" : " " + word.reason));
  return out;
}

TEST(GuardWords, EachGuardInTheOrderOfTheEngine) {
  EXPECT_THAT(Show(Judged({Allowed("duplicate"), Allowed("protected"), Allowed("scope")}),
                   rule::AutoMode::kEnforce),
              ElementsAre("kill_switch at_run_time", "expiry at_run_time", "duplicate allow",
                          "protected allow", "scope allow", "mode at_run_time"));
}

TEST(GuardWords, WhatADenialLeavesUnasked) {
  EXPECT_THAT(
      Show(Judged({{.verdict = guard::Verdict::kDeny,
                    .guard = "duplicate",
                    .reason = "in_flight",
                    .detail = "d"}}),
           rule::AutoMode::kDryRun),
      ElementsAre("kill_switch at_run_time", "expiry at_run_time", "duplicate deny in_flight",
                  "protected not_asked", "scope not_asked", "mode dry_run rule_dry_run"));
}

TEST(GuardWords, WhatComesBehindTheChain) {
  const std::vector<std::string> words = Show(
      Judged({{.verdict = guard::Verdict::kDeny, .guard = "size", .reason = "r", .detail = {}}}),
      rule::AutoMode::kEnforce);
  EXPECT_EQ(words.back(), "size deny r");
}

TEST(GuardWords, NothingOfARefusal) {
  EXPECT_THAT(GuardWords({}, RuleThat(rule::AutoMode::kEnforce)), IsEmpty());
  EXPECT_EQ(GuardText({}, RuleThat(rule::AutoMode::kEnforce), 2), "");
}

TEST(GuardWords, AsText) {
  const std::string text = GuardText(Judged({{.verdict = guard::Verdict::kHold,
                                              .guard = "protected",
                                              .reason = "needs_approval",
                                              .detail = "\x1b[2J"}}),
                                     RuleThat(rule::AutoMode::kEnforce), 2);
  EXPECT_THAT(text, testing::HasSubstr("\n  protected    hold, needs_approval: \\x1b[2J\n"));
  EXPECT_THAT(text, testing::StartsWith("  kill_switch  at run time: "));
}

}  // namespace
}  // namespace riposte::app
