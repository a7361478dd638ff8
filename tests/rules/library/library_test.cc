// The rules that ship: their own tests, and what they find in real recordings.
#include "rules/library/library.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "engine/match/naive.h"
#include "rules/lint/lint.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "tests/support/corpus.h"
#include "tests/support/rule_run.h"
#include "tests/support/zst.h"

namespace riposte::library {
namespace {

const rule::RuleSet& Library() {
  static const rule::RuleSetPtr rules = [] {
    text::Diagnostics diagnostics;
    const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
    std::vector<text::SourcePtr> sources;
    for (const EmbeddedFile& file : LibraryFiles()) {
      sources.push_back(
          std::make_shared<text::Source>(std::string(file.path), std::string(file.bytes)));
    }
    rule::RuleSetPtr loaded = rule::LoadRulesFrom(sources, schema, diagnostics);
    EXPECT_EQ(text::Render(diagnostics), "") << "no error and no warning";
    RIPOSTE_CHECK(loaded != nullptr, "the library does not load");
    return loaded;
  }();
  return *rules;
}

// "encoded-powershell" for rules/library/windows/encoded-powershell.yaml
std::string Slug(const rule::Rule& rule) {
  return std::filesystem::path(rule.source->path()).stem().string();
}

TEST(Library, EachRuleSaysWhatPeopleNeed) {
  ASSERT_GE(Library().rules.size(), 12u);
  for (const rule::Rule& rule : Library().rules) {
    SCOPED_TRACE(Slug(rule));
    EXPECT_FALSE(rule.description.empty());
    EXPECT_FALSE(rule.false_positives.empty());
    EXPECT_TRUE(std::any_of(rule.tags.begin(), rule.tags.end(),
                            [](const std::string& tag) { return tag.starts_with("attack.t1"); }));
    ASSERT_TRUE(rule.remediation.has_value());
    EXPECT_NE(rule.remediation->mode, rule::AutoMode::kEnforce);
    const auto expects = [&rule](int64_t firings) {
      return std::count_if(rule.tests.begin(), rule.tests.end(),
                           [&](const rule::TestCase& test) { return test.firings == firings; });
    };
    EXPECT_GE(expects(1), 1) << "a test that hits";
    EXPECT_GE(expects(0), 1) << "a near miss";
  }
}

TEST(Library, AllFilesArePartOfTheBinary) {
  std::set<std::string> embedded;
  for (const EmbeddedFile& file : LibraryFiles()) embedded.emplace(file.path);
  std::set<std::string> files;
  const std::filesystem::path root = RIPOSTE_SOURCE_DIR;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root / "rules" / "library")) {
    if (entry.path().extension() == ".yaml") {
      files.insert(std::filesystem::relative(entry.path(), root).generic_string());
    }
  }
  EXPECT_EQ(embedded, files);
}

TEST(Library, TheRulesPassTheirOwnTestsAndTheLint) {
  EXPECT_THAT(test::FailedOwnTests(Library()), ::testing::IsEmpty());
  text::Diagnostics findings;
  lint::LintRules(Library(), findings);
  EXPECT_EQ(text::Render(findings), "");
}

// The matches of each rule in the first 200,000 events of the nxlog-flat recordings; those that
// match and a sample of the others are judged by the plain evaluator, too.
std::map<std::string, uint64_t> CountHits(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("otrf-nxlog-flat")) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  std::map<std::string, uint64_t> hits;
  for (const rule::Rule& rule : Library().rules) hits[Slug(rule)] = 0;
  test::RuleRun run(Library(), "windows-nxlog", {}, false);
  size_t left = 200'000;
  match::PlainMatcher plain(Library(), *Library().schema->FindProfile("windows-nxlog"));
  event::Decoder decoder;
  const Time now = TimeFromMs(1'800'000'000'000);
  for (const std::string& file : files) {
    test::ForEachLineOfZst(file, [&](std::string_view line) {
      if (left == 0) return false;
      --left;
      const std::vector<match::Match>& matches = run.Match(line, now);
      for (const match::Match& match : matches) ++hits[Slug(Library().rules[match.rule])];
      if (!matches.empty() || left % 40 == 0) {
        EXPECT_EQ(decoder.Decode(plain.plan(), line), event::Reject::kNone) << line;
        EXPECT_EQ(matches, plain.FindMatches(decoder.event(), {.now = now})) << line;
      }
      return true;
    });
  }
  EXPECT_EQ(left, 0u);
  return hits;
}

// What docs/library.md says of a rule, in a row "| [slug](...) | ... | format | hits |".
struct Documented {
  std::string formats;
  uint64_t hits = 0;
};

std::map<std::string, Documented> DocumentedRules() {
  std::map<std::string, Documented> rules;
  std::istringstream document(test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/library.md"));
  for (std::string line; std::getline(document, line);) {
    if (!line.starts_with("| [")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    const size_t last = cells.size() - 1;
    rules[line.substr(3, line.find(']') - 3)] = {
        .formats = cells[last - 1].substr(1, cells[last - 1].size() - 2),
        .hits = std::stoull(cells[last])};
  }
  return rules;
}

TEST(Library, TheRulesFireOnTheRecordingsAsDocumented) {
  RIPOSTE_REQUIRE_CORPUS(folder, "events");
  const std::map<std::string, uint64_t> hits = CountHits(folder);
  uint64_t total = 0;
  size_t firing = 0;
  for (const auto& [slug, count] : hits) {
    std::printf("  %-40s %6llu\n", slug.c_str(), static_cast<unsigned long long>(count));
    total += count;
    if (count > 0) ++firing;
  }
  std::printf("  %zu rules fire, %llu matches\n", firing, static_cast<unsigned long long>(total));
  EXPECT_GE(firing, 10u);
  EXPECT_GE(total, 1'000u);
  for (const auto& [slug, documented] : DocumentedRules()) {
    EXPECT_EQ(hits.at(slug), documented.hits) << slug;
  }
}

TEST(Library, TheDocumentListsEachRuleWithItsFormats) {
  const std::map<std::string, Documented> documented = DocumentedRules();
  EXPECT_EQ(documented.size(), Library().rules.size());
  const schema::Schema& schema = *Library().schema;
  for (const rule::Rule& rule : Library().rules) {
    const auto found = documented.find(Slug(rule));
    ASSERT_NE(found, documented.end()) << Slug(rule);
    const bool both = rule::RunsOn(rule, *schema.FindProfile("qualys-edr"));
    EXPECT_TRUE(rule::RunsOn(rule, *schema.FindProfile("windows-nxlog"))) << Slug(rule);
    EXPECT_EQ(found->second.formats, both ? "both" : "windows-nxlog") << Slug(rule);
  }
}

}  // namespace
}  // namespace riposte::library
