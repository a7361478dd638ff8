#include "rules/schema/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "rules/schema/load.h"

namespace riposte::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kFirst = R"(
name: first
description: a format of the tests
roles: {event_type: type}
tokens:
  type: {type: keyword, values: [FILE, OTHER], description: kind, example: 'type: FILE', guaranteed: true, constant: FILE}
  File.Name: {type: text, description: a name, example: e, paths: [a.b, 'c\.d', a.b]}
  file: {type: object, description: an object, path: f}
  id: {type: keyword, description: an id, example: e, join: {paths: [x, y], separator: /}}
)";
constexpr std::string_view kSecond = R"(
name: second
description: another format
roles: {event_type: type}
tokens:
  type: {type: keyword, description: kind, example: 'type: FILE', path: t}
  File.Name: {type: text, description: a name, example: e, union: [g, h]}
)";

SchemaPtr TwoProfiles() {
  text::Diagnostics diagnostics;
  SchemaPtr schema =
      LoadSchemaFrom({std::make_shared<text::Source>("1.yaml", std::string(kFirst)),
                      std::make_shared<text::Source>("2.yaml", std::string(kSecond))},
                     diagnostics);
  EXPECT_NE(schema, nullptr) << text::Render(diagnostics);
  return schema;
}

std::vector<std::string> Names(std::string_view pattern) {
  std::vector<std::string> names;
  for (const TokenDescription& token : Describe(*TwoProfiles(), pattern)) {
    names.push_back(token.name);
  }
  return names;
}

TEST(Describe, APatternIsAPartOrAGlobAndIgnoresCase) {
  EXPECT_THAT(Names(""), ElementsAre("File.Name", "file", "id", "type"));
  EXPECT_THAT(Names("fILE"), ElementsAre("File.Name", "file"));
  EXPECT_THAT(Names("e.n"), ElementsAre("File.Name"));
  EXPECT_THAT(Names("*"), ElementsAre("File.Name", "file", "id", "type"));
  EXPECT_THAT(Names("file*"), ElementsAre("File.Name", "file"));
  EXPECT_THAT(Names("file.*"), ElementsAre("File.Name"));
  EXPECT_THAT(Names("*e"), ElementsAre("File.Name", "file", "type"));
  EXPECT_THAT(Names("f*e.*me"), ElementsAre("File.Name"));
  EXPECT_THAT(Names("ile*"), IsEmpty());
  EXPECT_THAT(Names("nothing"), IsEmpty());
}

TEST(Describe, AnAlternative) {
  EXPECT_EQ(DescribeAlternative({.paths = {{.keys = {"a", "b.c"}}}}), "a.b\\.c");
  EXPECT_EQ(DescribeAlternative({.paths = {{.keys = {"a"}}, {.keys = {"b"}}}}), "a + b");
  EXPECT_EQ(DescribeAlternative({.constant = "x"}), "\"x\"");
}

TEST(Describe, PlacesSayWhereEachProfileFindsIt) {
  const std::vector<TokenDescription> tokens = Describe(*TwoProfiles(), "");
  ASSERT_EQ(tokens.size(), 4u);
  ASSERT_EQ(tokens[0].places.size(), 2u);
  EXPECT_THAT(tokens[0].places[0].paths, ElementsAre("a.b", "c\\.d"));
  EXPECT_TRUE(tokens[0].places[1].union_of_all);
  EXPECT_THAT(tokens[2].places[0].paths, ElementsAre("x + y"));
  EXPECT_THAT(tokens[3].places[0].paths, ElementsAre("\"FILE\""));
  EXPECT_TRUE(tokens[3].places[0].guaranteed);
  EXPECT_FALSE(tokens[3].places[1].guaranteed);
}

TEST(Describe, TheTableHasColumns) {
  EXPECT_EQ(DescriptionTable(Describe(*TwoProfiles(), "type")),
            "TOKEN  TYPE     DESCRIPTION\n"
            "type   keyword  kind\n"
            "                values: FILE, OTHER\n"
            "                first (guaranteed): \"FILE\"\n"
            "                second: t\n"
            "                example: type: FILE\n");
  EXPECT_EQ(DescriptionTable({}), "");
}

TEST(Describe, TheJsonHasTheSame) {
  const Result<json::Value> parsed = json::Parse(DescriptionJson(Describe(*TwoProfiles(), "id")));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(
      json::Write(*parsed),
      R"([{"name":"id","type":"keyword","values":[],"description":"an id","example":"e",)"
      R"("profiles":[{"name":"first","paths":["x + y"],"union":false,"guaranteed":false}]}])");
  EXPECT_EQ(DescriptionJson({}), "[]");
}

}  // namespace
}  // namespace riposte::schema
