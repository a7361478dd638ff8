#include "rules/schema/read_source.h"

#include <gtest/gtest.h>

#include "rules/schema/load.h"
#include "tests/rules/schema/profile_text.h"

namespace riposte::schema {
namespace {

// The source of token `a.b`, described by `body`.
FieldSource SourceOf(std::string_view body, std::string_view type = "keyword") {
  std::string text = KeywordToken(body);
  text.replace(text.find("keyword"), 7, type);
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchemaFrom({Source("p.yaml", WithTokens("p", text))}, diagnostics);
  EXPECT_NE(schema, nullptr) << text::Render(diagnostics);
  return *schema->profiles[0].fields[Index(schema->catalogue.Find("a.b"))];
}

std::string PathOf(const Alternative& alternative) { return alternative.paths[0].ToString(); }

TEST(ParsePath, KeysStandBetweenSingleDots) {
  EXPECT_EQ(ParsePath("a")->keys, (std::vector<std::string>{"a"}));
  EXPECT_EQ(ParsePath("a.b.c")->keys, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(ParsePath("a\\.b.c\\\\")->keys, (std::vector<std::string>{"a.b", "c\\"}));
  EXPECT_EQ(ParsePath("@timestamp")->keys, (std::vector<std::string>{"@timestamp"}));
  for (const std::string_view bad : {"", ".", ".a", "a.", "a..b", "a\\", "a\\b"}) {
    EXPECT_FALSE(ParsePath(bad).has_value()) << bad;
  }
  for (const std::string_view text : {"a", "a.b.c", "a\\.b.c\\\\"}) {
    EXPECT_EQ(ParsePath(text)->ToString(), text);
  }
}

TEST(ReadSource, PathsAreAlternativesInTheirOrder) {
  const FieldSource source = SourceOf("    paths: [x, y.z]\n");
  ASSERT_EQ(source.alternatives.size(), 2u);
  EXPECT_EQ(PathOf(source.alternatives[0]), "x");
  EXPECT_EQ(PathOf(source.alternatives[1]), "y.z");
  EXPECT_FALSE(source.union_of_all);
  EXPECT_FALSE(source.guaranteed);
}

TEST(ReadSource, AUnionCountsAll) {
  const FieldSource source = SourceOf("    union: [x, {when: {k: v}, paths: [y, z]}]\n");
  EXPECT_TRUE(source.union_of_all);
  ASSERT_EQ(source.alternatives.size(), 3u);
  EXPECT_TRUE(source.alternatives[0].when.empty());
  EXPECT_EQ(source.alternatives[1].when.size(), 1u);
  EXPECT_EQ(source.alternatives[2].when.size(), 1u);
}

TEST(ReadSource, CasesKeepTheirConditions) {
  const FieldSource source = SourceOf(
      "    guaranteed: true\n    cases:\n"
      "      - when: {Channel: Security, EventID: [4688, 4689]}\n        path: x\n"
      "      - constant: y\n");
  ASSERT_EQ(source.alternatives.size(), 2u);
  const std::vector<Condition>& when = source.alternatives[0].when;
  ASSERT_EQ(when.size(), 2u);
  EXPECT_EQ(when[0].path.ToString(), "Channel");
  EXPECT_EQ(when[1].any_of, (std::vector<std::string>{"4688", "4689"}));
  EXPECT_EQ(source.alternatives[1].constant, "y");
  EXPECT_TRUE(source.guaranteed);
}

TEST(ReadSource, AJoinHasAllItsPaths) {
  const FieldSource source = SourceOf("    join: {paths: [x, y, z], separator: /}\n");
  ASSERT_EQ(source.alternatives.size(), 1u);
  EXPECT_EQ(source.alternatives[0].paths.size(), 3u);
  EXPECT_EQ(source.alternatives[0].separator, "/");
}

TEST(ReadSource, TheStepsOfACaseComeBeforeThoseOfTheToken) {
  const FieldSource source = SourceOf(
      "    cases:\n      - path: x\n        steps: [basename, {split: MD5}]\n"
      "      - path: y\n    steps: [{map: {a: b}, default: c}, hex]\n");
  ASSERT_EQ(source.alternatives.size(), 2u);
  const std::vector<Step>& steps = source.alternatives[0].steps;
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].kind, Step::Kind::kBasename);
  EXPECT_EQ(steps[1].kind, Step::Kind::kSplit);
  EXPECT_EQ(steps[1].key, "MD5");
  EXPECT_EQ(steps[2].kind, Step::Kind::kMap);
  EXPECT_EQ(steps[2].map, (std::vector<std::pair<std::string, std::string>>{{"a", "b"}}));
  EXPECT_EQ(steps[2].map_default, "c");
  EXPECT_EQ(steps[3].kind, Step::Kind::kHex);
  EXPECT_EQ(source.alternatives[1].steps.size(), 2u);
}

TEST(ReadSource, TimesHaveTheirUnits) {
  const std::pair<std::string_view, TimeFormat> cases[] = {
      {"text", TimeFormat::kText},         {"epoch_s", TimeFormat::kEpochSeconds},
      {"epoch_ms", TimeFormat::kEpochMs},  {"epoch_us", TimeFormat::kEpochUs},
      {"filetime", TimeFormat::kFiletime},
  };
  for (const auto& [name, format] : cases) {
    const std::string body = "    path: x\n    time: " + std::string(name) + "\n";
    EXPECT_EQ(SourceOf(body, "date").time_format, format) << name;
  }
}

TEST(ReadSource, EachMistakeHasItsPlace) {
  const Mistake cases[] = {
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
  for (const Mistake& bad : cases) {
    EXPECT_EQ(ErrorsOf(WithTokens("p", KeywordToken(bad.body))), bad.errors) << bad.body;
  }
}
}  // namespace
}  // namespace riposte::schema
