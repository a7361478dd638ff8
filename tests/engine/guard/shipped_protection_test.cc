#include "engine/guard/shipped_protection.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

struct Row {
  std::string path;
  std::string kill, quarantine;
};

TEST(ShippedProtectionTest, Table) {
  const std::string no_kill = "deny protected_process", no_file = "deny protected_file";
  const std::vector<Row> rows = {
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
  for (const Row& row : rows) {
    test::GuardFixture fixture;
    fixture.MakeKill(row.path);
    EXPECT_EQ(test::Show(guard.Judge(fixture.command, fixture.context)), row.kill) << row.path;
    fixture.MakeFile(remediate::Action::kQuarantineFile, row.path);
    EXPECT_EQ(test::Show(guard.Judge(fixture.command, fixture.context)), row.quarantine)
        << row.path;
  }
}

TEST(ShippedProtectionTest, EachEntryIsAPattern) {
  for (const ShippedPath& entry : ShippedProcesses())
    EXPECT_TRUE(PathPattern::Parse(entry.pattern).ok()) << entry.pattern;
  for (const ShippedPath& entry : ShippedFiles())
    EXPECT_TRUE(PathPattern::Parse(entry.pattern).ok()) << entry.pattern;
  for (const std::string_view name : ShippedWindowsSystemFiles()) EXPECT_FALSE(name.empty());
}

}  // namespace
}  // namespace riposte::guard
