#include "rules/lint/protected_images.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(ProtectedImages, ByPathAndByName) {
  const ProtectedImages& files = ProtectedImages::Files();
  EXPECT_TRUE(files.HasPath(R"(C:\Windows\System32\cmd.exe)"));
  EXPECT_FALSE(files.HasPath(R"(C:\Users\u\cmd.exe)"));
  EXPECT_FALSE(files.HasPath("cmd.exe"));
  EXPECT_TRUE(files.HasName("cmd.exe"));
  EXPECT_FALSE(files.HasName("evil.exe"));
  EXPECT_TRUE(ProtectedImages::Processes().HasName("lsass.exe"));
  EXPECT_FALSE(ProtectedImages::Processes().HasName("cmd.exe"));
  // An entry for a whole folder names no file.
  EXPECT_FALSE(ProtectedImages::Processes().HasName("**"));
  EXPECT_FALSE(ProtectedImages::Processes().HasName(""));
}

TEST(ProtectedImages, FoundInWhatMustHold) {
  const auto found = [](const std::string& query) {
    std::string text = rule::test::RuleText(1);
    const std::string old = "type: PROCESS and process.name: `a.exe`";
    const rule::test::Loaded loaded =
        rule::test::LoadText(text.replace(text.find(old), old.size(), query));
    const std::optional<ProtectedChoice> choice =
        FindProtected(OwnQuery(loaded.rule()), *loaded.set->schema, schema::Role::kProcessImage,
                      ProtectedImages::Processes());
    return choice ? choice->image : "";
  };
  EXPECT_EQ(found("process.name: `LSASS.exe`"), "lsass.exe");
  EXPECT_EQ(found("type: PROCESS and process.name: `lsass.exe`"), "lsass.exe");
  EXPECT_EQ(found("type: FILE or process.name: `lsass.exe`"), "");
  EXPECT_EQ(found("process.name: `a.exe` and not process.name: `lsass.exe`"), "");
  EXPECT_EQ(found("process.name: lsass.exe"), "") << "a phrase selects more";
}

}  // namespace
}  // namespace riposte::lint
