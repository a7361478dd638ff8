#include "engine/guard/standard.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

std::string Judge(const Chain& chain, const test::GuardFixture& fixture) {
  std::vector<Decision> trail;
  return test::Show(chain.Judge(fixture.command, fixture.context, trail));
}

TEST(StandardChainTest, AllGuardsInTheirOrder) {
  test::GuardFixture fixture;
  std::vector<Decision> trail;
  EXPECT_EQ(test::Show(StandardChain({}).Judge(fixture.command, fixture.context, trail)), "allow");
  std::vector<std::string> names;
  for (const Decision& decision : trail) names.emplace_back(decision.guard);
  EXPECT_EQ(names, (std::vector<std::string>{"kill_switch", "expiry", "duplicate", "protected",
                                             "scope", "mode"}));
}

TEST(StandardChainTest, WhatWouldBeDeniedIsDeniedInADryRunToo) {
  test::GuardFixture fixture;
  fixture.enforcement.enabled = false;
  EXPECT_EQ(Judge(StandardChain({}), fixture), "dry_run enforcement_disabled");
  fixture.command.process->pid = 4;
  EXPECT_EQ(Judge(StandardChain({}), fixture), "deny protected_process");
}

TEST(StandardChainTest, AReplayKnowsNoClockAndNoSwitch) {
  test::GuardFixture fixture;
  fixture.enforcement.enabled = false;
  fixture.arming.armed_at = std::nullopt;
  fixture.context.now += std::chrono::hours(9000);
  EXPECT_EQ(Judge(ReplayChain({}), fixture), "allow");
  fixture.command.process->pid = 4;
  EXPECT_EQ(Judge(ReplayChain({}), fixture), "deny protected_process");
  fixture.command.process->pid = 5;
  fixture.context.event_asset_id = "A2";
  EXPECT_EQ(Judge(ReplayChain({}), fixture), "deny other_asset");
}

TEST(StandardChainTest, AnExplanationAsksForDuplicatesToo) {
  test::GuardFixture fixture;
  fixture.context.now += std::chrono::hours(9000);
  std::vector<Decision> trail;
  EXPECT_EQ(test::Show(ExplainChain({}).Judge(fixture.command, fixture.context, trail)), "allow");
  std::vector<std::string> names;
  for (const Decision& decision : trail) names.emplace_back(decision.guard);
  EXPECT_EQ(names, (std::vector<std::string>{"duplicate", "protected", "scope"}));
}

}  // namespace
}  // namespace riposte::guard
