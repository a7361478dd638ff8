// Sigma documents in a set with the profiles that ship; what they mean is tested in
// tests/rules/sigma.
#include "rules/rule/sigma_documents.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"
#include "tests/support/corpus.h"

namespace riposte::rule {
namespace {

using test::LoadText;

std::string SigmaRule(int number, std::string_view more = {}) {
  return "title: Sigma\nid: " + test::IdOf(number) +
         "\nauthor: Anna\nlogsource: {product: windows, category: process_creation}\n"
         "detection:\n  a: {Image|endswith: '\\cmd.exe'}\n  condition: a\nlevel: high\n" +
         std::string(more);
}

TEST(SigmaDocuments, StandBesideNativeRules) {
  const test::Loaded loaded = LoadText(test::RuleText(1) + "---\n" + SigmaRule(2));
  ASSERT_NE(loaded.set, nullptr) << loaded.codes();
  ASSERT_EQ(loaded.set->rules.size(), 2u);
  const Rule& sigma = loaded.rule(1);
  EXPECT_EQ(sigma.language, Language::kSigma);
  EXPECT_EQ(loaded.rule(0).language, Language::kQql);
  EXPECT_EQ(sigma.author, "Anna");
  EXPECT_EQ(sigma.severity, Severity::kHigh);
  EXPECT_FALSE(sigma.remediation.has_value());
  EXPECT_EQ(sigma.canonical_query,
            "sigma-logsource.windows/process_creation/: true and sigma.Image: \"*\\cmd.exe\"");
  EXPECT_EQ(sigma.arming_hash.size(), 64u);
  EXPECT_TRUE(RunsOn(sigma, *loaded.set->schema->FindProfile("windows-nxlog")));
  EXPECT_TRUE(RunsOn(sigma, *loaded.set->schema->FindProfile("windows-evtx")));
  EXPECT_FALSE(RunsOn(sigma, *loaded.set->schema->FindProfile("linux-sysmon")));
  EXPECT_FALSE(RunsOn(sigma, *loaded.set->schema->FindProfile("qualys-edr")));
}

TEST(SigmaDocuments, TheSetsSchemaHasItsTokensBehindTheOthers) {
  const schema::SchemaPtr shipped = test::ShippedSchema();
  EXPECT_EQ(LoadText(test::RuleText(1)).set->schema, shipped);
  const test::Loaded loaded = LoadText(SigmaRule(1));
  ASSERT_NE(loaded.set, nullptr);
  EXPECT_EQ(loaded.set->schema->catalogue.size(), shipped->catalogue.size() + 2);
}

TEST(SigmaDocuments, IdsAreUniqueAcrossLanguages) {
  EXPECT_EQ(LoadText(test::RuleText(1) + "---\n" + SigmaRule(1)).set, nullptr);
}

TEST(SigmaDocuments, TheVersionIsThatOfTheDocument) {
  EXPECT_NE(LoadText(SigmaRule(1)).rule().version,
            LoadText(SigmaRule(1, "description: x\n")).rule().version);
  EXPECT_EQ(LoadText(SigmaRule(1)).rule().arming_hash,
            LoadText(SigmaRule(1, "description: x\n")).rule().arming_hash);
}

TEST(SigmaDocument, ItsExamplesLoadTogether) {
  const std::string document = riposte::test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/sigma.md");
  const std::string fence = "```yaml-sigma\n";
  std::string examples;
  size_t count = 0;
  for (size_t at = document.find(fence); at != std::string::npos;
       at = document.find(fence, at + 1)) {
    const size_t begin = at + fence.size();
    examples += "---\n" + document.substr(begin, document.find("```", begin) - begin);
    ++count;
  }
  EXPECT_EQ(count, 3u);
  const test::Loaded loaded = LoadText(examples);
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(loaded.codes(), "");
  EXPECT_NE(loaded.rule().canonical_query.find("sigma.User"), std::string::npos) << "filtered";
}

}  // namespace
}  // namespace riposte::rule
