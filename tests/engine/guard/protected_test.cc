#include "engine/guard/protected.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

using remediate::Action;

Protected WithList() {
  ProtectedList list;
  list.processes.push_back({.pattern = PathPattern::Parse(R"(?:\Windows\lsass.exe)").value(),
                            .strength = Strength::kNever});
  list.processes.push_back(
      {.pattern = PathPattern::Parse("/opt/agent/**").value(), .strength = Strength::kFourEyes});
  list.files.push_back(
      {.pattern = PathPattern::Parse("/bin/sh").value(), .strength = Strength::kNever});
  list.assets = {"DC-01", "A9"};
  return Protected(std::move(list));
}

TEST(ProtectedTest, Kills) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"(C:\Users\u\evil.exe)", "allow"},
      {R"(C:\Windows\lsass.exe)", "deny protected_process"},
      {R"(C:\Users\u\lsass.exe)", "allow"},  // the name alone shields nothing
      {"/opt/agent/bin/agent", "deny protected_process"},
      {"/bin/sh", "allow"},  // only the file is protected
      {"lsass.exe", "deny unknown_image"},
      {"", "deny unknown_image"},
  };
  for (const auto& [image, expected] : rows) {
    test::GuardFixture fixture;
    fixture.MakeKill(image);
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)), expected) << image;
    // The same by path and hash.
    fixture.MakeFile(Action::kKillProcess, image);
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)), expected) << image;
  }
}

TEST(ProtectedTest, SystemPids) {
  for (const auto& [pid, expected] :
       std::vector<std::pair<int64_t, std::string>>{{0, "deny protected_process"},
                                                    {1, "deny protected_process"},
                                                    {2, "allow"},
                                                    {3, "allow"},
                                                    {4, "deny protected_process"},
                                                    {5, "allow"}}) {
    test::GuardFixture fixture;
    fixture.command.process->pid = pid;
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)), expected) << pid;
  }
}

TEST(ProtectedTest, Files) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"/tmp/x", "allow"},
      {"/bin/sh", "deny protected_file"},
      {"/tmp/sh", "allow"},
      {R"(C:\Windows\lsass.exe)", "deny protected_file"},  // what may not die may not go
      {"x", "deny protected_file"},
  };
  for (const Action action : {Action::kQuarantineFile, Action::kDeleteFile})
    for (const auto& [path, expected] : rows) {
      test::GuardFixture fixture;
      fixture.MakeFile(action, path);
      EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)), expected) << path;
    }
}

TEST(ProtectedTest, AssetsByIdOrNameForEveryAction) {
  for (const Action action :
       {Action::kKillProcess, Action::kIsolateAsset, Action::kQuarantineFile}) {
    test::GuardFixture fixture;
    fixture.command.action = action;
    fixture.command.file = remediate::FileTarget{.path = "/tmp/x", .sha256 = "ab"};
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)), "allow");
    fixture.command.asset.name = "dc-01";
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)),
              "deny protected_asset");
    fixture.command.asset = {.id = "a9", .name = {}, .platform = {}};
    EXPECT_EQ(test::Show(WithList().Judge(fixture.command, fixture.context)),
              "deny protected_asset");
  }
}

TEST(ProtectedTest, SaysByWhichEntry) {
  test::GuardFixture fixture;
  fixture.MakeKill("/opt/agent/a");
  EXPECT_EQ(WithList().Judge(fixture.command, fixture.context).detail,
            "'/opt/agent/a' is protected by '/opt/agent/**' (needs an approval by two people)");
}

struct ShippedRow {
  std::string path;
  std::string kill, quarantine;
};

TEST(ProtectedTest, WhatShips) {
  const std::string no_kill = "deny protected_process", no_file = "deny protected_file";
  const std::vector<ShippedRow> rows = {
      {R"(C:\Windows\System32\lsass.exe)", no_kill, no_file},
      {R"(C:\WINDOWS\system32\svchost.exe)", no_kill, no_file},
      {R"(\SystemRoot\System32\smss.exe)", no_kill, no_file},
      {R"(C:\Windows\explorer.exe)", no_kill, no_file},
      {R"(C:\Program Files\Qualys\QualysAgent\QualysAgent.exe)", no_kill, no_file},
      {R"(C:\Program Files\Riposte\agent.exe)", no_kill, no_file},
      {"/usr/lib/systemd/systemd", no_kill, no_file},
      {"/usr/sbin/sshd", no_kill, no_file},
      {"/sbin/launchd", no_kill, no_file},
      // Interpreters and shells die; the file stays.
      {R"(C:\Windows\System32\cmd.exe)", "allow", no_file},
      {R"(C:\Windows\SysWOW64\cmd.exe)", "allow", no_file},
      {R"(C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe)", "allow", no_file},
      {R"(C:\Windows\System32\rundll32.exe)", "allow", no_file},
      {"/bin/bash", "allow", no_file},
      {"/usr/bin/python3.11", "allow", no_file},
      // What only has such a name goes.
      {R"(C:\Windows\Temp\svchost.exe)", "allow", "allow"},
      {R"(C:\Users\u\lsass.exe)", "allow", "allow"},
      {R"(C:\Windows\System32\evil.exe)", "allow", "allow"},
      {R"(C:\Windows\System32\..\Temp\cmd.exe)", "allow", "allow"},
      {R"(C:\Users\u\AppData\cmd.exe)", "allow", "allow"},
      {"/tmp/bash", "allow", "allow"},
      {"/usr/bin/python3.11-evil", "allow", "allow"},
  };
  const Protected guard(ProtectedList::Shipped());
  for (const ShippedRow& row : rows) {
    test::GuardFixture fixture;
    fixture.MakeKill(row.path);
    EXPECT_EQ(test::Show(guard.Judge(fixture.command, fixture.context)), row.kill) << row.path;
    fixture.MakeFile(remediate::Action::kQuarantineFile, row.path);
    EXPECT_EQ(test::Show(guard.Judge(fixture.command, fixture.context)), row.quarantine)
        << row.path;
  }
}

}  // namespace
}  // namespace riposte::guard
