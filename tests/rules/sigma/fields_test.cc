#include "rules/sigma/fields.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::Holds;

TEST(FieldTable, TokensStandBehindThoseThatAreThere) {
  const schema::SchemaPtr base = test::FlatSchema();
  FieldTable fields(base);
  const schema::FieldId image = fields.Field("Image", Reading::kText);
  EXPECT_EQ(schema::Index(image), base->catalogue.size());
  EXPECT_EQ(fields.Field("Image", Reading::kText), image);
  EXPECT_NE(fields.Field("Image", Reading::kNumber), image);
  const schema::FieldId lower = fields.Field("image", Reading::kText);
  EXPECT_NE(lower, image) << "letter case counts";
  const schema::FieldId odd = fields.Field("a \"b", Reading::kText);
  const schema::SchemaPtr extended = fields.Finish();
  EXPECT_EQ(extended->catalogue.token(image).name, "sigma.Image");
  EXPECT_EQ(extended->catalogue.token(lower).name, "sigma.image~2");
  EXPECT_EQ(extended->catalogue.token(odd).name, "sigma.a%20%22b");
  for (size_t i = 0; i < base->catalogue.size(); ++i)
    EXPECT_EQ(extended->catalogue.tokens()[i].name, base->catalogue.tokens()[i].name);
  EXPECT_TRUE(extended->profiles.front().Has(image));
}

TEST(FieldTable, WithoutSigmaRulesTheSchemaStaysTheSame) {
  const schema::SchemaPtr base = test::FlatSchema();
  EXPECT_EQ(FieldTable(base).Finish(), base);
}

TEST(FieldTable, OnlyProvidersHaveTheRoute) {
  FieldTable fields(test::FlatSchema());
  const schema::FieldId proc = fields.Route({.product = "test", .category = "proc"});
  const schema::FieldId zeek = fields.Route({.product = "zeek"});
  EXPECT_EQ(fields.Route({.product = "test", .category = "proc"}), proc);
  EXPECT_EQ(fields.Providers({.product = "test"}), std::vector<std::string_view>{"flat"});
  EXPECT_TRUE(fields.Providers({.product = "zeek"}).empty());
  const schema::SchemaPtr extended = fields.Finish();
  EXPECT_TRUE(extended->profiles.front().Has(proc));
  EXPECT_FALSE(extended->profiles.front().Has(zeek));
}

TEST(FieldTable, AFieldStandsWhereTheProfileSays) {
  EXPECT_TRUE(Holds("a: {Id: 7}", R"({"head": {"id": 7}})"));
  EXPECT_TRUE(Holds("a: {Id: 7}", R"({"head": {"id": {"text": "7"}}})"));
  EXPECT_FALSE(Holds("a: {Id: 7}", R"({"Id": 7})")) << "a named field has no default";
  EXPECT_TRUE(Holds("a: {Old: x}", R"({"kind": "exec", "older": "x", "Old": "y"})"));
  EXPECT_TRUE(Holds("a: {Old: x}", R"({"kind": "proc", "older": "y", "Old": "x"})"));
}

TEST(FieldTable, DefaultsInTheirOrder) {
  EXPECT_TRUE(Holds("a: {F: x}", R"({"F": "x", "deep": {"any": {"F": "y"}}})"));
  EXPECT_FALSE(Holds("a: {F: y}", R"({"F": "x", "deep": {"any": {"F": "y"}}})"));
  EXPECT_TRUE(Holds("a: {F: y}", R"({"deep": {"any": {"F": "y"}}})"));
  EXPECT_TRUE(Holds("a: {F: y}", R"({"deep": {"any": [{"G": 1}, {"F": "y"}]}})"));
  EXPECT_FALSE(Holds("a: {F: y}", R"({"deep": {"F": "y"}})"));
}

TEST(FieldTable, ADotInANameMayBeALevel) {
  EXPECT_TRUE(Holds("a: {b.c: x}", R"({"b.c": "x"})"));
  EXPECT_TRUE(Holds("a: {b.c: x}", R"({"b": {"c": "x"}})"));
  EXPECT_FALSE(Holds("a: {b.c: x}", R"({"b": {"c": "y"}})"));
  EXPECT_TRUE(Holds("a: {b..c: x}", R"({"b..c": "x"})"));
}

}  // namespace
}  // namespace riposte::sigma
