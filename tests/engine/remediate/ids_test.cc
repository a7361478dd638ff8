#include "engine/remediate/ids.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/engine_fixture.h"

namespace riposte::remediate {
namespace {

ProcessTarget ProcessOf(int64_t pid, std::string image) {
  ProcessTarget process;
  process.pid = pid;
  process.image = std::move(image);
  return process;
}

using test::TimeAt;

// Written down by hand from the layout in ids.h, not by the code under test.
std::string Field(std::string_view text) {
  return std::string("\0\0\0", 3) + static_cast<char>(text.size()) + std::string(text);
}

Command KillOf(const ProcessTarget& process) {
  Command command;
  command.action = Action::kKillProcess;
  command.asset.id = "A1";
  command.rule_id = *Uuid::Parse("0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  command.process = process;
  return command;
}

TEST(IdsTest, FieldsAreLengthPrefixed) {
  EXPECT_EQ(JoinFields({"ab", "", "c"}), std::string("\0\0\0\2ab\0\0\0\0\0\0\0\1c", 15));
  EXPECT_EQ(JoinFields({std::string(300, 'x')}).substr(0, 4), std::string("\0\0\1\x2c", 4));
  // Neighbours cannot trade bytes.
  EXPECT_NE(JoinFields({"ab", "c"}), JoinFields({"a", "bc"}));
}

TEST(IdsTest, TriggerKeys) {
  EXPECT_EQ(TriggerKey("e1", TimeFromMs(1234)), Field("event") + Field("e1") + Field("1234"));
  const Origin origin{
      .topic = "edr", .partition = 3, .offset = 42, .index = 1, .append_time = TimeFromMs(9)};
  EXPECT_EQ(TriggerKey(origin, "{}"), Field("record") + Field("edr") + Field("3") + Field("42") +
                                          Field("1") + Field(Sha256Hex("{}")));
}

TEST(IdsTest, TriggerKeysOfEventsAtHandAndKept) {
  Subject event;
  event.event_id = "e1";
  event.event_time = TimeFromMs(1234);
  event.origin = {
      .topic = "edr", .partition = 3, .offset = 42, .index = 1, .append_time = TimeFromMs(9)};
  event.record = "{}";
  EXPECT_EQ(TriggerKey(event), TriggerKey("e1", TimeFromMs(1234)));
  event.event_id = {};
  EXPECT_EQ(TriggerKey(event), TriggerKey(event.origin, "{}"));
  const std::string digest = Sha256("{}");
  event.record = {};
  event.record_sha256 = digest;
  EXPECT_EQ(TriggerKey(event), TriggerKey(event.origin, "{}"));
}

TEST(IdsTest, TriggerKeysOfWindows) {
  const std::vector<std::string> group = {"A1", ""};
  EXPECT_EQ(TriggerKeyInGroup("key", group),
            Field("group") + Field("key") + Field("A1") + Field(""));
  EXPECT_EQ(TriggerKeyInGroup("key", {}), "key");
  EXPECT_EQ(DeadlineKey(group, TimeFromMs(1234)),
            Field("deadline") + Field("A1") + Field("") + Field("1234"));
  EXPECT_EQ(DeadlineKey({}, TimeFromMs(-1)), Field("deadline") + Field("-1"));
}

TEST(IdsTest, TargetIdentityIsTheStrongestThatIsThere) {
  ProcessTarget process = ProcessOf(7, "C:\\a.exe");
  process.started_not_after = TimeFromMs(2000);
  EXPECT_EQ(
      TargetIdentity(KillOf(process)),
      Field("process") + Field("A1") + Field("started_not_after") + Field("7") + Field("2000"));
  process.started_at = TimeFromMs(1000);
  EXPECT_EQ(TargetIdentity(KillOf(process)),
            Field("process") + Field("A1") + Field("started_at") + Field("7") + Field("1000"));
  process.guid = "G";
  EXPECT_EQ(TargetIdentity(KillOf(process)),
            Field("process") + Field("A1") + Field("guid") + Field("G"));
  process.tree = true;
  EXPECT_EQ(TargetIdentity(KillOf(process)),
            Field("tree") + Field("A1") + Field("guid") + Field("G"));

  Command file = KillOf({});
  file.process.reset();
  file.file = FileTarget{.path = "/x", .sha256 = "ab"};
  EXPECT_EQ(TargetIdentity(file), Field("file") + Field("A1") + Field("/x") + Field("ab"));
  file.file.reset();
  EXPECT_EQ(TargetIdentity(file), Field("asset") + Field("A1"));
}

// Computed from the layout by another implementation (Python's hashlib and uuid). If one of these
// changes, every agent takes repeated commands for new ones: the layout may not change.
TEST(IdsTest, Golden) {
  ProcessTarget process = ProcessOf(4711, "C:\\x\\evil.exe");
  process.started_at = TimeAt("2026-11-25T00:59:00Z");
  Command command = KillOf(process);
  const std::string key = TriggerKey("e1", TimeAt("2026-11-25T01:00:00Z"));
  EXPECT_EQ(FiringId(command.rule_id, "A1", key).ToString(),
            "be02f017-6fa8-521b-a466-14796df19f95");
  EXPECT_EQ(CommandId(command, key).ToString(), "d47b39d1-9e9c-51d0-8960-585462ab30ed");
  command.action = Action::kQuarantineFile;
  command.process.reset();
  command.file = FileTarget{.path = "C:\\x\\evil.exe", .sha256 = "ab"};
  EXPECT_EQ(CommandId(command, key).ToString(), "66dc55e6-cf5d-5f15-a832-bb1ddfec941d");
  command.action = Action::kIsolateAsset;
  command.file.reset();
  EXPECT_EQ(CommandId(command, key).ToString(), "dbb45116-68da-5277-80f9-fc69f209fc61");
}

// Likewise.
TEST(IdsTest, GoldenOfWindows) {
  const Uuid rule = *Uuid::Parse("0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  const Time time = TimeAt("2026-11-25T01:00:00Z");
  const std::vector<std::string> group = {"a1", "m\xc3\xbcnchen"};
  EXPECT_EQ(FiringId(rule, "A1", TriggerKeyInGroup(TriggerKey("e1", time), group)).ToString(),
            "19ca2908-a500-59d9-9572-8805569b516e");
  EXPECT_EQ(FiringId(rule, "a1", DeadlineKey(group, time)).ToString(),
            "908d8d89-0d0e-5682-adb1-5e1f28d3ab56");
  EXPECT_EQ(FiringId(rule, "", DeadlineKey({}, time)).ToString(),
            "248b5e7e-0615-5fb8-b58d-c60236369c7f");
}

TEST(IdsTest, EveryPartOfTheIdentityCounts) {
  ProcessTarget process = ProcessOf(4711, "C:\\x\\evil.exe");
  process.started_at = TimeFromMs(1000);
  const Command command = KillOf(process);
  const Uuid id = CommandId(command, "key");
  EXPECT_EQ(CommandId(command, "key"), id);
  EXPECT_NE(CommandId(command, "other key"), id);

  Command other = command;
  other.asset.id = "A2";
  EXPECT_NE(CommandId(other, "key"), id);
  other = command;
  other.process->pid = 4712;
  EXPECT_NE(CommandId(other, "key"), id);
  other = command;
  other.process->started_at = TimeFromMs(1001);
  EXPECT_NE(CommandId(other, "key"), id);
  other = command;
  other.rule_id = Uuid{};
  EXPECT_NE(CommandId(other, "key"), id);
}

TEST(IdsTest, WhatMayChangeOverTimeDoesNotCount) {
  ProcessTarget process = ProcessOf(4711, "C:\\x\\evil.exe");
  process.started_at = TimeFromMs(1000);
  const Command command = KillOf(process);
  const Uuid id = CommandId(command, "key");
  Command other = command;
  other.rule_version = "another";
  other.rule_name = "renamed";
  other.severity = rule::Severity::kLow;
  other.issued_at = TimeFromMs(5);
  other.not_after = TimeFromMs(6);
  other.mode = Mode::kEnforce;
  other.asset.name = "renamed";
  EXPECT_EQ(CommandId(other, "key"), id);
}

}  // namespace
}  // namespace riposte::remediate
