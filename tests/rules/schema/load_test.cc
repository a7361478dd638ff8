#include "rules/schema/load.h"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "rules/schema/embedded_profiles.h"
#include "tests/rules/schema/profile_text.h"
#include "tests/support/temp_dir.h"

namespace riposte::schema {
namespace {

TEST(LoadSchema, TheProfilesThatShipLoad) {
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchema({}, diagnostics);
  ASSERT_NE(schema, nullptr) << text::Render(diagnostics);
  for (const std::string_view name : {"qualys-edr", "windows-nxlog"}) {
    const Profile* profile = schema->FindProfile(name);
    ASSERT_NE(profile, nullptr) << name;
    EXPECT_EQ(profile->fields.size(), schema->catalogue.size());
    EXPECT_EQ(profile->sha256.size(), 64u);
    for (const Role role : {Role::kEventId, Role::kEventTime, Role::kEventType, Role::kAssetId,
                            Role::kProcessPid, Role::kProcessImage, Role::kFilePath}) {
      EXPECT_NE(profile->role(role), kNoField) << name << " " << RoleName(role);
    }
  }
  EXPECT_EQ(schema->FindProfile("qualys-edr2"), nullptr);
}

// Two profiles, each with the token `a` described as given.
std::string ErrorsOfTwo(std::string_view first, std::string_view second) {
  const auto token = [](std::string_view body) {
    return "  " + std::string(body) + "    description: d\n    example: e\n    path: a\n";
  };
  text::Diagnostics diagnostics;
  LoadSchemaFrom({Source("p.yaml", WithTokens("p", token(first))),
                  Source("q.yaml", WithTokens("q", token(second)))},
                 diagnostics);
  return Codes(diagnostics);
}

TEST(LoadSchema, ATokenIsTheSameInAllProfiles) {
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: text\n", "a:\n    type: text\n"), "");
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: text\n", "a:\n    type: number\n"), "token-clash@11:3 ");
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: text\n", "A:\n    type: text\n"), "token-clash@11:3 ");
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: keyword\n    values: [x]\n", "a:\n    type: keyword\n"), "");
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: keyword\n", "a:\n    type: keyword\n    values: [x]\n"),
            "token-clash@11:3 ");
  EXPECT_EQ(ErrorsOfTwo("a:\n    type: keyword\n    values: [x]\n",
                        "a:\n    type: keyword\n    values: [x, y]\n"),
            "token-clash@11:3 ");
}

TEST(LoadSchema, TheClashNamesBothTypesAndTheOtherProfile) {
  text::Diagnostics diagnostics;
  LoadSchemaFrom({Source("p.yaml", WithTokens("p", KeywordToken("    path: a\n"))),
                  Source("q.yaml", WithTokens("q",
                                              "  a.b:\n    type: ip\n    description: d\n"
                                              "    example: e\n    path: a\n"))},
                 diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].source->path(), "q.yaml");
  EXPECT_EQ(diagnostics.all()[0].message, "token 'a.b' is ip here and keyword in profile 'p'");
}

TEST(LoadSchema, UnknownNamesAreSuggested) {
  text::Diagnostics diagnostics;
  LoadSchemaFrom({Source("p.yaml", WithTokens("p", KeywordToken("    pth: a\n    path: a\n")))},
                 diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].message, "unknown key 'pth' in token 'a.b'");
  EXPECT_EQ(diagnostics.all()[0].hint, "did you mean 'path'?");
}

TEST(LoadSchema, AllFilesOfTheFolderArePartOfTheBinary) {
  std::set<std::string> embedded;
  for (const EmbeddedFile& file : EmbeddedProfiles()) embedded.emplace(file.path);
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(RIPOSTE_SOURCE_DIR "/rules/profiles")) {
    files.insert("rules/profiles/" + entry.path().filename().string());
  }
  EXPECT_EQ(embedded, files);
}

TEST(LoadSchema, AProfileOfTheUsersOwnJoinsThoseThatShip) {
  const test::TempDir folder;
  folder.Write("mine.yaml", WithTokens("mine", KeywordToken("    path: a\n")));
  folder.Write(".hidden.yaml", "not a profile");
  folder.Write("notes.txt", "not a profile");
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchema({folder.path()}, diagnostics);
  ASSERT_NE(schema, nullptr) << text::Render(diagnostics);
  EXPECT_EQ(schema->profiles.size(), EmbeddedProfiles().size() + 1);
  EXPECT_NE(schema->catalogue.Find("A.B"), kNoField);
  EXPECT_FALSE(schema->FindProfile("qualys-edr")->Has(schema->catalogue.Find("a.b")));
}

TEST(LoadSchema, ATakenNameAndAMissingFolderAreErrors) {
  const test::TempDir folder;
  folder.Write("mine.yaml", WithTokens("qualys-edr", ""));
  text::Diagnostics diagnostics;
  EXPECT_EQ(LoadSchema({folder.path()}, diagnostics), nullptr);
  EXPECT_EQ(Codes(diagnostics), "duplicate-profile@1:7 ");
  text::Diagnostics missing;
  EXPECT_EQ(LoadSchema({folder.path() + "/none"}, missing), nullptr);
  EXPECT_EQ(Codes(missing), "unreadable-file@1:1 ");
}

}  // namespace
}  // namespace riposte::schema
