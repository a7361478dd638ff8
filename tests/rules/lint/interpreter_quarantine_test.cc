#include "rules/lint/interpreter_quarantine.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Found(const std::string& query, const std::string& mode = "dry_run",
                  const std::string& action = "kill_process_and_quarantine_file") {
  return test::Lint({.query = query, .mode = mode, .action = action}, "interpreter-quarantine");
}

TEST(InterpreterQuarantine, OfTheFileItself) {
  EXPECT_EQ(Found("type: FILE and file.name: `powershell.exe`"),
            "warning interpreter-quarantine `file.name: `powershell.exe``");
  for (const char* query :
       {"file.name: [`cmd.exe`, `wscript.exe`]", R"(file.fullPath: "*\cmd.exe" and type: FILE)",
        R"(file.fullPath: `c:\windows\system32\CMD.exe`)", "file.fullPath: `/bin/bash`"})
    EXPECT_FALSE(Found(query).empty()) << query;
}

TEST(InterpreterQuarantine, LeavesAlone) {
  for (const char* query :
       {"file.name: `evil.exe`", "file.name: [`cmd.exe`, `evil.exe`]",
        "process.name: `powershell.exe`", R"(file.fullPath: `C:\Users\u\cmd.exe`)",
        R"(file.name: `cmd.exe` and file.fullPath: "C:\Users\*")",
        "file.name: `cmd.exe` or file.hash.md5: `d41d8cd98f00b204e9800998ecf8427e`",
        "file.hash.md5: `d41d8cd98f00b204e9800998ecf8427e` and not file.name: `cmd.exe`",
        R"(file.fullPath: "*\Temp\cmd.exe")"})
    EXPECT_EQ(Found(query).find("interpreter-quarantine"), std::string::npos) << query;
  EXPECT_EQ(Found("file.name: `cmd.exe`", ""), "");
  EXPECT_EQ(Found("file.name: `cmd.exe`", "off"), "");
  EXPECT_EQ(Found("file.name: `cmd.exe`", "enforce", "quarantine_asset"), "");
}

TEST(InterpreterQuarantine, OfASigmaRuleThatWasGivenARemediation) {
  const auto found = [](const std::string& item) {
    return test::LintSigma(
        {.selections = "  a: {" + item + "}\n", .mode = "dry_run", .category = "file_event"},
        "interpreter-quarantine");
  };
  EXPECT_NE(found("TargetFilename|endswith: '\\cmd.exe'"), "");
  EXPECT_EQ(found("TargetFilename|endswith: '\\evil.exe'"), "");
  EXPECT_EQ(found("Image|endswith: '\\cmd.exe'"), "") << "who wrote the file";
}

}  // namespace
}  // namespace riposte::lint
