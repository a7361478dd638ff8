#include "rules/rule/definition.h"

#include <gtest/gtest.h>

#include "rules/schema/load.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

// A format of the tests: `name` is what the rule's tokens are called after, the rest is exchanged.
std::string Profile(const std::string& name) {
  return "name: " + name +
         "\ndescription: d\nroles:\n  event_type: type\n  event_time: time\n  asset_id: host\n"
         "tokens:\n"
         "  type: {type: keyword, description: k, example: e, path: type, values: [FILE]}\n"
         "  time: {type: date, description: k, example: e, path: when}\n"
         "  host: {type: keyword, description: k, example: e, path: host.id}\n"
         "  user: {type: keyword, description: k, example: e, path: user.id}\n"
         "  other: {type: keyword, description: k, example: e, path: other}\n";
}

std::string RuleYaml(const std::string& more = "") {
  return "id: " + test::IdOf(1) +
         "\nname: n\nseverity: low\nquery: 'type: FILE'\n"
         "trigger: {count: {at_least: 2, within: 1h, distinct: user}}\n" +
         more;
}

std::string Changed(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string HashOfRule(const std::string& yaml, const std::vector<std::string>& profiles) {
  text::Diagnostics diagnostics;
  std::vector<text::SourcePtr> sources;
  sources.reserve(profiles.size());
  for (const std::string& profile : profiles)
    sources.push_back(std::make_shared<text::Source>("p.yaml", profile));
  const schema::SchemaPtr schema = schema::LoadSchemaFrom(sources, diagnostics);
  EXPECT_NE(schema, nullptr) << text::Render(diagnostics);
  const RuleSetPtr set =
      LoadRulesFrom({std::make_shared<text::Source>("rules.yaml", yaml)}, schema, diagnostics);
  EXPECT_NE(set, nullptr) << text::Render(diagnostics);
  return set == nullptr ? "" : DefinitionHash(set->rules.at(0), *set->schema);
}

std::string OfRule(const std::string& yaml) { return HashOfRule(yaml, {Profile("a")}); }
std::string OfProfile(const std::string& profile) { return HashOfRule(RuleYaml(), {profile}); }

TEST(DefinitionHash, WhatKeepsWindows) {
  const std::string base = OfRule(RuleYaml());
  EXPECT_EQ(base.size(), 64u);
  EXPECT_EQ(OfRule(Changed(RuleYaml(), "name: n", "name: other")), base);
  EXPECT_EQ(OfRule(Changed(RuleYaml(), "low", "high")), base);
  EXPECT_EQ(OfRule(Changed(RuleYaml(), "type: FILE", "TYPE:file ")), base);
  EXPECT_EQ(OfRule(Changed(RuleYaml(), "1h", "60m")), base);
  EXPECT_EQ(OfRule(RuleYaml("tags: [a]\nreferences: [b]\nenabled: false\n")), base);
  EXPECT_EQ(OfRule(RuleYaml("remediation: {auto: off, action: quarantine_asset}\n")), base);
  EXPECT_EQ(OfRule(RuleYaml("suppress: {for: 1h}\n")), base);
  EXPECT_EQ(OfRule(RuleYaml("tests: [{name: t, profile: a, events: [{event: {}}], expect: "
                            "{firings: 0}}]\n")),
            base);
}

TEST(DefinitionHash, WhatBeginsThemAnew) {
  const std::string base = OfRule(RuleYaml());
  EXPECT_NE(OfRule(Changed(RuleYaml(), "type: FILE", "user: x")), base);
  EXPECT_NE(OfRule(Changed(RuleYaml(), "at_least: 2", "at_least: 3")), base);
  EXPECT_NE(OfRule(Changed(RuleYaml(), "1h", "2h")), base);
  EXPECT_NE(OfRule(Changed(RuleYaml(), "distinct: user", "distinct: other")), base);
  EXPECT_NE(OfRule(Changed(RuleYaml(), "distinct: user", "group_by: [user]")), base);
}

TEST(DefinitionHash, HowFieldsAreFound) {
  const std::string profile = Profile("a");
  const std::string base = OfProfile(profile);
  const auto with = [&](const std::string& from, const std::string& to) {
    return OfProfile(Changed(profile, from, to));
  };
  // Of the query, of the group, of what is measured, of the event's time.
  EXPECT_NE(with("path: type", "path: kind"), base);
  EXPECT_NE(with("path: host.id", "path: host.name"), base);
  EXPECT_NE(with("path: user.id", "path: user.name"), base);
  EXPECT_NE(with("path: when", "path: then"), base);
  EXPECT_NE(with("path: when", "path: when, time: epoch_ms"), base);
  // In whatever way.
  EXPECT_NE(with("path: user.id", "path: 'user\\.id'"), base);
  EXPECT_NE(with("path: user.id", "paths: [user.id, user.name]"), base);
  EXPECT_NE(with("path: user.id", "union: [user.id, user.name]"),
            with("path: user.id", "paths: [user.id, user.name]"));
  EXPECT_NE(with("path: user.id", "paths: [user.name, user.id]"),
            with("path: user.id", "paths: [user.id, user.name]"));
  EXPECT_NE(with("path: user.id", "constant: user.id"), base);
  EXPECT_NE(with("path: user.id", "path: user.id, steps: [basename]"), base);
  EXPECT_NE(with("path: user.id", "path: user.id, steps: [{map: {a: b}}]"),
            with("path: user.id", "path: user.id, steps: [{map: {a: c}}]"));
  EXPECT_NE(with("path: user.id", "cases: [{when: {kind: a}, path: user.id}]"),
            with("path: user.id", "cases: [{when: {kind: b}, path: user.id}]"));
  // What the rule does not read, and what is only told of a field.
  EXPECT_EQ(with("path: other", "path: another"), base);
  EXPECT_EQ(with("description: k", "description: what kind"), base);
}

TEST(DefinitionHash, OfTheFormatsThatTheRuleRunsOn) {
  const std::string both = HashOfRule(RuleYaml(), {Profile("a"), Profile("b")});
  EXPECT_NE(both, OfRule(RuleYaml()));
  EXPECT_EQ(HashOfRule(RuleYaml(), {Profile("b"), Profile("a")}), both);
  EXPECT_EQ(HashOfRule(RuleYaml("profiles: [a]\n"), {Profile("a"), Profile("b")}),
            OfRule(RuleYaml()));
  // Further tokens move the numbers of those that the rule reads.
  EXPECT_EQ(
      HashOfRule(RuleYaml("profiles: [a]\n"),
                 {Profile("b") + "  a.first: {type: keyword, description: k, example: e, path: "
                                 "x}\n",
                  Profile("a")}),
      OfRule(RuleYaml()));
}

}  // namespace
}  // namespace riposte::rule
