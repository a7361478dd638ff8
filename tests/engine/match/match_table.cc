#include "tests/engine/match/match_table.h"

#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/json.h"
#include "engine/match/explain.h"
#include "engine/match/matcher.h"
#include "rules/qql/parse.h"
#include "rules/text/diagnostic.h"
#include "tests/support/schema_builder.h"

namespace riposte::match {
namespace {

using schema::FieldType;

void Expect(Truth expected, std::string_view query, std::string_view json,
            const std::source_location& place) {
  const Truth truth = Judge(query, json);
  if (truth != expected)
    ADD_FAILURE_AT(place.file_name(), static_cast<int>(place.line()))
        << query << "\nis " << TruthName(truth) << " of " << json;
}

}  // namespace

schema::SchemaPtr TableSchema() {
  test::SchemaBuilder builder;
  const auto add = [&](const std::string& name, FieldType type) {
    builder.Field(name, type, name);
  };
  add("text", FieldType::kText);
  add("keyword", FieldType::kKeyword);
  add("type", FieldType::kKeyword);
  add("number", FieldType::kNumber);
  add("ip", FieldType::kIp);
  add("date", FieldType::kDate);
  add("bool", FieldType::kBool);
  builder.Field("first", FieldType::kKeyword, {test::At("one"), test::At("two")});
  const schema::FieldId all =
      builder.Field("all", FieldType::kKeyword, {test::At("one"), test::At("two")});
  builder.Source(all).union_of_all = true;
  // What follows from conditions alone, whatever else the event has.
  const auto when = [](std::vector<std::string> types, std::string constant) {
    return schema::Alternative{.when = {{.path = test::PathOf("type"), .any_of = std::move(types)}},
                               .constant = std::move(constant)};
  };
  builder.Field("routed", FieldType::kBool, {when({"process", "file"}, "true")});
  builder.Field("kind", FieldType::kKeyword,
                {when({"network"}, "Network"), when({"file"}, "file"), test::At("keyword")});
  add("item", FieldType::kObject);
  add("item.name", FieldType::kText);
  add("item.kind", FieldType::kKeyword);
  add("item.size", FieldType::kNumber);
  add("item.part", FieldType::kObject);
  add("item.part.name", FieldType::kKeyword);
  add("item.part.size", FieldType::kNumber);

  // The builder's tokens have no closed lists: the same catalogue once more, with one.
  schema::Schema made = builder.schema();
  schema::Catalogue catalogue;
  for (schema::Token token : made.catalogue.tokens()) {
    token.groups.clear();
    if (token.name == "kind") token.values = {"FILE", "NETWORK"};
    if (token.name == "type") token.values = {"PROCESS", "FILE", "NETWORK"};
    catalogue.Add(std::move(token));
  }
  made.catalogue = std::move(catalogue);
  return std::make_shared<const schema::Schema>(std::move(made));
}

Context TableContext() { return {.now = *ParseTime("2026-11-25T12:00:00Z")}; }

query::Expression ParseQuery(const schema::Schema& schema, std::string_view query) {
  text::Diagnostics diagnostics;
  std::optional<query::Expression> parsed =
      qql::Parse(text::Fragment(std::make_shared<text::Source>("query", std::string(query))),
                 schema.catalogue, diagnostics);
  RIPOSTE_CHECK(parsed.has_value(), text::Render(diagnostics));
  return std::move(*parsed);
}

rule::RuleSet RulesOf(const schema::SchemaPtr& schema, const std::vector<std::string>& queries) {
  rule::RuleSet rules;
  rules.schema = schema;
  for (const std::string& query : queries) {
    rule::Rule& rule = rules.rules.emplace_back();
    if (!query.empty()) rule.query = ParseQuery(*schema, query);
  }
  return rules;
}

rule::Step StepOf(const rule::RuleSet& rules, std::string_view query) {
  return {.query = ParseQuery(*rules.schema, query)};
}

Truth Judge(std::string_view query, std::string_view json) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {std::string(query)});
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema->profiles.front());
  event::Decoder decoder;
  RIPOSTE_CHECK(decoder.Decode(matcher->plan(), json) == event::Reject::kNone,
                "an event of a test is well-formed");
  RegexCache regexes;
  const Truth truth = Evaluate(rules.rules.front().query, decoder.event(), TableContext(), regexes);
  Matcher::Scratch scratch;
  std::vector<Match> matches;
  matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
  EXPECT_EQ(matches.size(), truth == Truth::kTrue ? 1u : 0u)
      << "the matcher differs: " << query << "\non " << json;
  return truth;
}

void Hit(std::string_view query, std::string_view json, std::source_location place) {
  Expect(Truth::kTrue, query, json, place);
}
void Miss(std::string_view query, std::string_view json, std::source_location place) {
  Expect(Truth::kFalse, query, json, place);
}
void Unknown(std::string_view query, std::string_view json, std::source_location place) {
  Expect(Truth::kUnknown, query, json, place);
}

std::string With(std::string_view key, std::string_view value) {
  std::string json;
  json::Writer writer(json);
  writer.BeginObject().Field(key, value).EndObject();
  return json;
}

}  // namespace riposte::match
