#include "rules/rule/load.h"

#include <iostream>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"
#include "tests/support/temp_dir.h"

namespace riposte::rule {
namespace {

using test::IdOf;
using test::Loaded;
using test::LoadText;
using test::RuleText;
using test::ShippedSchema;

std::string Codes(const text::Diagnostics& diagnostics) {
  std::string out;
  for (const text::Diagnostic& diagnostic : diagnostics.all())
    out += (out.empty() ? "" : " ") + diagnostic.code;
  return out;
}

TEST(LoadRules, SeveralDocumentsInAFile) {
  const Loaded loaded = LoadText(RuleText(1) + "---\n" + RuleText(2) + "---\n# nothing here\n");
  ASSERT_EQ(loaded.codes(), "");
  ASSERT_EQ(loaded.set->rules.size(), 2u);
  EXPECT_EQ(loaded.rule(0).id.ToString(), IdOf(1));
  EXPECT_EQ(loaded.rule(1).id.ToString(), IdOf(2));
}

TEST(LoadRules, AllErrorsOfAllFilesAtOnceAndTheSetIsRefusedWhole) {
  riposte::test::TempDir dir;
  dir.Write("b.yaml", RuleText(1) + "severty: low\n");
  dir.Write("a.yml", "id: x\nname: [a]\n");
  dir.Write("c.yaml", RuleText(3));
  text::Diagnostics diagnostics;
  EXPECT_EQ(LoadRules({.paths = {dir.path()}}, ShippedSchema(), diagnostics), nullptr);
  EXPECT_EQ(Codes(diagnostics),
            "missing-key missing-key missing-key bad-uuid wrong-type unknown-key");
}

TEST(LoadRules, EachDocumentIsReadUpToItsOwnFirstSyntaxError) {
  const Loaded loaded = LoadText("id: [\n---\nid: x\n---\n" + RuleText(1) + "more: {\n");
  EXPECT_EQ(loaded.set, nullptr);
  EXPECT_EQ(Codes(loaded.diagnostics),
            "yaml-syntax missing-key missing-key missing-key missing-key bad-uuid "
            "yaml-syntax");
}

TEST(LoadRules, AFileWithoutARuleIsAnError) {
  EXPECT_EQ(LoadText("").codes(), "no-rules@1:1");
  EXPECT_EQ(LoadText("# only a comment\n---\n").codes(), "no-rules@1:1");
  EXPECT_EQ(LoadText("---\n" + RuleText(1)).codes(), "");
  EXPECT_EQ(LoadText("- a\n").codes(), "wrong-type@1:1");
  EXPECT_EQ(LoadText("text\n").codes(), "wrong-type@1:1");
  EXPECT_EQ(LoadText("~\n").codes(), "empty-value@1:1");
}

TEST(LoadRules, AnEmptyFolderGivesAnEmptySetAndAWarning) {
  riposte::test::TempDir dir;
  text::Diagnostics diagnostics;
  const RuleSetPtr set = LoadRules({.paths = {dir.path()}}, ShippedSchema(), diagnostics);
  ASSERT_NE(set, nullptr);
  EXPECT_TRUE(set->rules.empty());
  EXPECT_EQ(Codes(diagnostics), "no-rule-files");
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(LoadRules, DuplicateIdsPointAtBoth) {
  riposte::test::TempDir dir;
  dir.Write("a.yaml", RuleText(1) + "---\n" + RuleText(2));
  dir.Write("sub/b.yaml", RuleText(2));
  text::Diagnostics diagnostics;
  EXPECT_EQ(LoadRules({.paths = {dir.path()}}, ShippedSchema(), diagnostics), nullptr);
  ASSERT_EQ(Codes(diagnostics), "duplicate-id duplicate-id");
  const std::string rendered = text::Render(diagnostics);
  EXPECT_NE(rendered.find("again at " + dir.path() + "/sub/b.yaml:1:5"), std::string::npos)
      << rendered;
  EXPECT_NE(rendered.find("first used at " + dir.path() + "/a.yaml:9:5"), std::string::npos)
      << rendered;
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

TEST(LoadRules, IdsDifferByTheirValueNotTheirSpelling) {
  std::string upper = RuleText(1);
  upper.replace(upper.find("0b6d1a52"), 8, "0B6D1A52");
  EXPECT_EQ(LoadText(RuleText(1) + "---\n" + upper).codes(), "duplicate-id@1:5 duplicate-id@9:5");
}

TEST(LoadRules, BoundsJustBelowAndJustAbove) {
  riposte::test::TempDir dir;
  const std::string text = RuleText(1);
  dir.Write("a.yaml", text + "---\n" + RuleText(2));
  dir.Write("b.yaml", RuleText(3));
  const auto load = [&](LoadOptions options) {
    text::Diagnostics diagnostics;
    options.paths = {dir.path()};
    const RuleSetPtr set = LoadRules(options, ShippedSchema(), diagnostics);
    return set != nullptr ? std::to_string(set->rules.size()) : Codes(diagnostics);
  };
  EXPECT_EQ(load({.paths = {}, .max_rules = 3}), "3");
  EXPECT_EQ(load({.paths = {}, .max_rules = 2}), "too-many-rules");
  const size_t size = 2 * text.size() + 4;
  EXPECT_EQ(load({.paths = {}, .max_file_bytes = size}), "3");
  EXPECT_EQ(load({.paths = {}, .max_file_bytes = size - 1}), "file-too-large");
}

TEST(LoadRules, OrderIsByPathThenPlace) {
  const auto source = [](const std::string& path, int first) {
    return std::make_shared<text::Source>(path, RuleText(first) + "---\n" + RuleText(first + 1));
  };
  text::Diagnostics diagnostics;
  const RuleSetPtr set =
      LoadRulesFrom({source("b.yaml", 1), source("a.yaml", 3)}, ShippedSchema(), diagnostics);
  ASSERT_NE(set, nullptr) << text::Render(diagnostics);
  std::string order;
  for (const Rule& rule : set->rules) order += rule.name.substr(5);
  EXPECT_EQ(order, "3412");
}

TEST(LoadRules, TheHashIsOfNamesAndBytesWhereverTheFolderStands) {
  const auto hash = [](const std::vector<std::pair<std::string, std::string>>& files) {
    riposte::test::TempDir dir;
    for (const auto& [name, bytes] : files) dir.Write(name, bytes);
    text::Diagnostics diagnostics;
    const RuleSetPtr set = LoadRules({.paths = {dir.path()}}, ShippedSchema(), diagnostics);
    return set == nullptr ? text::Render(diagnostics) : set->sha256;
  };
  const std::string one = hash({{"a.yaml", RuleText(1)}, {"s/b.yaml", RuleText(2)}});
  EXPECT_EQ(one.size(), 64u);
  EXPECT_EQ(hash({{"a.yaml", RuleText(1)}, {"s/b.yaml", RuleText(2)}}), one);
  EXPECT_NE(hash({{"a.yaml", RuleText(1)}, {"b.yaml", RuleText(2)}}), one);
  EXPECT_NE(hash({{"a.yaml", RuleText(2)}, {"s/b.yaml", RuleText(1)}}), one);
  EXPECT_NE(hash({{"a.yaml", RuleText(1) + "# \n"}, {"s/b.yaml", RuleText(2)}}), one);
  EXPECT_NE(hash({{"a.yaml", RuleText(1)}}), one);
}

// Whatever a byte of a valid file becomes: all its rules load, or there is an error.
TEST(LoadRules, NoRuleVanishesSilently) {
  const std::string valid =
      RuleText(1, "tags: [a, 'b']\ndescription: >\n  two\n  lines\n") + "---\n" +
      RuleText(2, "remediation:\n  auto: dry_run\n  action: quarantine_asset\n") +
      "# between\n---\n" +
      RuleText(3,
               "tests:\n- name: t\n  events: [ {at: 0s, event: {type: PROCESS}} ]\n"
               "  expect: {firings: 0}\n");
  ASSERT_EQ(LoadText(valid).set->rules.size(), 3u);
  constexpr uint32_t kSeed = 31415926;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<size_t> any_place(0, valid.size() - 1);
  std::uniform_int_distribution<int> any_byte(0, 255);
  constexpr std::string_view kLikely = "#\n -:|'\"{}[]\t%&*!>?,\r~.";
  std::uniform_int_distribution<size_t> any_likely(0, kLikely.size() - 1);
  size_t loaded_whole = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string file = valid;
    const size_t at = any_place(random);
    const char byte =
        round % 2 == 0 ? kLikely[any_likely(random)] : static_cast<char>(any_byte(random));
    switch (round % 3) {
      case 0:
        file[at] = byte;
        break;
      case 1:
        file.insert(at, 1, byte);
        break;
      default:
        file.erase(at, 1);
    }
    const Loaded loaded = LoadText(file);
    if (loaded.set == nullptr) {
      EXPECT_TRUE(loaded.diagnostics.has_errors()) << file;
      continue;
    }
    ++loaded_whole;
    EXPECT_EQ(loaded.set->rules.size(), 3u) << "round " << round << " at " << at << ":\n" << file;
  }
  EXPECT_GT(loaded_whole, 500u);
}

// A prefix of a file, as an editor may leave it half-written: no rule that is there whole may be
// missing without an error.
TEST(LoadRules, NoRuleVanishesFromACutFile) {
  const std::string valid = RuleText(1) + "---\n" + RuleText(2) + "---\n" + RuleText(3);
  for (size_t size = 0; size <= valid.size(); ++size) {
    const std::string file = valid.substr(0, size);
    const Loaded loaded = LoadText(file);
    if (loaded.set == nullptr) continue;
    size_t begun = 0;
    for (size_t at = file.find("id: "); at != std::string::npos; at = file.find("id: ", at + 1))
      ++begun;
    EXPECT_EQ(loaded.set->rules.size(), begun) << file;
  }
}

}  // namespace
}  // namespace riposte::rule
