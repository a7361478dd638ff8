#include "engine/guard/duplicate.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

class DuplicateTest : public testing::Test {
 protected:
  DuplicateTest() {
    fixture_.context.orders = &memory_;
    fixture_.command.id.bytes[0] = 1;
    fixture_.MakeFile(remediate::Action::kQuarantineFile, "/tmp/evil");
  }
  Decision Judge() { return Duplicate().Judge(fixture_.command, fixture_.context); }
  std::string Shown() { return test::Show(Judge()); }
  void Remember() { memory_.Remember(fixture_.command, fixture_.context.now); }
  void Report(Reported outcome) {
    EXPECT_TRUE(memory_.Take(
        "A1", {.command_id = fixture_.command.id, .outcome = outcome, .time = fixture_.context.now},
        fixture_.context.now));
  }

  test::GuardFixture fixture_;
  OrderMemory memory_{MemoryOptions{}};
};

TEST_F(DuplicateTest, ACommandIsOrderedOnce) {
  EXPECT_EQ(Shown(), "allow");
  Remember();
  EXPECT_EQ(Shown(), "deny already_ordered");
  EXPECT_EQ(Judge().detail, "this command was ordered before, and is valid until " +
                                FormatTime(fixture_.command.not_after));
  EXPECT_EQ(Judge().guard, "duplicate");
  fixture_.context.now = fixture_.command.not_after + std::chrono::minutes(15);
  EXPECT_EQ(Shown(), "deny already_ordered");
  fixture_.context.now += Duration(1);
  EXPECT_EQ(Shown(), "allow");
}

TEST_F(DuplicateTest, NorIsAnotherOneWithTheSameActionAndTarget) {
  Remember();
  const std::string id = fixture_.command.id.ToString();
  fixture_.command.id.bytes[0] = 2;
  EXPECT_EQ(Shown(), "deny in_flight");
  EXPECT_NE(Judge().detail.find(id), std::string::npos);
  fixture_.command.action = remediate::Action::kKillProcess;
  EXPECT_EQ(Shown(), "allow");
}

TEST_F(DuplicateTest, NorWhileTheEffectIsInForce) {
  Remember();
  Report(Reported::kSucceeded);
  const std::string id = fixture_.command.id.ToString();
  fixture_.command.id.bytes[0] = 2;
  EXPECT_EQ(Shown(), "deny in_force");
  EXPECT_EQ(Judge().detail,
            "command " + id + " did the same at " + FormatTime(fixture_.context.now));
  fixture_.context.event_type = schema::EventType::kFile;
  EXPECT_EQ(Shown(), "deny in_force");
  fixture_.command.event_time += Duration(1);
  EXPECT_EQ(Shown(), "allow") << "it was dropped again";
}

TEST_F(DuplicateTest, AReleasedAssetIsIsolatedAgain) {
  fixture_.command.file.reset();
  fixture_.command.action = remediate::Action::kIsolateAsset;
  Remember();
  Report(Reported::kSucceeded);
  fixture_.command.id.bytes[0] = 2;
  EXPECT_EQ(Shown(), "deny in_force");
  EXPECT_TRUE(memory_.Take("A1", {.command_id = {}, .outcome = Reported::kReleased, .time = {}},
                           fixture_.context.now));
  EXPECT_EQ(Shown(), "allow");
}

TEST_F(DuplicateTest, WhatRunsDryIsNoDuplicate) {
  Remember();
  fixture_.command.mode = remediate::Mode::kDryRun;
  EXPECT_EQ(Shown(), "allow") << "the dry twin of an enforcing rule";
  fixture_.command.mode = remediate::Mode::kEnforce;
  fixture_.arming.armed_at = std::nullopt;
  EXPECT_EQ(Shown(), "allow");
  fixture_.arming.armed_at = Time{};
  fixture_.enforcement.enabled = false;
  EXPECT_EQ(Shown(), "allow");
  fixture_.enforcement.enabled = true;
  EXPECT_EQ(Shown(), "deny already_ordered");
}

TEST_F(DuplicateTest, WithoutAMemoryAllIsAllowed) {
  Remember();
  fixture_.context.orders = nullptr;
  EXPECT_EQ(Shown(), "allow");
}

}  // namespace
}  // namespace riposte::guard
