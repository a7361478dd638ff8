// Diagnostics as people see them: rules/<code>.yaml is a rule file that is wrong, perhaps with a
// responses.yaml behind it, rules/<code>.txt what is said about it, to the byte. With
// RIPOSTE_UPDATE_GOLDEN set, the texts are written anew instead; read the difference before you
// commit it. And docs/diagnostics.md describes each code that the sources emit, and no other.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "rules/lint/lint.h"
#include "tests/rules/rule/rule_text.h"
#include "tests/support/corpus.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;
using test::ReadFile;

const std::string kRoot = RIPOSTE_SOURCE_DIR;

// Codes that no file alone can have; the tests that show them.
const std::map<std::string, std::string> kShownElsewhere = {
    {"file-too-large", "tests/rules/rule/rule_files_test.cc"},
    {"rule-too-large", "tests/rules/sigma/condition_parse_test.cc"},
    {"too-many-fields", "tests/rules/sigma/item_test.cc"},
    {"missing-group-by", "tests/rules/rule/trigger_values_test.cc"},
    {"no-rule-files", "tests/rules/rule/rule_files_test.cc"},
    {"too-many-rules", "tests/rules/rule/load_test.cc"},
    {"unreadable-file", "tests/rules/rule/rule_files_test.cc"},
};

// What stands behind this line is a file of that name beside the first.
constexpr std::string_view kBeside = "# responses.yaml\n";

text::Diagnostics Check(const std::string& name, const std::string& bytes) {
  const size_t beside = bytes.find(kBeside);
  std::vector<text::SourcePtr> sources = {
      std::make_shared<text::Source>(name, bytes.substr(0, beside))};
  if (beside != std::string::npos)
    sources.push_back(
        std::make_shared<text::Source>("responses.yaml", bytes.substr(beside + kBeside.size())));
  text::Diagnostics diagnostics;
  const rule::RuleSetPtr set =
      rule::LoadRulesFrom(sources, rule::test::ShippedSchema(), diagnostics);
  if (set != nullptr) lint::LintRules(*set, diagnostics);
  return diagnostics;
}

bool Has(const text::Diagnostics& diagnostics, const std::string& code) {
  return std::any_of(diagnostics.all().begin(), diagnostics.all().end(),
                     [&](const text::Diagnostic& diagnostic) { return diagnostic.code == code; });
}

std::vector<fs::path> FilesIn(const std::string& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(kRoot + "/" + folder)) {
    if (entry.path().extension() == ending) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Keys of documents that look like one.
const std::set<std::string> kNoCodes = {"group-by"};

// The codes in the sources of `folders`: but for those keys their only literals of this form.
std::set<std::string> EmittedCodes(const std::vector<std::string>& folders) {
  const std::regex code("\"([a-z0-9]+(-[a-z0-9]+)+)\"");
  std::set<std::string> codes;
  for (const std::string& folder : folders) {
    for (const fs::path& file : FilesIn(folder, ".cc")) {
      const std::string text = ReadFile(file.string());
      for (std::sregex_iterator at(text.begin(), text.end(), code), end; at != end; ++at)
        if (!kNoCodes.contains((*at)[1])) codes.insert((*at)[1]);
    }
  }
  return codes;
}

// The sections of docs/diagnostics.md by code.
std::map<std::string, std::string> Sections() {
  const std::string text = ReadFile(kRoot + "/docs/diagnostics.md");
  std::map<std::string, std::string> sections;
  for (size_t at = text.find("\n## "); at != std::string::npos;) {
    const size_t next = text.find("\n## ", at + 1);
    const size_t title_end = text.find('\n', at + 4);
    sections[text.substr(at + 4, title_end - at - 4)] = text.substr(title_end, next - title_end);
    at = next;
  }
  return sections;
}

TEST(GoldenDiagnostics, AreSaidToTheByte) {
  const bool update = std::getenv("RIPOSTE_UPDATE_GOLDEN") != nullptr;
  const std::vector<fs::path> files = FilesIn("tests/golden/rules", ".yaml");
  ASSERT_FALSE(files.empty());
  for (const fs::path& file : files) {
    const text::Diagnostics diagnostics = Check(file.filename().string(), ReadFile(file.string()));
    EXPECT_TRUE(Has(diagnostics, file.stem().string())) << file;
    fs::path expected = file;
    expected.replace_extension(".txt");
    if (update) std::ofstream(expected, std::ios::binary) << text::Render(diagnostics);
    EXPECT_EQ(text::Render(diagnostics), ReadFile(expected.string())) << file;
  }
}

TEST(GoldenDiagnostics, ThereIsOneForEachCodeOfRuleFiles) {
  for (const std::string& code :
       EmittedCodes({"rules/text", "rules/sigma", "rules/rule", "rules/lint"})) {
    const auto elsewhere = kShownElsewhere.find(code);
    const std::string shown_in = elsewhere == kShownElsewhere.end()
                                     ? "tests/golden/rules/" + code + ".yaml"
                                     : elsewhere->second;
    ASSERT_TRUE(fs::exists(kRoot + "/" + shown_in)) << code;
    if (elsewhere != kShownElsewhere.end()) {
      EXPECT_NE(ReadFile(kRoot + "/" + shown_in).find(code), std::string::npos) << code;
    }
  }
}

TEST(DiagnosticsDocument, HasEachCodeAndNoOther) {
  const std::set<std::string> emitted = EmittedCodes(
      {"rules/text", "rules/schema", "rules/qql", "rules/sigma", "rules/rule", "rules/lint"});
  const std::map<std::string, std::string> sections = Sections();
  for (const std::string& code : emitted)
    EXPECT_TRUE(sections.contains(code)) << code << " is not described";
  for (const auto& [code, text] : sections)
    EXPECT_TRUE(emitted.contains(code)) << code << " is never emitted";
}

TEST(DiagnosticsDocument, IsInTheOrderOfTheAlphabet) {
  const std::string text = ReadFile(kRoot + "/docs/diagnostics.md");
  std::string previous;
  for (size_t at = text.find("\n## "); at != std::string::npos; at = text.find("\n## ", at + 1)) {
    const std::string code = text.substr(at + 4, text.find('\n', at + 4) - at - 4);
    EXPECT_LT(previous, code);
    previous = code;
  }
}

// An example of a rule file, perhaps a part of one, is wrong in the way that it is an example of.
TEST(DiagnosticsDocument, ExamplesOfRuleFilesAreWrongThatWay) {
  const std::string fence = "```yaml-wrong\n";
  size_t examples = 0;
  for (const auto& [code, text] : Sections()) {
    for (size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
      const size_t begin = at + fence.size();
      const std::string example = text.substr(begin, text.find("```", begin) - begin);
      EXPECT_TRUE(Has(Check("example.yaml", example), code)) << code << ":\n" << example;
      ++examples;
    }
  }
  EXPECT_GT(examples, 20u);
}

// A query alone, in a rule that has nothing else to be found fault with.
std::string RuleOf(const std::string& query) {
  std::string indented = "  ";
  for (const char c : query) indented += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: n\nseverity: high\nquery: |\n" +
         indented + "\ntrigger:\n  single_match: {}\n";
}

// An example of a finding, and what to write rather: both load, and only the first is found.
TEST(DiagnosticsDocument, ExamplesOfFindingsAreFoundAndTheirCorrectionsAreNot) {
  struct Fence {
    std::string begin;
    bool query = false, wrong = false;
  };
  const std::vector<Fence> fences = {{.begin = "```query-wrong\n", .query = true, .wrong = true},
                                     {.begin = "```query-right\n", .query = true},
                                     {.begin = "```yaml-right\n"}};
  std::map<std::string, size_t> examples;
  for (const auto& [code, text] : Sections()) {
    for (const Fence& fence : fences) {
      for (size_t at = text.find(fence.begin); at != std::string::npos;
           at = text.find(fence.begin, at + 1)) {
        const size_t begin = at + fence.begin.size();
        const std::string example = text.substr(begin, text.find("```", begin) - begin);
        const text::Diagnostics found =
            Check("example.yaml", fence.query ? RuleOf(example) : example);
        EXPECT_FALSE(found.has_errors() && !fence.wrong) << text::Render(found);
        EXPECT_EQ(Has(found, code), fence.wrong) << code << ":\n" << example;
        ++examples[fence.begin];
      }
    }
  }
  EXPECT_GE(examples["```query-wrong\n"], 20u);
  EXPECT_EQ(examples["```query-wrong\n"], examples["```query-right\n"]);
  EXPECT_GE(examples["```yaml-right\n"], 10u);
}

}  // namespace
}  // namespace riposte
