// The tree of an explanation: what each node saw, which ones decide, and, on random queries and
// events, that it says what the plain evaluator says.
#include "engine/match/explain.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"
#include "tests/support/event_text.h"
#include "tests/support/query_generator.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A query explained for an event of the table's format.
Explained Of(const query::Expression& expression, const schema::Schema& schema,
             const std::string& json, const ExplainLimits& limits = {}) {
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(schema, schema.profiles.front(), expression.Fields());
  event::Decoder decoder;
  EXPECT_EQ(decoder.Decode(*plan, json), event::Reject::kNone) << json;
  RegexCache regexes;
  return Explain(expression, schema.catalogue, decoder.event(), TableContext(), regexes, limits);
}
Explained Of(std::string_view query, const std::string& json, const ExplainLimits& limits = {}) {
  const schema::SchemaPtr schema = TableSchema();
  return Of(ParseQuery(*schema, query), *schema, json, limits);
}

std::vector<std::string> TextsOf(const std::vector<SeenValue>& values) {
  std::vector<std::string> texts;
  for (const SeenValue& value : values) texts.push_back(value.text);
  return texts;
}

// ---- clauses ----

TEST(Explain, AValueThatSatisfies) {
  const Explained clause = Of("keyword: b", R"({"keyword":["a","B"]})");
  EXPECT_EQ(clause.truth, Truth::kTrue);
  EXPECT_EQ(clause.reason, Reason::kSatisfied);
  EXPECT_EQ(clause.text, "keyword: \"b\"");
  EXPECT_THAT(TextsOf(clause.values), ElementsAre("a", "B"));
  EXPECT_EQ(clause.values[0].truth, Truth::kFalse);
  EXPECT_EQ(clause.values[1].truth, Truth::kTrue);
  EXPECT_EQ(clause.to_hold, 0u);
  EXPECT_EQ(clause.to_fail, 1u);
  EXPECT_TRUE(clause.decides);
}

TEST(Explain, NoValueThatSatisfies) {
  const Explained clause = Of("number > 5", R"({"number":[1,"2.50"]})");
  EXPECT_EQ(clause.truth, Truth::kFalse);
  EXPECT_EQ(clause.reason, Reason::kUnsatisfied);
  EXPECT_THAT(TextsOf(clause.values), ElementsAre("1", "2.50")) << "as the event has them";
  EXPECT_EQ(clause.to_hold, 1u);
  EXPECT_EQ(clause.to_fail, 0u);
}

TEST(Explain, AValueThatCannotBeRead) {
  const Explained clause = Of("number > 5", R"({"number":[1,"n/a"]})");
  EXPECT_EQ(clause.truth, Truth::kUnknown);
  EXPECT_EQ(clause.reason, Reason::kUndecodable);
  EXPECT_EQ(clause.values[1].undecodable, event::Undecodable::kNotANumber);
  EXPECT_EQ(clause.to_hold, 1u);
  EXPECT_EQ(clause.to_fail, 1u);
  EXPECT_EQ(Of("number > 5", R"({"number":[6,"n/a"]})").reason, Reason::kSatisfied);
  const Explained object = Of("number > 5", R"({"number":{"a":1}})");
  EXPECT_EQ(object.values[0].undecodable, event::Undecodable::kObjectValue);
  EXPECT_TRUE(object.values[0].object);
}

TEST(Explain, AnAbsentFieldAndWhereItWasLookedFor) {
  const Explained clause = Of("first: a", R"({"one":null})");
  EXPECT_EQ(clause.truth, Truth::kFalse);
  EXPECT_EQ(clause.reason, Reason::kAbsent);
  EXPECT_THAT(clause.look_ups.places, ElementsAre("one", "two"));
  EXPECT_THAT(clause.values, IsEmpty());
}

TEST(Explain, NullHoldsForWhatIsAbsentOnly) {
  const Explained absent = Of("keyword is null", "{}");
  EXPECT_EQ(absent.truth, Truth::kTrue);
  EXPECT_EQ(absent.reason, Reason::kAbsent);
  const Explained there = Of("keyword is null", With("keyword", "x"));
  EXPECT_EQ(there.truth, Truth::kFalse);
  EXPECT_EQ(there.reason, Reason::kPresent);
  EXPECT_THAT(TextsOf(there.values), ElementsAre("x"));
}

TEST(Explain, ATokenThatTheFormatDoesNotHave) {
  schema::Schema schema = *TableSchema();
  const schema::FieldId field = schema.catalogue.Find("keyword");
  schema.profiles.front().fields[schema::Index(field)].reset();
  const Explained clause = Of(ParseQuery(schema, "keyword: a"), schema, With("keyword", "a"));
  EXPECT_EQ(clause.truth, Truth::kFalse);
  EXPECT_EQ(clause.reason, Reason::kNotCarried);
  EXPECT_EQ(Of(ParseQuery(schema, "keyword is null"), schema, "{}").reason, Reason::kNotCarried);
}

// ---- bounds ----

std::string Many(int count) {
  std::string json;
  for (int i = 1; i <= count; ++i)
    json.append(json.empty() ? "" : ",").append("\"v").append(std::to_string(i)).append("\"");
  return "{\"keyword\":[" + json + "]}";
}

TEST(Explain, ValuesAreBounded) {
  const Explained at = Of("keyword: x", Many(3), {.values = 3});
  EXPECT_THAT(at.values, SizeIs(3));
  EXPECT_EQ(at.value_count, 3u);
  const Explained above = Of("keyword: x", Many(4), {.values = 3});
  EXPECT_THAT(TextsOf(above.values), ElementsAre("v1", "v2", "v3"));
  EXPECT_EQ(above.value_count, 4u);
}

TEST(Explain, TheValueThatDecidesIsShownHoweverManyThereAre) {
  const Explained clause = Of("keyword: [v9, v10]", Many(20), {.values = 2}).children[0];
  EXPECT_THAT(TextsOf(clause.values), ElementsAre("v1", "v9"));
  EXPECT_EQ(clause.value_count, 20u);
  EXPECT_THAT(TextsOf(Of("number: 1", R"({"number":[2,3,"n/a",4]})", {.values = 1}).values),
              ElementsAre("n/a"));
}

TEST(Explain, TextsAreBoundedAtACharacter) {
  const auto text = [](const std::string& value) {
    return Of("keyword: x", With("keyword", value), {.text_bytes = 4}).values.front();
  };
  EXPECT_EQ(text("abcd").text, "abcd");
  EXPECT_EQ(text("abcde").text, "abcd");
  EXPECT_EQ(text("abcde").bytes, 5u);
  EXPECT_EQ(text("abc\u00E4").text, "abc");
  EXPECT_EQ(text("ab\u00E4").text, "ab\u00E4");
}

// ---- and, or, not ----

// The texts of the nodes that decide, in the tree's order.
void CollectDeciding(const Explained& node, std::vector<std::string>& out) {
  if (node.decides) out.push_back(node.text);
  for (const Explained& child : node.children) CollectDeciding(child, out);
}
std::vector<std::string> DecidingIn(std::string_view query, const std::string& json) {
  std::vector<std::string> out;
  CollectDeciding(Of(query, json), out);
  return out;
}

TEST(Explain, WhatDecides) {
  const std::string a = R"({"keyword":"a","number":"n/a"})";
  EXPECT_THAT(DecidingIn("keyword: a and keyword: b and keyword: c", a),
              ElementsAre("and", "keyword: \"b\"", "keyword: \"c\""));
  EXPECT_THAT(DecidingIn("keyword: a and not keyword: b", a),
              ElementsAre("and", "keyword: \"a\"", "not", "keyword: \"b\""));
  EXPECT_THAT(DecidingIn("keyword: a or keyword: b", a), ElementsAre("or", "keyword: \"a\""));
  EXPECT_THAT(DecidingIn("keyword: b or keyword: c", a),
              ElementsAre("or", "keyword: \"b\"", "keyword: \"c\""));
  EXPECT_THAT(DecidingIn("keyword: a and number: 1", a), ElementsAre("and", "number: 1"));
  EXPECT_THAT(DecidingIn("keyword: b or number: 1", a), ElementsAre("or", "number: 1"));
  EXPECT_THAT(DecidingIn("keyword: b and number: 1", a), ElementsAre("and", "keyword: \"b\""));
}

TEST(Explain, HowManyClausesAreInTheWay) {
  const std::string a = With("keyword", "a");
  EXPECT_EQ(Of("keyword: b and keyword: c and keyword: a", a).to_hold, 2u);
  EXPECT_EQ(Of("(keyword: b and keyword: c) or keyword: d", a).to_hold, 1u);
  EXPECT_EQ(Of("keyword: a and not keyword: a", a).to_hold, 1u);
  EXPECT_EQ(Of("not (keyword: a and number is null)", a).to_hold, 1u);
  EXPECT_EQ(Of("not (keyword: a or number is null)", a).to_hold, 2u);
  EXPECT_EQ(Of("keyword: a and number is null", a).to_fail, 1u);
  EXPECT_EQ(Of("keyword: a or number is null", a).to_fail, 2u);
}

// ---- groups ----

constexpr const char* kItems =
    R"({"item":[{"kind":"x","size":1},{"kind":"y","size":9,"part":[{"size":4},{"size":5}]},)"
    R"({"kind":"y","size":2}]})";

TEST(Explain, TheSubObjectThatSatisfiesAGroup) {
  const Explained group = Of("item: (kind: y and size > 1)", kItems);
  EXPECT_EQ(group.truth, Truth::kTrue);
  EXPECT_EQ(group.reason, Reason::kSubObject);
  EXPECT_EQ(group.sub_object, "item[1]");
  EXPECT_EQ(group.sub_object_count, 3u);
  ASSERT_THAT(group.children, SizeIs(1));
  EXPECT_THAT(TextsOf(group.children[0].children[0].values), ElementsAre("y"));
  EXPECT_EQ(group.children[0].children[0].text, "kind: \"y\"") << "relative to the group";
  EXPECT_EQ(group.to_fail, 2u) << "two sub-objects satisfy it";
}

TEST(Explain, TheSubObjectThatComesNearest) {
  const Explained group = Of("item: (kind: y and size > 20 and part.size: 5)", kItems);
  EXPECT_EQ(group.truth, Truth::kFalse);
  EXPECT_EQ(group.sub_object, "item[1]");
  EXPECT_EQ(group.to_hold, 1u);
  const Explained first = Of("item: (size > 20)", kItems);
  EXPECT_EQ(first.sub_object, "item[0]") << "of equals the first";
}

// One that is nearer, but false, does not explain why the verdict is not known.
TEST(Explain, TheSubObjectThatMakesAGroupUnknown) {
  const Explained group = Of("item: (size > 5 and kind: z)",
                             R"({"item":[{"kind":"z","size":1},{"kind":"z","size":"n/a"}]})");
  EXPECT_EQ(group.truth, Truth::kUnknown);
  EXPECT_EQ(group.sub_object, "item[1]");
}

TEST(Explain, GroupsInGroups) {
  const Explained group = Of("item: (kind: y and part: (size: 5))", kItems);
  EXPECT_EQ(group.truth, Truth::kTrue);
  const Explained& inner = group.children[0].children[1];
  EXPECT_EQ(inner.sub_object, "item[1].part[1]");
  EXPECT_EQ(inner.sub_object_count, 2u);
  const Explained& size = inner.children[0];
  EXPECT_EQ(size.text, "size: 5");
  EXPECT_EQ(size.values[0].sub_object, "item[1].part[1]");
}

TEST(Explain, NoSubObject) {
  const Explained none = Of("item: (kind: x)", "{}");
  EXPECT_EQ(none.reason, Reason::kAbsent);
  EXPECT_THAT(none.look_ups.places, ElementsAre("item"));
  EXPECT_THAT(none.children, IsEmpty());
  EXPECT_EQ(none.to_hold, 1u);
  const Explained scalar = Of("item: (kind: x)", R"({"item":"x"})");
  EXPECT_EQ(scalar.reason, Reason::kAbsent);
  EXPECT_THAT(TextsOf(scalar.values), ElementsAre("x"));
}

TEST(Explain, AFieldThatOnlyOtherSubObjectsHave) {
  const Explained group = Of("item: (kind: x and part.size: 4)", kItems);
  EXPECT_EQ(group.sub_object, "item[0]");
  const Explained& size = group.children[0].children[1];
  EXPECT_EQ(size.reason, Reason::kAbsent);
  EXPECT_THAT(size.look_ups.places, IsEmpty()) << "the event has it";
}

// ---- random queries and events ----

// What holds for every node, whatever the query: it says what the plain evaluator says, and its
// parts and values give that verdict.
class Checker {
 public:
  Checker(const query::Expression& expression, const event::Event& event)
      : expression_(expression), event_(event) {}

  void Check(const Explained& node) {
    ++nodes_;
    ASSERT_EQ(node.truth,
              EvaluateNode(expression_, node.node, event_, node.row, TableContext(), regexes_));
    EXPECT_EQ(node.to_hold == 0, node.truth == Truth::kTrue) << node.text;
    EXPECT_EQ(node.to_fail == 0, node.truth == Truth::kFalse) << node.text;
    EXPECT_FALSE(node.why.empty());
    EXPECT_EQ(node.truth, FromParts(node)) << node.text << ": " << node.why;
    EXPECT_TRUE(!node.decides || HasGround(node)) << node.text;
    for (const Explained& child : node.children) Check(child);
  }
  size_t nodes() const { return nodes_; }

 private:
  static Truth FromParts(const Explained& node) {
    Truth truth = node.kind == query::Node::Kind::kAnd ? Truth::kTrue : Truth::kFalse;
    for (const Explained& child : node.children)
      truth = node.kind == query::Node::Kind::kAnd   ? And(truth, child.truth)
              : node.kind == query::Node::Kind::kNot ? Not(child.truth)
                                                     : Or(truth, child.truth);
    if (node.kind != query::Node::Kind::kClause) return truth;
    const bool null = node.text.ends_with(" is null");
    if (node.value_count == 0) return null ? Truth::kTrue : Truth::kFalse;
    for (const SeenValue& value : node.values) truth = Or(truth, value.truth);
    return truth;
  }
  // A node that decides has below it, down to the clauses, what decides.
  static bool HasGround(const Explained& node) {
    return node.children.empty() ||
           std::any_of(node.children.begin(), node.children.end(),
                       [](const Explained& child) { return child.decides; });
  }

  const query::Expression& expression_;
  const event::Event& event_;
  RegexCache regexes_;
  size_t nodes_ = 0;
};

TEST(Explain, SaysWhatThePlainEvaluatorSaysOfRandomQueriesAndEvents) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::Profile& profile = schema->profiles.front();
  const std::vector<std::string> texts = {"a",        "PROCESS", "4",       "n/a",
                                          "10.0.0.1", "true",    "cmd.exe", "2026-11-25"};
  std::array<size_t, 3> verdicts{};
  size_t nodes = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    test::QueryGenerator queries(seed, schema->catalogue, {.texts = texts});
    const query::Expression expression = queries.Next().expression;
    const std::shared_ptr<const event::Plan> plan =
        event::Plan::Compile(*schema, profile, expression.Fields());
    test::EventTextGenerator events(
        seed, {.paths = test::PathsOf(profile), .texts = texts, .absent = 200});
    for (int i = 0; i < 5; ++i) {
      const std::string json = events.Next();
      SCOPED_TRACE(testing::Message() << "seed " << seed << " event " << i << ": " << json);
      event::Decoder decoder;
      ASSERT_EQ(decoder.Decode(*plan, json), event::Reject::kNone);
      RegexCache regexes;
      const Explained root = Explain(expression, schema->catalogue, decoder.event(), TableContext(),
                                     regexes, {.values = 2, .text_bytes = 8});
      ASSERT_EQ(root.truth, Evaluate(expression, decoder.event(), TableContext(), regexes));
      Checker checker(expression, decoder.event());
      checker.Check(root);
      ASSERT_FALSE(testing::Test::HasFailure());
      ++verdicts[static_cast<size_t>(root.truth)];
      nodes += checker.nodes();
    }
  }
  EXPECT_THAT(verdicts, testing::Each(testing::Gt(50u))) << "too few of one kind to prove anything";
  EXPECT_GT(nodes, 5'000u);
}

}  // namespace
}  // namespace riposte::match
