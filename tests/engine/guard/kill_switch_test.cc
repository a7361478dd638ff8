#include "engine/guard/kill_switch.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

TEST(KillSwitchTest, AllowsOnlyWhileEnforcementIsEnabled) {
  test::GuardFixture fixture;
  EXPECT_EQ(test::Show(KillSwitch().Judge(fixture.command, fixture.context)), "allow");
  fixture.enforcement = {.enabled = false, .disabled_because = "stopped by ann"};
  const Decision decision = KillSwitch().Judge(fixture.command, fixture.context);
  EXPECT_EQ(test::Show(decision), "dry_run enforcement_disabled");
  EXPECT_EQ(decision.detail, "stopped by ann");
  EXPECT_EQ(decision.guard, "kill_switch");
}

TEST(KillSwitchTest, WhatIsNotKnownIsDisabled) {
  test::GuardFixture fixture;
  fixture.context.enforcement = nullptr;
  EXPECT_EQ(test::Show(KillSwitch().Judge(fixture.command, fixture.context)),
            "dry_run enforcement_disabled");
}

}  // namespace
}  // namespace riposte::guard
