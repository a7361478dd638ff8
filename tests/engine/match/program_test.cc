#include "engine/match/program.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

// A program of these queries, and events for it.
class Bench {
 public:
  explicit Bench(const std::vector<std::string>& queries)
      : schema_(TableSchema()), rules_(RulesOf(schema_, queries)) {
    PredicateTable table;
    std::vector<schema::FieldId> fields;
    for (const rule::Rule& rule : rules_.rules) {
      roots_.push_back(table.Add(rule.query));
      std::ranges::copy(rule.query.Fields(), std::back_inserter(fields));
    }
    program_ = Program(table, AnchorChoice(table, schema_->catalogue));
    plan_ = event::Plan::Compile(*schema_, schema_->profiles.front(), fields);
  }

  // A digit a query: 1 if it is true.
  std::string Verdicts(const std::string& json, const Context& context = TableContext()) {
    EXPECT_EQ(decoder_.Decode(*plan_, json), event::Reject::kNone);
    program_.Begin(scratch_);
    std::string all;
    for (const TermId root : roots_)
      all += program_.IsTrue(root, decoder_.event(), context, scratch_) ? '1' : '0';
    return all;
  }

 private:
  schema::SchemaPtr schema_;
  rule::RuleSet rules_;
  std::vector<TermId> roots_;
  Program program_;
  std::shared_ptr<const event::Plan> plan_;
  event::Decoder decoder_;
  Program::Scratch scratch_;
};

TEST(Program, EachRootIsItsOwn) {
  Bench bench({"text: remote code and keyword: a", "not keyword: a", "keyword: /^a$/ or number: 5",
               "item: (kind: a and size > 1)", "keyword: a"});
  EXPECT_EQ(bench.Verdicts(R"({"text":"a remote code","keyword":"A"})"), "10001");
  EXPECT_EQ(bench.Verdicts(R"({"keyword":"a","item":{"kind":"a","size":2}})"), "00111");
  EXPECT_EQ(bench.Verdicts(R"({"number":5})"), "01100");
  EXPECT_EQ(bench.Verdicts("{}"), "01000");
}

// What was found out about one event does not hold for the next, nor for another time.
TEST(Program, ForgetsBetweenEvents) {
  Bench bench({"keyword: a", "not keyword: a", "text: word", "date > now-1h", "keyword: a"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bench.Verdicts(R"({"keyword":"a","text":"a word"})"), "10101");
    EXPECT_EQ(bench.Verdicts(R"({"keyword":"b","text":"another"})"), "01000");
  }
  const std::string dated = R"({"date":"2026-11-25T12:00:00Z"})";
  EXPECT_EQ(bench.Verdicts(dated), "01010");
  EXPECT_EQ(bench.Verdicts(dated, {.now = *ParseTime("2026-11-26T12:00:00Z")}), "01000");
}

// A predicate that stands inside a group and outside is two questions.
TEST(Program, GroupsAskAboutOneObject) {
  Bench bench({"item.kind: a and item.size: 1", "item: (kind: a and size: 1)",
               "item: (not kind: a)", "not item: (kind: a)", "item: (kind: a)", "item.kind: a"});
  EXPECT_EQ(bench.Verdicts(R"({"item":[{"kind":"a","size":2},{"kind":"b","size":1}]})"), "101011");
  EXPECT_EQ(bench.Verdicts(R"({"item":[{"kind":"b","size":1},{"kind":"a","size":1}]})"), "111011");
  EXPECT_EQ(bench.Verdicts(R"({"item":{"kind":"a","size":1}})"), "110011");
}

// A regular expression's literal is looked for before the expression is run: in folded text.
TEST(Program, RegularExpressionsBehindTheirLiterals) {
  Bench bench({"text: /kernel\\d/i", "text: /kernel\\d/", "text: /(foo|bar)baz/", "text: /a+/"});
  EXPECT_EQ(bench.Verdicts(With("text", "\u212AERNEL8")), "1000");
  EXPECT_EQ(bench.Verdicts(With("text", "kernel8")), "1100");
  EXPECT_EQ(bench.Verdicts(With("text", "kernel")), "0000");
  EXPECT_EQ(bench.Verdicts(With("text", "a barbaz")), "0011");
  EXPECT_EQ(bench.Verdicts(R"({"text":["foo","baz","foobaz"]})"), "0011");
}

TEST(Program, UndecodableValuesAreUnknown) {
  Bench bench({"number: 1", "not number: 1", "number is null", "number: 1 or keyword: a"});
  EXPECT_EQ(bench.Verdicts(R"({"number":"n/a"})"), "0000");
  EXPECT_EQ(bench.Verdicts(R"({"number":["n/a",1]})"), "1001");
  EXPECT_EQ(bench.Verdicts(R"({"number":"n/a","keyword":"a"})"), "0001");
}

}  // namespace
}  // namespace riposte::match
