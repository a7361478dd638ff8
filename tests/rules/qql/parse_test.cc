#include "rules/qql/parse.h"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/qql/parse_helper.h"
#include "tests/support/corpus.h"

namespace riposte::qql {
namespace {

const std::string kRoot = RIPOSTE_SOURCE_DIR;

struct Case {
  std::string query;
  std::string expected;
};

// "## query" and below it what is expected; "<n>" in the query is a line end.
std::vector<Case> ReadCases(const std::string& name) {
  std::vector<Case> cases;
  std::istringstream lines(test::ReadFile(kRoot + "/tests/rules/qql/cases/" + name));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) {
      std::string query = line.substr(3);
      for (size_t at; (at = query.find("<n>")) != std::string::npos;) query.replace(at, 3, "\n");
      cases.push_back({query, ""});
    } else if (!line.starts_with("# ")) {
      cases.back().expected += line + "\n";
    }
  }
  return cases;
}

// The fenced blocks of a document that are marked with `language`.
std::vector<std::string> ReadBlocks(const std::string& document, const std::string& language) {
  std::vector<std::string> blocks;
  bool inside = false;
  std::istringstream lines(test::ReadFile(kRoot + "/docs/" + document));
  for (std::string line; std::getline(lines, line);) {
    if (line == "```" + language) {
      inside = true;
      blocks.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

std::set<std::string> Codes(const text::Diagnostics& diagnostics) {
  std::set<std::string> codes;
  for (const text::Diagnostic& diagnostic : diagnostics.all()) codes.insert(diagnostic.code);
  return codes;
}

std::string Repeat(const std::string& text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST(Parse, AcceptedQueriesMeanWhatIsExpected) {
  const std::vector<Case> cases = ReadCases("accepted.txt");
  ASSERT_GT(cases.size(), 100u);
  for (const Case& one : cases) {
    EXPECT_EQ(ParseText(one.query).Rendered(Tokens()), one.expected) << one.query;
  }
}

TEST(Parse, RefusedQueriesSayWhy) {
  const std::vector<Case> cases = ReadCases("refused.txt");
  ASSERT_GT(cases.size(), 100u);
  for (const Case& one : cases) {
    EXPECT_EQ(ParseText(one.query).Rendered(Tokens()), one.expected) << one.query;
  }
}

// All codes are kebab-case literals of the sources.
TEST(Parse, EachCodeIsTestedAndDocumented) {
  std::set<std::string> in_sources, in_cases;
  const std::regex code("\"([a-z0-9]+(-[a-z0-9]+)+)\"");
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "/rules/qql")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string source = test::ReadFile(entry.path());
    for (std::sregex_iterator i(source.begin(), source.end(), code), end; i != end; ++i) {
      in_sources.insert((*i)[1]);
    }
  }
  for (const Case& one : ReadCases("refused.txt")) {
    in_cases.merge(Codes(ParseText(one.query).diagnostics));
  }
  // These have tests of their own below.
  in_cases.insert({"invalid-utf8", "too-deep", "too-many-errors"});
  EXPECT_EQ(in_cases, in_sources);
  const std::string document = test::ReadFile(kRoot + "/docs/diagnostics.md");
  for (const std::string& each : in_sources) {
    EXPECT_NE(document.find("\n## " + each + "\n"), std::string::npos) << each;
  }
}

TEST(Parse, ExamplesOfTheDocumentsAreAsTheySay) {
  const std::vector<std::string> right = ReadBlocks("rules.md", "qql");
  ASSERT_GT(right.size(), 5u);
  for (const std::string& block : right) {
    // A block is one query, or one a line where each line is one.
    std::istringstream lines(block);
    std::vector<std::string> queries;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(" ") && !queries.empty()) {
        queries.back() += "\n" + line;
      } else if (!line.empty() && !line.starts_with("#")) {
        queries.push_back(line);
      }
    }
    for (const std::string& query : queries) {
      const Parsed parsed = ParseText(query);
      EXPECT_TRUE(parsed.expression) << parsed.Rendered(Tokens());
    }
  }
}

TEST(Parse, ExamplesOfTheDiagnosticsGiveTheirCode) {
  std::istringstream lines(test::ReadFile(kRoot + "/docs/diagnostics.md"));
  std::string code;
  size_t examples = 0;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) code = line.substr(3);
    if (inside && line != "```") {
      EXPECT_THAT(Codes(ParseText(line).diagnostics), testing::Contains(code)) << line;
      ++examples;
    }
    inside = line == "```qql-wrong" || (inside && line != "```");
  }
  EXPECT_GT(examples, 30u);
}

TEST(Parse, NestingIsLimited) {
  const auto nested = [](size_t depth, const std::string& clause) {
    // Alternating, so that no level is spliced away when it is printed.
    std::string text;
    for (size_t i = 0; i < depth; ++i)
      text += i % 2 == 0 ? "process.pid: 1 and (" : "process.pid: 1 or (";
    return text + clause + Repeat(")", depth);
  };
  const auto codes = [](const std::string& text) { return Codes(ParseText(text).diagnostics); };
  const std::set<std::string> none, too_deep = {"too-deep"};
  EXPECT_EQ(codes(nested(1000, "type: FILE")), none);
  EXPECT_EQ(codes(nested(1001, "type: FILE")), too_deep);
  EXPECT_EQ(codes(nested(999, "type: [FILE, MUTEX]")), none);
  EXPECT_EQ(codes(nested(1000, "type: [FILE, MUTEX]")), too_deep);
  EXPECT_EQ(codes(nested(999, "type != FILE")), none);
  EXPECT_EQ(codes(nested(1000, "type != FILE")), too_deep);
  EXPECT_EQ(codes(nested(998, "type != [FILE, MUTEX]")), none);
  EXPECT_EQ(codes(nested(999, "type != [FILE, MUTEX]")), too_deep);
  EXPECT_EQ(codes(Repeat("(", 1000) + "type: FILE" + Repeat(")", 1000)), none);
  EXPECT_EQ(codes(Repeat("(", 1001) + "type: FILE" + Repeat(")", 1001)), too_deep);
  EXPECT_EQ(codes(Repeat("indicator: (", 1001) + "score: 1" + Repeat(")", 1001)),
            (std::set<std::string>{"outside-group", "too-deep"}));
  EXPECT_EQ(codes(Repeat("not ", 100'001) + "type: FILE"), none);
}

// What the limit lets pass is within the limit when it is printed, too.
TEST(Parse, TheDeepestQueriesPrintAndParse) {
  for (const std::string clause : {"type != [FILE, MUTEX]", "not type != [FILE, MUTEX]"}) {
    std::string text;
    for (size_t i = 0; i < 998; ++i)
      text += i % 2 == 0 ? "process.pid: 1 and (" : "process.pid: 1 or (";
    const Parsed parsed = ParseText(text + clause + Repeat(")", 998));
    ASSERT_TRUE(parsed.expression);
    const Parsed again = ParseText(query::Print(*parsed.expression, Tokens()));
    ASSERT_TRUE(again.expression) << clause;
    EXPECT_TRUE(again.expression->SameAs(*parsed.expression));
  }
}

TEST(Parse, GivesUpAfterAHundredErrors) {
  const Parsed parsed = ParseText(Repeat("process.pid: x or ", 99) + "process.pid: 1");
  EXPECT_EQ(parsed.diagnostics.all().size(), 99u);
  const Parsed more = ParseText(Repeat("process.pid: x or ", 5000) + "process.pid: 1");
  EXPECT_EQ(more.diagnostics.all().size(), 101u);
  EXPECT_EQ(more.diagnostics.all().back().code, "too-many-errors");
  const Parsed list = ParseText("process.pid: [" + Repeat("x, ", 5000) + "1]");
  EXPECT_EQ(list.diagnostics.all().size(), 101u);
}

TEST(Parse, RefusesWhatIsNotUtf8) {
  for (const std::string bytes : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf"}) {
    const Parsed parsed = ParseText("process.name: \"" + bytes + "\"");
    EXPECT_FALSE(parsed.expression);
    EXPECT_EQ(Codes(parsed.diagnostics), std::set<std::string>{"invalid-utf8"});
  }
  EXPECT_TRUE(ParseText(std::string("process.name: \"a\0b\"", 19)).expression);
}

TEST(Parse, HugeQueriesAreParsed) {
  EXPECT_TRUE(ParseText(Repeat("process.pid: 1 or ", 50'000) + "process.pid: 2").expression);
  EXPECT_TRUE(ParseText("process.name: \"" + Repeat("word ", 200'000) + "\"").expression);
  EXPECT_TRUE(ParseText("process.name: " + Repeat("word ", 200'000)).expression);
  EXPECT_TRUE(ParseText("process.name: \"" + Repeat("\\*a*", 200'000) + "\"").expression);
  EXPECT_FALSE(ParseText(Repeat("\"", 100'001)).expression);
  EXPECT_FALSE(ParseText(Repeat("[", 500'000)).expression);
  EXPECT_FALSE(ParseText("process.pid: " + Repeat("(", 500'000)).expression);
  EXPECT_FALSE(ParseText(Repeat("a", 500'000) + ": 1").expression);
}

// A query in a block scalar: the places are those of the file.
TEST(Parse, PlacesAreThoseOfTheFile) {
  const auto source = std::make_shared<const text::Source>(
      "rule.yaml", "query: |\n  type: FILE\n    and proces.name: x\n");
  const text::Fragment query(source, "type: FILE\n  and proces.name: x\n", {{0, 11}, {11, 24}});
  text::Diagnostics diagnostics;
  EXPECT_FALSE(Parse(query, Tokens(), diagnostics));
  EXPECT_EQ(text::Render(diagnostics),
            "rule.yaml:3:9: error[unknown-token]: unknown token 'proces.name'\n"
            "    3 |     and proces.name: x\n"
            "      |         ^^^^^^^^^^^ did you mean 'process.name'?\n");
}

TEST(Parse, NodesKnowTheirPlaces) {
  const std::string text = "not type: FILE and (indicator: (score > 5) or process.pid != 1)";
  const Parsed parsed = ParseText(text);
  ASSERT_TRUE(parsed.expression);
  std::vector<std::string> clauses;
  for (const query::Node& node : parsed.expression->nodes()) {
    if (node.kind == query::Node::Kind::kClause || node.kind == query::Node::Kind::kGroup)
      clauses.push_back(text.substr(node.span.begin, node.span.end - node.span.begin));
  }
  EXPECT_THAT(clauses, testing::ElementsAre("type: FILE", "score > 5", "indicator: (score > 5)",
                                            "process.pid != 1", "process.pid != 1"));
}

}  // namespace
}  // namespace riposte::qql
