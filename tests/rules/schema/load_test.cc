#include "rules/schema/load.h"

#include <gtest/gtest.h>

#include "rules/schema/embedded_profiles.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::schema {
namespace {

text::SourcePtr Source(std::string path, std::string bytes) {
  return std::make_shared<text::Source>(std::move(path), std::move(bytes));
}

// A profile that is right, with `tokens` besides its `type`.
std::string WithTokens(std::string_view name, std::string_view tokens) {
  return "name: " + std::string(name) + R"(
description: a format of the tests
roles:
  event_type: type
tokens:
  type:
    type: keyword
    description: kind
    example: "type: FILE"
    path: type
)" + std::string(tokens);
}

std::string Token(std::string_view body) {
  return "  a.b:\n    type: keyword\n    description: d\n    example: e\n" + std::string(body);
}

std::string Codes(const text::Diagnostics& diagnostics) {
  std::string codes;
  for (const text::Diagnostic& one : diagnostics.all()) {
    const text::LineColumn at = one.source->Locate(one.span.begin);
    codes += one.code + "@" + std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
  }
  return codes;
}

// The codes with their places, "code@line:column ", of a file.
std::string ErrorsOf(std::string bytes) {
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchemaFrom({Source("p.yaml", std::move(bytes))}, diagnostics);
  EXPECT_EQ(schema == nullptr, diagnostics.has_errors());
  return Codes(diagnostics);
}

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

struct BadToken {
  std::string_view body;    // from line 15 on
  std::string_view errors;  // all of them
};

TEST(LoadSchema, EachMistakeInATokenHasItsPlace) {
  const BadToken cases[] = {
      {"    path: a\n", ""},
      {"    pth: a\n", "unknown-key@15:5 no-source@11:3 "},
      {"    path: a\n    paths: [b]\n", "two-sources@16:5 "},
      {"    path: a..b\n", "bad-path@15:11 "},
      {"    path: .a\n", "bad-path@15:11 "},
      {"    path: a.\n", "bad-path@15:11 "},
      {"    path: ''\n", "bad-path@15:11 "},
      {"    path: 'a\\b'\n", "bad-path@15:11 "},
      {"    path: 'a\\.b.c\\\\'\n", ""},
      {"    path: [a]\n", "wrong-type@15:11 "},
      {"    paths: [a, {b: c}]\n", "wrong-type@15:16 "},
      {"    paths: []\n", "empty-value@15:12 "},
      {"    union: a\n", "wrong-type@15:12 "},
      {"    union: [a, {when: {b: c}, path: d}]\n", ""},
      {"    join: {paths: [a]}\n", "join-of-one@15:19 "},
      {"    join: {separator: x}\n", "missing-key@15:11 "},
      {"    join: {paths: [a, b], by: x}\n", "unknown-key@15:27 "},
      {"    cases: []\n", "empty-value@15:12 "},
      {"    cases:\n      - when: {b: c}\n", "no-source@16:9 "},
      {"    cases:\n      - when: {}\n        path: a\n", "wrong-type@16:15 "},
      {"    cases:\n      - when: {b..c: d}\n        path: a\n", "bad-path@16:16 "},
      {"    cases:\n      - union: [a]\n        path: b\n", "unknown-key@16:9 "},
      {"    path: a\n    steps: basename\n", "wrong-type@16:12 "},
      {"    path: a\n    steps: [basenam]\n", "unknown-step@16:13 "},
      {"    path: a\n    steps: [split]\n", "bad-step@16:13 "},
      {"    path: a\n    steps: [{basename: x}]\n", "bad-step@16:14 "},
      {"    path: a\n    steps: [{prefix: ''}]\n", "empty-value@16:22 "},
      {"    path: a\n    steps: [{prefix: x, split: y}]\n", "bad-step@16:14 "},
      {"    path: a\n    steps: [map]\n", "bad-step@16:13 "},
      {"    path: a\n    steps: [{map: {}}]\n", "bad-step@16:19 "},
      {"    path: a\n    steps: [{map: {a: b}, else: c}]\n", "unknown-key@16:27 "},
      {"    path: a\n    time: epoch_ms\n", "time-of-no-date@16:11 "},
      {"    path: a\n    guaranteed: yes\n", "wrong-type@16:17 "},
      {"    guaranteed: true\n    cases:\n      - when: {b: c}\n        path: a\n",
       "guaranteed-conditional@15:17 "},
      {"    guaranteed: true\n    cases:\n      - when: {b: c}\n        path: a\n"
       "      - constant: x\n",
       ""},
      {"    values: [x, y]\n    constant: z\n", "value-not-listed@11:3 "},
      {"    values: [x, y]\n    constant: X\n", ""},
      {"    values: [x, y]\n    path: a\n    steps: [{map: {a: x}, default: z}]\n",
       "value-not-listed@11:3 "},
      {"    path: a\n    path: b\n", "duplicate-key@16:5 "},
      {"    path: a\n  A.B:\n    type: keyword\n    description: d\n    example: e\n    path: a\n",
       "duplicate-token@16:3 "},
  };
  for (const BadToken& bad : cases) {
    EXPECT_EQ(ErrorsOf(WithTokens("p", Token(bad.body))), bad.errors) << bad.body;
  }
}

TEST(LoadSchema, EachMistakeInATokensDescriptionHasItsPlace) {
  const BadToken cases[] = {
      {"  a:\n    description: d\n    example: e\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    example: e\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    description: d\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    description: ''\n    example: e\n    path: a\n",
       "empty-value@13:18 "},
      {"  a:\n    type: object\n    description: d\n    path: a\n", ""},
      {"  a:\n    type: txt\n    description: d\n    example: e\n    path: a\n",
       "unknown-value@12:11 "},
      {"  a:\n    type: text\n    values: [x]\n    description: d\n    example: e\n    path: a\n",
       "values-not-keyword@13:13 "},
      {"  a b:\n    type: text\n    description: d\n    example: e\n    path: a\n",
       "bad-token-name@11:3 "},
      {"  a..b:\n    type: text\n    description: d\n    example: e\n    path: a\n",
       "bad-token-name@11:3 "},
      {"  a: text\n", "wrong-type@11:6 "},
      {"  a:\n    type: date\n    description: d\n    example: e\n    path: a\n    time: epoch\n",
       "unknown-value@16:11 "},
      {"  a:\n    type: date\n    description: d\n    example: e\n    path: a\n    time: "
       "filetime\n",
       ""},
  };
  for (const BadToken& bad : cases) {
    EXPECT_EQ(ErrorsOf(WithTokens("p", bad.body)), bad.errors) << bad.body;
  }
}

TEST(LoadSchema, EachMistakeInAProfileHasItsPlace) {
  const auto with_role = [](std::string_view role) {
    std::string text = WithTokens("p", "");
    const std::string known = "event_type: type";
    return text.replace(text.find(known), known.size(), role);
  };
  EXPECT_EQ(ErrorsOf(""), "one-profile-per-file@1:1 ");
  EXPECT_EQ(ErrorsOf("[]"), "wrong-type@1:1 ");
  EXPECT_EQ(ErrorsOf("name: p"),
            "missing-key@1:1 missing-key@1:1 missing-key@1:1 missing-role@1:7 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "") + "---\nname: q\n"), "one-profile-per-file@12:1 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "extra: 1\n")), "unknown-key@11:1 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  event_tme: type")), "unknown-role@5:3 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: tipe")), "unknown-token@4:15 ");
  EXPECT_EQ(ErrorsOf(with_role("event_id: type")), "missing-role@1:7 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  event_time: type")), "role-type@5:15 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  process_pid: type")), "role-type@5:16 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  snapshot: type")), "role-type@5:13 ");
  EXPECT_EQ(ErrorsOf("name: \"\xff\"\n"), "yaml-encoding@1:8 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "    values: [FILE, PROZESS]\n")), "bad-event-type@1:7 ");
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
  LoadSchemaFrom({Source("p.yaml", WithTokens("p", Token("    path: a\n"))),
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
  LoadSchemaFrom({Source("p.yaml", WithTokens("p", Token("    pth: a\n    path: a\n")))},
                 diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].message, "unknown key 'pth' in token 'a.b'");
  EXPECT_EQ(diagnostics.all()[0].hint, "did you mean 'path'?");
}

TEST(LoadSchema, AProfileOfTheUsersOwnJoinsThoseThatShip) {
  const test::TempDir folder;
  folder.Write("mine.yaml", WithTokens("mine", Token("    path: a\n")));
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
