#include "engine/guard/scope.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

TEST(ScopeTest, OnlyTheAssetThatTheEventCameFrom) {
  test::GuardFixture fixture;
  EXPECT_EQ(test::Show(Scope().Judge(fixture.command, fixture.context)), "allow");
  fixture.context.event_asset_id = "A2";
  EXPECT_EQ(test::Show(Scope().Judge(fixture.command, fixture.context)), "deny other_asset");
  fixture.context.event_asset_id = "a1";  // ids are exact
  EXPECT_EQ(test::Show(Scope().Judge(fixture.command, fixture.context)), "deny other_asset");
}

TEST(ScopeTest, NoAssetIsNoScope) {
  test::GuardFixture fixture;
  fixture.command.asset.id = {};
  fixture.context.event_asset_id = {};
  EXPECT_EQ(test::Show(Scope().Judge(fixture.command, fixture.context)), "deny other_asset");
}

}  // namespace
}  // namespace riposte::guard
