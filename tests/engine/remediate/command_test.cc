#include "engine/remediate/command.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"
#include "tests/support/golden.h"

namespace riposte::remediate {
namespace {

ProcessTarget ProcessOf(int64_t pid, std::string image) {
  ProcessTarget process;
  process.pid = pid;
  process.image = std::move(image);
  return process;
}

using test::TimeAt;

Command Base(Action action) {
  Command command;
  command.id = Uuid::V5(Uuid{}, "command");
  command.action = action;
  command.asset = {.id = "A1", .name = "WIN7", .platform = "Windows"};
  command.rule_id = Uuid::V5(Uuid{}, "rule");
  command.rule_name = "A \"rule\"";
  command.rule_version = "v1";
  command.severity = rule::Severity::kCritical;
  command.firing_id = Uuid::V5(Uuid{}, "firing");
  command.event_ids = {"e1", "e2"};
  command.mode = Mode::kEnforce;
  command.issued_at = TimeAt("2026-11-25T01:00:00Z");
  command.not_after = TimeAt("2026-11-25T02:00:00.5Z");
  return command;
}

TEST(CommandTest, TheNamesAreThoseOfTheSchema) {
  EXPECT_EQ(ActionName(Action::kKillProcess), "kill_process");
  EXPECT_EQ(ActionName(Action::kQuarantineFile), "quarantine_file");
  EXPECT_EQ(ActionName(Action::kDeleteFile), "delete_file");
  EXPECT_EQ(ActionName(Action::kIsolateAsset), "quarantine_asset");
  EXPECT_EQ(ActionName(Action::kUnquarantineFile), "unquarantine_file");
  EXPECT_EQ(ActionName(Action::kReleaseAsset), "release_asset");
  EXPECT_EQ(ModeName(Mode::kDryRun), "dry_run");
  EXPECT_EQ(ModeName(Mode::kEnforce), "enforce");
}

TEST(CommandTest, DescribesTheTargetForPeople) {
  Command kill = Base(Action::kKillProcess);
  kill.process = ProcessOf(4711, "C:\\x\\evil.exe");
  EXPECT_EQ(DescribeTarget(kill), "C:\\x\\evil.exe (pid 4711)");
  kill.process->tree = true;
  EXPECT_EQ(DescribeTarget(kill), "C:\\x\\evil.exe (pid 4711) and its descendants");
  kill.process->image.clear();
  EXPECT_EQ(DescribeTarget(kill), "process (pid 4711) and its descendants");

  Command kill_by_file = Base(Action::kKillProcess);
  kill_by_file.file = FileTarget{.path = "/tmp/x", .sha256 = "ab"};
  EXPECT_EQ(DescribeTarget(kill_by_file), "processes of /tmp/x");
  Command quarantine = kill_by_file;
  quarantine.action = Action::kQuarantineFile;
  EXPECT_EQ(DescribeTarget(quarantine), "/tmp/x");

  Command isolate = Base(Action::kIsolateAsset);
  EXPECT_EQ(DescribeTarget(isolate), "host WIN7");
  isolate.asset.name.clear();
  EXPECT_EQ(DescribeTarget(isolate), "host A1");
}

TEST(CommandTest, WritesAProcessAsItsIdentity) {
  Command kill = Base(Action::kKillProcess);
  kill.process = ProcessTarget{.pid = 4711,
                               .started_at = TimeAt("2026-11-25T00:59:00Z"),
                               .started_not_after = {},
                               .guid = {},
                               .image = "C:\\x\\evil.exe",
                               .sha256 = "ab",
                               .tree = false};
  EXPECT_EQ(
      ToJson(kill),
      R"({"id":")" + kill.id.ToString() +
          R"(","action":"kill_process","asset":{"id":"A1","name":"WIN7","platform":"Windows"},)"
          R"("process":{"pid":4711,"started_at":"2026-11-25T00:59:00.000Z",)"
          R"("image":"C:\\x\\evil.exe","sha256":"ab","tree":false},)"
          R"("rule":{"id":")" +
          kill.rule_id.ToString() + R"(","name":"A \"rule\"","version":"v1"},"firing":{"id":")" +
          kill.firing_id.ToString() +
          R"(","event_ids":["e1","e2"]},"severity":"critical","mode":"enforce",)"
          R"("issued_at":"2026-11-25T01:00:00.000Z","not_after":"2026-11-25T02:00:00.500Z"})");
}

TEST(CommandTest, WritesAFileOrNothingButTheAsset) {
  Command quarantine = Base(Action::kQuarantineFile);
  quarantine.file = FileTarget{.path = "/tmp/x", .sha256 = "ab"};
  const std::string json = ToJson(quarantine);
  EXPECT_NE(json.find(R"("file":{"path":"/tmp/x","sha256":"ab"})"), std::string::npos) << json;
  EXPECT_EQ(json.find("process\":"), std::string::npos) << json;

  const std::string isolate = ToJson(Base(Action::kIsolateAsset));
  EXPECT_EQ(isolate.find("\"file\""), std::string::npos) << isolate;
  EXPECT_EQ(isolate.find("\"process\""), std::string::npos) << isolate;
}

TEST(CommandTest, Golden) {
  Command kill = Base(Action::kKillProcess);
  kill.process = ProcessOf(4711, "C:\\Users\\u\\evil.exe");
  kill.process->started_at = TimeAt("2026-11-25T00:59:00Z");
  kill.process->sha256 = std::string(64, 'a');
  test::ExpectGolden("command.kill-process.json", ToJson(kill));
  kill.process->started_at.reset();
  kill.process->started_not_after = TimeAt("2026-11-25T00:59:30Z");
  kill.process->guid = "3f2504e0-4f89-11d3";
  kill.process->tree = true;
  test::ExpectGolden("command.kill-tree.json", ToJson(kill));
  Command file = Base(Action::kKillProcess);
  file.file = FileTarget{.path = "/tmp/\xc3\xa9vil", .sha256 = std::string(64, 'b')};
  test::ExpectGolden("command.kill-by-file.json", ToJson(file));
  file.action = Action::kQuarantineFile;
  test::ExpectGolden("command.quarantine-file.json", ToJson(file));
  test::ExpectGolden("command.quarantine-asset.json", ToJson(Base(Action::kIsolateAsset)));
}

}  // namespace
}  // namespace riposte::remediate
