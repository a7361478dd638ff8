#include "rules/rule/trigger_values.h"

#include <gtest/gtest.h>

#include "rules/schema/load.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::UnexpectedOfTrigger;

std::string WrongCount(const std::string& settings, std::string_view codes) {
  return UnexpectedOfTrigger("{count: {at_least: 1, within: 1h, " + settings + "}}", codes);
}

// A format that knows no asset, or, with `roles`, has these besides.
std::string Profile(const std::string& name, const std::string& roles = "") {
  return "name: " + name + "\ndescription: d\nroles:\n  event_type: type\n" + roles +
         "tokens:\n"
         "  type: {type: keyword, description: k, example: e, path: type, values: [FILE]}\n"
         "  host: {type: keyword, description: k, example: e, path: host}\n";
}

std::string CodesWith(const std::vector<std::string>& profiles, const std::string& more = "") {
  test::Loaded loaded;
  std::vector<text::SourcePtr> sources;
  sources.reserve(profiles.size());
  for (const std::string& profile : profiles)
    sources.push_back(std::make_shared<text::Source>("p.yaml", profile));
  const schema::SchemaPtr schema = schema::LoadSchemaFrom(sources, loaded.diagnostics);
  if (schema == nullptr) return loaded.codes();
  const std::string text = "id: " + test::IdOf(1) +
                           "\nname: n\nseverity: low\nquery: 'type: FILE'\n"
                           "trigger: {count: {at_least: 2, within: 1h}}\n" +
                           more;
  loaded.set = LoadRulesFrom({std::make_shared<text::Source>("rules.yaml", text)}, schema,
                             loaded.diagnostics);
  return loaded.codes();
}

TEST(ReadGroupBy, TokensIgnoreCaseAndStandOnce) {
  EXPECT_EQ(WrongCount("group_by: [Asset.ID]", ""), "");
  EXPECT_EQ(
      WrongCount("group_by: [asset.id, ^ASSET.id, type, ^type]", "duplicate-field duplicate-field"),
      "");
}

TEST(ReadGroupBy, WhatIsNoToken) {
  EXPECT_EQ(WrongCount("group_by: [^asset.idd, ^[asset.id], ^'', ^asset.tags]",
                       "unknown-token wrong-type unknown-token grouped-by-object"),
            "");
  EXPECT_EQ(WrongCount("group_by: ^asset.id", "wrong-type"), "");
  EXPECT_EQ(WrongCount("group_by:^ ", "empty-value"), "");
  const test::Loaded loaded =
      test::LoadTrigger("{count: {at_least: 1, within: 1h, group_by: [asset.idd]}}");
  EXPECT_EQ(loaded.diagnostics.all().front().hint, "did you mean 'asset.id'?");
}

TEST(ReadDistinct, OneTokenOrSeveral) {
  EXPECT_EQ(WrongCount("distinct: file.name", ""), "");
  EXPECT_EQ(WrongCount("distinct: [file.name, process.name]", ""), "");
  EXPECT_EQ(WrongCount("distinct: [file.name, ^file.name]", "duplicate-field"), "");
  EXPECT_EQ(WrongCount("distinct: ^{}", "wrong-type"), "");
}

TEST(ReadGroupByOf, TheDefaultIsTheAssetOfAFormatThatTheRuleRunsOn) {
  const std::string with_asset = Profile("b", "  asset_id: host\n");
  EXPECT_EQ(CodesWith({Profile("a")}), "missing-group-by@5:11");
  EXPECT_EQ(CodesWith({Profile("a"), with_asset}), "");
  EXPECT_EQ(CodesWith({Profile("a"), with_asset}, "profiles: [a]\n"), "missing-group-by@5:11");
  EXPECT_EQ(CodesWith({Profile("a"), with_asset}, "profiles: [b]\n"), "");
}

}  // namespace
}  // namespace riposte::rule
