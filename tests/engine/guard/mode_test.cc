#include "engine/guard/mode.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

std::string Judge(const test::GuardFixture& fixture) {
  return test::Show(ModeGuard().Judge(fixture.command, fixture.context));
}

TEST(ModeGuardTest, TheRuleSaysWhetherAnythingIsEnforced) {
  test::GuardFixture fixture;
  EXPECT_EQ(Judge(fixture), "allow");
  fixture.command.mode = remediate::Mode::kDryRun;
  EXPECT_EQ(Judge(fixture), "dry_run rule_dry_run");
}

TEST(ModeGuardTest, ARuleIsDryUntilItsArmingWasReadBackAndHasCome) {
  test::GuardFixture fixture;
  fixture.arming.armed_at = std::nullopt;
  EXPECT_EQ(Judge(fixture), "dry_run not_armed");
  fixture.arming.armed_at = fixture.context.now + Duration(1);
  EXPECT_EQ(Judge(fixture), "dry_run not_armed");
  fixture.arming.armed_at = fixture.context.now;
  EXPECT_EQ(Judge(fixture), "allow");
}

TEST(ModeGuardTest, RecordsFromBeforeTheArmingAreDry) {
  test::GuardFixture fixture;
  fixture.context.now += std::chrono::minutes(5);
  fixture.arming.armed_at = fixture.command.append_time;
  EXPECT_EQ(Judge(fixture), "allow");
  fixture.command.oldest_append_time -= Duration(1);
  EXPECT_EQ(Judge(fixture), "dry_run event_before_arming") << "one of several is older";
}

}  // namespace
}  // namespace riposte::guard
