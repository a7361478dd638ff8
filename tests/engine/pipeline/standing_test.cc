#include "engine/pipeline/standing.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "connectors/memory/connector.h"
#include "engine/guard/arming.h"
#include "engine/guard/enforcement.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/temp_dir.h"

namespace riposte::pipeline {
namespace {

TEST(StandingReaderTest, FollowsTheKillFileAndTheControlRecords) {
  const test::TempDir folder;
  memory::MemoryControl control;
  StandingReader reader({.enabled = true, .kill_file = folder.path() + "/STOP"}, control);
  EXPECT_TRUE(reader.Read().enforcement.enabled);
  const std::string stop = folder.Write("STOP", "");
  EXPECT_FALSE(reader.Read().enforcement.enabled);
  std::filesystem::remove(stop);
  EXPECT_TRUE(reader.Read().enforcement.enabled);
  ASSERT_TRUE(control.Write(guard::EnforcementRecord(false, "ann", "", Time{})).ok());
  EXPECT_FALSE(reader.Read().enforcement.enabled);
  ASSERT_TRUE(control.Write(guard::EnforcementRecord(true, "ann", "", Time{})).ok());
  EXPECT_TRUE(reader.Read().enforcement.enabled);
}

TEST(StandingReaderTest, AsShippedNothingIsEnforced) {
  const memory::MemoryControl control;
  EXPECT_FALSE(StandingReader({}, control).Read().enforcement.enabled);
}

TEST(StandingReaderTest, ArmingCountsOnlyOnceItWasReadBack) {
  const rule::Rule rule = test::KillRule("evil", rule::AutoMode::kEnforce);
  memory::MemoryControl control(true, false);
  StandingReader reader({}, control);
  ASSERT_TRUE(control.Write(guard::EndArmingEarly(rule, "ann", "", TimeFromMs(7))).ok());
  EXPECT_EQ(reader.Read().arming->ArmedAt(rule.id, rule.arming_hash), std::nullopt);
  control.ReadBack();
  EXPECT_EQ(reader.Read().arming->ArmedAt(rule.id, rule.arming_hash), TimeFromMs(7));
}

}  // namespace
}  // namespace riposte::pipeline
