// Each reason in words.
#include "engine/match/explain_words.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

std::string WhyOf(const schema::Schema& schema, std::string_view query, const std::string& json,
                  const ExplainLimits& limits = {}) {
  const query::Expression expression = ParseQuery(schema, query);
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(schema, schema.profiles.front(), expression.Fields());
  event::Decoder decoder;
  EXPECT_EQ(decoder.Decode(*plan, json), event::Reject::kNone) << json;
  RegexCache regexes;
  return Explain(expression, schema.catalogue, decoder.event(), TableContext(), regexes, limits)
      .why;
}
std::string Why(std::string_view query, const std::string& json, const ExplainLimits& limits = {}) {
  return WhyOf(*TableSchema(), query, json, limits);
}

TEST(Words, Values) {
  EXPECT_EQ(Why("keyword: a", With("keyword", "A")), "the event has \"A\"");
  EXPECT_EQ(Why("keyword: a", With("keyword", "b")), "the event has \"b\"");
  EXPECT_EQ(Why("keyword: a", R"({"keyword":["b","a"]})"), "one of 2 values: \"a\"");
  EXPECT_EQ(Why("keyword: a", R"({"keyword":["b","c"]})"), "none of 2 values: \"b\", \"c\"");
  EXPECT_EQ(Why("keyword: a", R"({"keyword":["b","c","d"]})", {.values = 2}),
            "none of 3 values: \"b\", \"c\" and 1 more");
  EXPECT_EQ(Why("keyword: a", With("keyword", "abcdef"), {.text_bytes = 5}),
            "the event has \"abcde...\" (6 bytes)");
  EXPECT_EQ(Why("keyword is null", With("keyword", "b")), "the event has \"b\"");
  EXPECT_EQ(Why("item is null", R"({"item":[{"size":1}]})"), "the event has an object");
}

// A hostile event does not drive the terminal of who looks at it.
TEST(Words, ControlCharacters) {
  EXPECT_EQ(Why("keyword: a", With("keyword", "x\x1b[2J\ny")), "the event has \"x\\x1b[2J\\x0ay\"");
}

TEST(Words, Undecodable) {
  EXPECT_EQ(Why("number: 1", With("number", "n/a")), "\"n/a\" is no number");
  EXPECT_EQ(Why("number: 1", R"({"number":1e999})"), "\"1e999\" is a number out of range");
  EXPECT_EQ(Why("ip: 1.2.3.4", With("ip", "local")), "\"local\" is no IP address");
  EXPECT_EQ(Why("date: 2026-11-25", With("date", "now")), "\"now\" is no date");
  EXPECT_EQ(Why("bool: true", With("bool", "yes")), "\"yes\" is neither true nor false");
  EXPECT_EQ(Why("number: 1", R"({"number":{}})"), "an object stands where a plain value should");
  EXPECT_EQ(Why("number: 1", R"({"number":[2,"n/a"]})"), "\"n/a\" is no number");
}

TEST(Words, Absent) {
  EXPECT_EQ(Why("first: a", "{}"), "absent, looked for at one, two");
  EXPECT_EQ(Why("item: (size: 1)", "{}"), "absent, looked for at item");
  EXPECT_EQ(Why("item: (size: 1)", R"({"item":"x"})"), "no sub-object, but \"x\"");
  const schema::SchemaPtr schema = TableSchema();
  const query::Expression expression = ParseQuery(*schema, "item: (size: 1 and kind: a)");
  const std::string json = R"({"item":[{"size":1},{"kind":"b"}]})";
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(*schema, schema->profiles.front(), expression.Fields());
  event::Decoder decoder;
  ASSERT_EQ(decoder.Decode(*plan, json), event::Reject::kNone);
  RegexCache regexes;
  const Explained group =
      Explain(expression, schema->catalogue, decoder.event(), TableContext(), regexes);
  EXPECT_EQ(group.children[0].children[1].why, "absent in item[0]");
}

// The table's format with one field changed.
schema::Schema Changed(const char* token, std::optional<schema::FieldSource> source) {
  schema::Schema schema = *TableSchema();
  schema.profiles.front().fields[schema::Index(schema.catalogue.Find(token))] = std::move(source);
  return schema;
}

TEST(Words, WhatTheFormatLacks) {
  const schema::Schema without = Changed("keyword", std::nullopt);
  EXPECT_EQ(WhyOf(without, "keyword: a", With("keyword", "a")),
            without.profiles.front().name + " does not have this field");

  const schema::Path type{.keys = {"type"}};
  const schema::Alternative of_files{.when = {{.path = type, .any_of = {"FILE"}}},
                                     .paths = {{.keys = {"keyword"}}}};
  const schema::Schema sometimes =
      Changed("keyword", schema::FieldSource{.alternatives = {of_files}});
  EXPECT_EQ(WhyOf(sometimes, "keyword: a", R"({"type":"PROCESS","keyword":"a"})"),
            "absent: " + sometimes.profiles.front().name + " has it in other events only");
}

TEST(Words, LongListsOfPlacesAreCut) {
  schema::FieldSource source;
  for (int i = 0; i < 6; ++i)
    source.alternatives.push_back({.paths = {{.keys = {"p" + std::to_string(i)}}}});
  EXPECT_EQ(WhyOf(Changed("keyword", source), "keyword: a", "{}"),
            "absent, looked for at p0, p1, p2, p3, p4, p5");
  source.alternatives.push_back({.paths = {{.keys = {"p6"}}}});
  EXPECT_EQ(WhyOf(Changed("keyword", source), "keyword: a", "{}"),
            "absent, looked for at p0, p1, p2, p3, p4, p5 and 1 more");
}

TEST(Words, Parts) {
  const std::string a = R"({"keyword":"a","number":"n/a"})";
  EXPECT_EQ(Why("keyword: a and number is not null", a), "all 2 hold");
  EXPECT_EQ(Why("keyword: a and keyword: b", a), "1 of 2 does not hold");
  EXPECT_EQ(Why("keyword: c and keyword: b", a), "2 of 2 do not hold");
  EXPECT_EQ(Why("keyword: a and number: 1", a), "1 of 2 is not known");
  EXPECT_EQ(Why("number: 2 or number: 1", a), "2 of 2 are not known");
  EXPECT_EQ(Why("keyword: a or keyword: b", a), "1 of 2 holds");
  EXPECT_EQ(Why("keyword: a or keyword ~ a", a), "2 of 2 hold");
  EXPECT_EQ(Why("keyword: b or keyword: c", a), "none of 2 holds");
  EXPECT_EQ(Why("not keyword: a", a), "what it denies holds");
  EXPECT_EQ(Why("not keyword: b", a), "what it denies does not hold");
  EXPECT_EQ(Why("not number: 1", a), "what it denies is not known");
}

TEST(Words, Groups) {
  const std::string one = R"({"item":[{"size":"n/a"}]})";
  const std::string two = R"({"item":[{"size":1},{"size":2,"kind":"x"}]})";
  EXPECT_EQ(Why("item: (size: 2)", two), "item[1] satisfies it");
  EXPECT_EQ(Why("item: (size: 3 and kind: x)", two), "none of 2 sub-objects; nearest is item[1]");
  EXPECT_EQ(Why("item: (size: 3)", R"({"item":{"size":1}})"), "item[0] does not satisfy it");
  EXPECT_EQ(Why("item: (size: 3)", one), "item[0] is not known");
  EXPECT_EQ(Why("item: (size: 3)", R"({"item":[{"size":1},{"size":"n/a"}]})"),
            "item[1] of 2 is not known");
}

}  // namespace
}  // namespace riposte::match
