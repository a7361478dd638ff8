#include "rules/protection/shipped.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace riposte::protection {
namespace {

bool Holds(const std::vector<ProtectedPath>& list, std::string_view path) {
  return std::any_of(list.begin(), list.end(), [&](const ProtectedPath& entry) {
    return entry.pattern.Matches(NormalisePath(path));
  });
}

// The whole table is judged by the guard: tests/engine/guard/protected_test.cc.
TEST(ShippedProtectionTest, EachEntryIsAPattern) {
  EXPECT_GT(ShippedProcesses().size(), 50u);
  EXPECT_GT(ShippedFiles().size(), 100u);
}

TEST(ShippedProtectionTest, SystemFilesStandInBothFolders) {
  EXPECT_TRUE(Holds(ShippedFiles(), R"(C:\Windows\System32\cmd.exe)"));
  EXPECT_TRUE(Holds(ShippedFiles(), R"(D:\Windows\SysWOW64\wbem\wmic.exe)"));
  EXPECT_FALSE(Holds(ShippedFiles(), R"(C:\Temp\cmd.exe)"));
  EXPECT_FALSE(Holds(ShippedProcesses(), R"(C:\Windows\System32\cmd.exe)"));
}

}  // namespace
}  // namespace riposte::protection
