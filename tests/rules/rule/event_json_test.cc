#include "rules/rule/event_json.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace riposte::rule {
namespace {

// The JSON of a YAML text, or "code@begin" of its errors.
std::string Json(const std::string& yaml) {
  const text::SourcePtr source = std::make_shared<text::Source>("f", yaml);
  const yaml::Stream stream = yaml::Parse(source->bytes());
  EXPECT_TRUE(stream.problems.empty()) << yaml;
  text::Diagnostics diagnostics;
  text::NodeReader reader(source, diagnostics);
  const std::optional<std::string> json = EventToJson(stream.documents.at(0).root, reader);
  if (json) {
    EXPECT_TRUE(json::Parse(*json).ok()) << *json;
    EXPECT_FALSE(diagnostics.has_errors());
    return *json;
  }
  std::string out;
  for (const text::Diagnostic& diagnostic : diagnostics.all())
    out += (out.empty() ? "" : " ") + diagnostic.code + "@" + std::to_string(diagnostic.span.begin);
  return out;
}

TEST(EventToJson, PlainScalarsHaveTheTypesOfTheCoreSchema) {
  const std::pair<const char*, const char*> rows[] = {
      {"null", "null"},
      {"~", "null"},
      {"Null", "null"},
      {"nULL", "\"nULL\""},
      {"true", "true"},
      {"TRUE", "true"},
      {"False", "false"},
      {"tRUE", "\"tRUE\""},
      {"yes", "\"yes\""},
      {"0", "0"},
      {"-0", "-0"},
      {"+12", "12"},
      {"007", "7"},
      {"000", "0"},
      {"-012", "-12"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"0xffffffffffffffff", "18446744073709551615"},
      {"0x", "\"0x\""},
      {"0o8", "\"0o8\""},
      {"-0x1", "\"-0x1\""},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"1.5", "1.5"},
      {"1.", "1.0"},
      {".5", "0.5"},
      {"-.5", "-0.5"},
      {"+01.50", "1.50"},
      {"1e3", "1e3"},
      {"1.e+3", "1.0e+3"},
      {"12E-03", "12e-03"},
      {".", "\".\""},
      {"1e", "\"1e\""},
      {"1.2.3", "\"1.2.3\""},
      {"10.0.0.1", "\"10.0.0.1\""},
      {"1_000", "\"1_000\""},
      {"12:30", "\"12:30\""},
      {"2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""},
      {"-", "[null]"},
      {"text with blanks", "\"text with blanks\""},
  };
  for (const auto& [yaml, json] : rows) EXPECT_EQ(Json(yaml), json) << yaml;
}

TEST(EventToJson, QuotedScalarsAndBlocksAreStrings) {
  EXPECT_EQ(Json("'12'"), "\"12\"");
  EXPECT_EQ(Json("\"true\""), "\"true\"");
  EXPECT_EQ(Json("''"), "\"\"");
  EXPECT_EQ(Json("|\n 12\n"), "\"12\\n\"");
  EXPECT_EQ(Json("\"a\\tb\\\\\\\"\\u00e4\""), "\"a\\tb\\\\\\\"ä\"");
}

TEST(EventToJson, ListsAndMappingsKeepTheirOrder) {
  EXPECT_EQ(Json("type: PROCESS\nb: [1, {c: ~}, []]\na: {}\n1: x\n"),
            "{\"type\":\"PROCESS\",\"b\":[1,{\"c\":null},[]],\"a\":{},\"1\":\"x\"}");
}

TEST(EventToJson, WhatJsonCannotHoldIsAnErrorEach) {
  EXPECT_EQ(Json("a: .inf\nb: -.INF\nc: .nan\nd: 0x10000000000000000\n"),
            "bad-event@3 bad-event@11 bad-event@20 bad-event@28");
  EXPECT_EQ(Json("['.inf', .infx, .iNF]"), "[\".inf\",\".infx\",\".iNF\"]");
}

}  // namespace
}  // namespace riposte::rule
