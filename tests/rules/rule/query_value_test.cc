#include "rules/rule/query_value.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

// The query under the key `q` of the text, and what is said about it.
struct ReadQuery {
  std::optional<QueryValue> value;
  std::string codes;
  std::string hint;
};

ReadQuery Read(const std::string& text) {
  const yaml::Stream stream = yaml::Parse(text);
  test::Loaded loaded;
  text::NodeReader reader(std::make_shared<text::Source>("rules.yaml", text), loaded.diagnostics);
  ReadQuery read;
  read.value = ReadQueryValue(*stream.documents.at(0).root.Find("q"), "q",
                              test::ShippedSchema()->catalogue, reader);
  read.codes = loaded.codes();
  if (!read.codes.empty()) read.hint = loaded.diagnostics.all().front().hint;
  return read;
}

TEST(ReadQueryValue, KeepsItsTextAndItsPlaces) {
  const std::string text = "q: |\n  TYPE: file\n   and file.name: `b`\n\n";
  const ReadQuery read = Read(text);
  ASSERT_TRUE(read.value.has_value());
  EXPECT_EQ(read.value->text, "TYPE: file\n and file.name: `b`");
  EXPECT_EQ(read.value->canonical, Read("q: 'type: FILE and file.name: `b`'\n").value->canonical);
  const text::Span span =
      read.value->in_file->ToSource(read.value->query.node(query::NodeId{1}).span);
  EXPECT_EQ(text.substr(span.begin, span.end - span.begin), "file.name: `b`");
}

TEST(ReadQueryValue, WhatIsNoQuery) {
  EXPECT_EQ(Read("q: [a]\n").codes, "wrong-type@1:4");
  EXPECT_EQ(Read("q:\n").codes, "empty-value@1:3");
  EXPECT_EQ(Read("q: |\n  type: FILE\n  and typ: FILE\n").codes, "unknown-token@3:7");
  const ReadQuery folded = Read("q: >\n  type: FILE\n  and type: FILE\n");
  EXPECT_EQ(folded.codes, "folded-query@2:3");
  EXPECT_EQ(folded.hint, "write 'q: |'");
}

}  // namespace
}  // namespace riposte::rule
