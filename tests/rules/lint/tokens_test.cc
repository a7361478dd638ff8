#include "rules/lint/tokens.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

const schema::Catalogue& Catalogue() { return rule::test::ShippedSchema()->catalogue; }
schema::FieldId Find(std::string_view name) { return Catalogue().Find(name); }

TEST(Tokens, FullPathsAndTheirBaseNames) {
  EXPECT_TRUE(IsFullPath(Catalogue(), Find("process.image.fullPath")));
  EXPECT_TRUE(IsFullPath(Catalogue(), Find("file.fullPath")));
  EXPECT_FALSE(IsFullPath(Catalogue(), Find("file.path")));
  EXPECT_EQ(FullPathOf(Catalogue(), Find("process.name")), Find("process.image.fullPath"));
  EXPECT_EQ(FullPathOf(Catalogue(), Find("file.name")), Find("file.fullPath"));
  EXPECT_EQ(FullPathOf(Catalogue(), Find("handle.name")), schema::kNoField);
  EXPECT_EQ(FullPathOf(Catalogue(), Find("process.pid")), schema::kNoField);
}

TEST(Tokens, SingleValuesAreKnownByTheirRoles) {
  const rule::test::Loaded loaded = rule::test::LoadText(rule::test::RuleText(1));
  const auto single = [&](std::string_view token) {
    return IsSingleValued(loaded.rule(), *loaded.set->schema, Find(token));
  };
  for (const char* token :
       {"type", "process.name", "process.pid", "process.image.fullPath", "file.name", "asset.id"})
    EXPECT_TRUE(single(token)) << token;
  for (const char* token : {"process.arguments", "indicator.score", "event.verdict", "action",
                            "asset.interfaces.address", "asset.tags"})
    EXPECT_FALSE(single(token)) << token;
}

TEST(Tokens, EventType) {
  const rule::test::Loaded loaded = rule::test::LoadText(rule::test::RuleText(1));
  EXPECT_TRUE(IsEventType(loaded.rule(), *loaded.set->schema, Find("type")));
  EXPECT_FALSE(IsEventType(loaded.rule(), *loaded.set->schema, Find("action")));
}

// A field of Sigma gives a role where it is read from the same place.
TEST(Tokens, RolesOfSigmaFields) {
  const rule::test::Loaded loaded = rule::test::LoadText(
      "title: t\nid: " + rule::test::IdOf(1) +
      "\nlogsource: {product: windows}\ndetection:\n"
      "  a: {Image: a, ParentImage: b, TargetFilename: c, CommandLine: d}\n  condition: a\n");
  const schema::Schema& schema = *loaded.set->schema;
  const auto gives = [&](std::string_view token, schema::Role role) {
    return GivesRole(loaded.rule(), schema, schema.catalogue.Find(token), role);
  };
  EXPECT_TRUE(gives("sigma.Image", schema::Role::kProcessImage));
  EXPECT_TRUE(gives("process.image.fullPath", schema::Role::kProcessImage));
  EXPECT_TRUE(gives("sigma.ParentImage", schema::Role::kParentImage));
  EXPECT_TRUE(gives("sigma.TargetFilename", schema::Role::kFilePath));
  EXPECT_FALSE(gives("sigma.Image", schema::Role::kParentImage));
  EXPECT_FALSE(gives("sigma.CommandLine", schema::Role::kProcessImage));
  EXPECT_FALSE(gives("process.name", schema::Role::kProcessImage)) << "a part of it";
  EXPECT_EQ(NameInRule(schema.catalogue, schema.catalogue.Find("sigma.Image")), "Image");
  EXPECT_EQ(NameInRule(schema.catalogue, schema.catalogue.Find("process.name")), "process.name");
}

}  // namespace
}  // namespace riposte::lint
