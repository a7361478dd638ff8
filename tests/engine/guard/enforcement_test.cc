#include "engine/guard/enforcement.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/golden.h"
#include "tests/support/temp_dir.h"

namespace riposte::guard {
namespace {

pipeline::Control::Snapshot ControlWith(std::string value, bool complete = true) {
  pipeline::Control::Snapshot snapshot;
  snapshot.complete = complete;
  if (!value.empty())
    snapshot.records.push_back(
        {.key = std::string(kEnforcementKey), .value = std::move(value), .append_time = {}});
  return snapshot;
}

struct Row {
  bool configured, kill_file;
  pipeline::Control::Snapshot control;
  std::string because;  // empty: enabled
};

TEST(EnforcementTest, OnOnlyIfNothingSpeaksAgainstIt) {
  const std::vector<Row> rows = {
      {true, false, ControlWith(""), ""},
      {true, false, ControlWith(R"({"state":"on"})"), ""},
      {false, false, ControlWith(R"({"state":"on"})"),
       "the configuration does not enable enforcement"},
      {true, true, ControlWith(R"({"state":"on"})"), "the kill file exists"},
      {true, false, ControlWith(R"({"state":"on"})", false),
       "the control records are not read to their end yet"},
      {true, false, ControlWith(R"({"state":"off","by":"ann","comment":"false alarms"})"),
       "stopped by ann: false alarms"},
      {true, false, ControlWith(R"({"state":"off"})"), "stopped by an operator"},
      {true, false, ControlWith(R"({"state":"maybe"})"),
       "the control record 'enforcement' says neither on nor off"},
      {true, false, ControlWith("on"), "the control record 'enforcement' cannot be read"},
  };
  for (const Row& row : rows) {
    const Enforcement enforcement = JudgeEnforcement(row.configured, row.kill_file, row.control);
    EXPECT_EQ(enforcement.enabled, row.because.empty());
    EXPECT_EQ(enforcement.disabled_because, row.because);
  }
}

TEST(EnforcementTest, TheKillFile) {
  const test::TempDir folder;
  const std::string path = folder.path() + "/STOP";
  EXPECT_FALSE(KillFileExists(""));
  EXPECT_FALSE(KillFileExists(path));
  EXPECT_FALSE(KillFileExists(folder.path() + "/missing/STOP"));
  std::filesystem::create_symlink("/nowhere", path);  // whatever is there
  EXPECT_TRUE(KillFileExists(path));
  EXPECT_TRUE(KillFileExists(std::string(5000, 'x')));  // cannot be looked at
}

TEST(EnforcementTest, WhatIsWrittenIsUnderstood) {
  const Time now = test::TimeAt("2026-11-25T01:00:00Z");
  const pipeline::ControlRecord off = EnforcementRecord(false, "ann", "why \"so\"", now);
  EXPECT_EQ(off.key, "enforcement");
  test::ExpectGolden("control.enforcement-off.json", off.value);
  EXPECT_EQ(JudgeEnforcement(true, false, ControlWith(off.value)).disabled_because,
            "stopped by ann: why \"so\"");
  const pipeline::ControlRecord on = EnforcementRecord(true, "ann", "", now);
  EXPECT_TRUE(JudgeEnforcement(true, false, ControlWith(on.value)).enabled);
}

}  // namespace
}  // namespace riposte::guard
