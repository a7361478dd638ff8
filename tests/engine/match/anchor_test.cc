#include "engine/match/anchor.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unicode.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using ::testing::UnorderedElementsAre;

Anchor Of(const std::string& token, const std::string& text) {
  const schema::FieldId field = TableSchema()->catalogue.Find(token);
  return {.field = field, .key = KeyOf(field, unicode::Fold(text))};
}

Anchor OfNumber(int64_t number) {
  const schema::FieldId field = TableSchema()->catalogue.Find("number");
  return {.field = field, .key = KeyOf(field, Number::FromInt(number))};
}

std::vector<Anchor> AnchorsOf(std::string_view query) {
  const schema::SchemaPtr schema = TableSchema();
  const std::optional<std::vector<Anchor>> anchors =
      ChooseAnchors(ParseQuery(*schema, query), schema->catalogue);
  EXPECT_TRUE(anchors.has_value()) << query;
  return anchors.value_or(std::vector<Anchor>());
}

bool HasNone(std::string_view query) {
  const schema::SchemaPtr schema = TableSchema();
  return !ChooseAnchors(ParseQuery(*schema, query), schema->catalogue).has_value();
}

TEST(ChooseAnchors, AnEqualityIsItsOwn) {
  EXPECT_THAT(AnchorsOf("keyword: Alice"), UnorderedElementsAre(Of("keyword", "alice")));
  EXPECT_THAT(AnchorsOf("text: `cmd.exe`"), UnorderedElementsAre(Of("text", "CMD.exe")));
  EXPECT_THAT(AnchorsOf("number: 8"), UnorderedElementsAre(OfNumber(8)));
  EXPECT_THAT(AnchorsOf("keyword: \u212A"), UnorderedElementsAre(Of("keyword", "k")));
}

TEST(ChooseAnchors, NothingElseIs) {
  for (const char* query :
       {"text: cmd", "keyword: a*", "keyword ~ a", "keyword: /a/", "number > 8", "number: [1 .. 2]",
        "keyword is null", "ip: 10.1.2.3", "date: now", "bool: true"})
    EXPECT_TRUE(HasNone(query)) << query;
}

TEST(ChooseAnchors, AndTakesTheRarest) {
  EXPECT_THAT(AnchorsOf("type: PROCESS and keyword: a"), UnorderedElementsAre(Of("keyword", "a")));
  EXPECT_THAT(AnchorsOf("keyword: a and type: PROCESS"), UnorderedElementsAre(Of("keyword", "a")));
  EXPECT_THAT(AnchorsOf("type: PROCESS and keyword ~ a"),
              UnorderedElementsAre(Of("type", "process")));
  EXPECT_THAT(AnchorsOf("number: 8 and text: `a`"), UnorderedElementsAre(Of("text", "a")));
  EXPECT_THAT(AnchorsOf("keyword: [a, b] and text: `c`"), UnorderedElementsAre(Of("text", "c")));
}

TEST(ChooseAnchors, OrNeedsAllAnchored) {
  EXPECT_THAT(AnchorsOf("keyword: a or text: `b`"),
              UnorderedElementsAre(Of("keyword", "a"), Of("text", "b")));
  EXPECT_THAT(AnchorsOf("keyword: [a, b, c]"),
              UnorderedElementsAre(Of("keyword", "a"), Of("keyword", "b"), Of("keyword", "c")));
  EXPECT_TRUE(HasNone("keyword: a or keyword ~ b"));
  EXPECT_TRUE(HasNone("keyword: a or not keyword: b"));
  EXPECT_THAT(AnchorsOf("(keyword: a or keyword ~ b) and keyword: c"),
              UnorderedElementsAre(Of("keyword", "c")));
}

TEST(ChooseAnchors, NegationsNever) {
  EXPECT_TRUE(HasNone("not keyword: a"));
  EXPECT_TRUE(HasNone("keyword != a"));
  EXPECT_TRUE(HasNone("not (keyword: a and keyword: b)"));
  EXPECT_TRUE(HasNone("not (not keyword: a or text: `b`)")) << "true in fact, not looked for";
  EXPECT_THAT(AnchorsOf("not keyword: a and keyword: b"), UnorderedElementsAre(Of("keyword", "b")));
}

TEST(ChooseAnchors, GroupsPassThrough) {
  EXPECT_THAT(AnchorsOf("item: (kind: a and size > 1)"),
              UnorderedElementsAre(Of("item.kind", "a")));
  EXPECT_TRUE(HasNone("item: (not kind: a)"));
  EXPECT_TRUE(HasNone("not item: (kind: a)"));
}

TEST(KeyOf, EqualValuesHaveEqualKeys) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::FieldId keyword = schema->catalogue.Find("keyword");
  const schema::FieldId number = schema->catalogue.Find("number");
  event::Value value;
  value.text = "Alice";
  value.folded = "alice";
  EXPECT_EQ(KeyOf(keyword, schema::FieldType::kKeyword, value), KeyOf(keyword, "alice"));
  EXPECT_NE(KeyOf(keyword, "alice"), KeyOf(number, "alice")) << "the field counts";
  value.number = *Number::Parse("8.0");
  EXPECT_EQ(KeyOf(number, schema::FieldType::kNumber, value), KeyOf(number, Number::FromInt(8)));
  value.undecodable = event::Undecodable::kNotANumber;
  EXPECT_FALSE(KeyOf(number, schema::FieldType::kNumber, value).has_value());
}

}  // namespace
}  // namespace riposte::match
