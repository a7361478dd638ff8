#include "rules/protection/path_pattern.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::protection {
namespace {

TEST(NormalisePathTest, Table) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"(C:\Windows\System32\svchost.exe)", R"(c:\windows\system32\svchost.exe)"},
      {"C:/Windows//System32/svchost.exe", R"(c:\windows\system32\svchost.exe)"},
      {R"(C:\Windows\.\System32\..\Temp\x.exe)", R"(c:\windows\temp\x.exe)"},
      {R"(C:\..\..\x.exe)", R"(c:\x.exe)"},
      {R"(\\?\C:\x.exe)", R"(c:\x.exe)"},
      {R"(\??\C:\x.exe)", R"(c:\x.exe)"},
      {R"(\SystemRoot\System32\smss.exe)", R"(?:\windows\system32\smss.exe)"},
      {R"(\Device\HarddiskVolume3\x.exe)", R"(?:\x.exe)"},
      {R"(\Device\HarddiskVolume3)", ""},
      {R"(\\server\share\x.exe)", R"(\\server\share\x.exe)"},
      {R"(\\?\UNC\server\share\x.exe)", R"(\\server\share\x.exe)"},
      {R"(\x.exe)", R"(?:\x.exe)"},
      {"/usr/bin/../sbin/./sshd", "/usr/sbin/sshd"},
      {"/Usr/Bin/x", "/Usr/Bin/x"},
      {"/", "/"},
      {"svchost.exe", ""},
      {"System", ""},
      {"bin/sh", ""},
      {"C:x.exe", ""},
      {"", ""},
  };
  for (const auto& [path, expected] : rows) EXPECT_EQ(NormalisePath(path), expected) << path;
}

struct Row {
  std::string pattern, path;
  bool matches;
};

TEST(PathPatternTest, Table) {
  const std::vector<Row> rows = {
      {R"(C:\Windows\System32\svchost.exe)", R"(c:\WINDOWS\system32\SVCHOST.EXE)", true},
      {R"(C:\Windows\System32\svchost.exe)", R"(D:\Windows\System32\svchost.exe)", false},
      {R"(?:\Windows\System32\svchost.exe)", R"(D:\Windows\System32\svchost.exe)", true},
      {R"(?:\Windows\System32\svchost.exe)", R"(\SystemRoot\System32\svchost.exe)", true},
      {R"(C:\Windows\System32\svchost.exe)", R"(\SystemRoot\System32\svchost.exe)", true},
      {R"(?:\Windows\System32\svchost.exe)", R"(C:\Windows\Temp\svchost.exe)", false},
      {R"(?:\Windows\System32\svchost.exe)", R"(C:\Windows\System32\..\Temp\svchost.exe)", false},
      {R"(?:\Windows\System32\svchost.exe)", R"(C:\x\Windows\System32\svchost.exe)", false},
      {R"(?:\Windows\System32\svchost.exe)", R"(C:\Windows\System32\svchost.exe.bak)", false},
      {R"(C:\Agent\**)", R"(C:\Agent\bin\a.exe)", true},
      {R"(C:\Agent\**)", R"(C:\Agent\a.exe)", true},
      {R"(C:\Agent\**)", R"(C:\Agent)", false},
      {R"(C:\Agent\**)", R"(C:\Agent2\a.exe)", false},
      {R"(C:\**)", R"(C:\x)", true},
      {R"(C:\Program Files\Python*\python.exe)", R"(C:\Program Files\Python311\python.exe)", true},
      {R"(C:\Program Files\Python*\python.exe)", R"(C:\Program Files\Python\x\python.exe)", false},
      {R"(C:\a\*\**)", R"(C:\a\b\c.exe)", true},
      {R"(C:\a\*\**)", R"(C:\a\c.exe)", false},
      {"/usr/bin/python?", "/usr/bin/python3", true},
      {"/usr/bin/python?", "/usr/bin/python", false},
      {"/usr/bin/python?", "/usr/bin/python/", false},
      {"/usr/bin/python?.??", "/usr/bin/python3.11", true},
      {"/usr/bin/*", "/usr/bin/x", true},
      {"/usr/bin/*", "/usr/bin/x/y", false},
      {"/usr/bin/*a*b", "/usr/bin/xaxaxb", true},
      {"/usr/bin/*a*b", "/usr/bin/xaxax", false},
      {"/usr/bin/sh", "/USR/bin/sh", false},
      {"/usr/lib/systemd/**", "/usr/lib/systemd/systemd-logind", true},
      {"/usr/lib/systemd/**", "/usr/lib/systemd/../../../tmp/x", false},
      {"/**", "/x", true},
  };
  for (const Row& row : rows) {
    const Result<PathPattern> pattern = PathPattern::Parse(row.pattern);
    ASSERT_TRUE(pattern.ok()) << row.pattern;
    EXPECT_EQ(pattern->Matches(NormalisePath(row.path)), row.matches)
        << row.pattern << " on " << row.path;
    EXPECT_EQ(pattern->text(), row.pattern);
  }
}

TEST(PathPatternTest, ANameAloneIsRefused) {
  for (const char* text : {"svchost.exe", "*", "**", "", "bin/sh", "C:svchost.exe"})
    EXPECT_EQ(PathPattern::Parse(text).status().code(), ErrorCode::kInvalidArgument) << text;
}

TEST(PathPatternTest, AHostilePathCostsNoMoreThanTheProductOfTheLengths) {
  const Result<PathPattern> pattern = PathPattern::Parse("/a*a*a*a*a*a*a*a*a*b");
  ASSERT_TRUE(pattern.ok());
  EXPECT_FALSE(pattern->Matches("/" + std::string(200'000, 'a')));
}

}  // namespace
}  // namespace riposte::protection
