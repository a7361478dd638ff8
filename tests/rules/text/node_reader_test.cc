#include "rules/text/node_reader.h"

#include <array>
#include <functional>

#include <gtest/gtest.h>

namespace riposte::text {
namespace {

// Reads the value of `k` in "k: <value>" and returns what went wrong: "code@begin-end hint", one a
// line.
std::string Faults(const std::string& value,
                   const std::function<void(NodeReader&, const yaml::Node&)>& read) {
  const SourcePtr source = std::make_shared<Source>("f", "k: " + value);
  const yaml::Stream stream = yaml::Parse(source->bytes());
  Diagnostics diagnostics;
  NodeReader reader(source, diagnostics);
  read(reader, *stream.documents.at(0).root.Find("k"));
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.all())
    out += (out.empty() ? "" : "\n") + diagnostic.code + "@" +
           std::to_string(diagnostic.span.begin) + "-" + std::to_string(diagnostic.span.end) + " " +
           diagnostic.hint;
  return out;
}

constexpr std::array<std::string_view, 3> kKnown = {"alpha", "beta", "gamma"};

TEST(NodeReader, Mapping) {
  const auto read = [](NodeReader& reader, const yaml::Node& node) {
    reader.Mapping(node, "'k'", kKnown);
  };
  EXPECT_EQ(Faults("{alpha: 1, gamma: 2}", read), "");
  EXPECT_EQ(Faults("{alpha: 1, btea: 2, x: 3}", read),
            "unknown-key@14-18 did you mean 'beta'?\nunknown-key@23-24 one of alpha, beta, gamma");
  EXPECT_EQ(Faults("[a]", read), "wrong-type@3-6 write a mapping with alpha, beta, gamma");
  EXPECT_EQ(Faults("", read), "empty-value@2-2 write a mapping with alpha, beta, gamma");
}

TEST(NodeReader, TextsAreAListOfScalars) {
  std::vector<std::string> texts;
  const auto read = [&](NodeReader& reader, const yaml::Node& node) {
    texts = reader.Texts(node, "'k'");
  };
  EXPECT_EQ(Faults("[a, 'b', 3]", read), "");
  EXPECT_EQ(texts, (std::vector<std::string>{"a", "b", "3"}));
  EXPECT_EQ(Faults("[a, [b], ~]", read),
            "wrong-type@7-10 write a text\nempty-value@12-13 write a text");
  EXPECT_EQ(Faults("a", read), "wrong-type@3-4 write a list");
  EXPECT_EQ(Faults("[]", read), "empty-value@3-5 leave the key out");
}

TEST(NodeReader, BoolIsPlainTrueOrFalse) {
  std::optional<bool> value;
  const auto read = [&](NodeReader& reader, const yaml::Node& node) {
    value = reader.Bool(node, "'k'");
  };
  EXPECT_EQ(Faults("true", read), "");
  EXPECT_EQ(value, true);
  EXPECT_EQ(Faults("false", read), "");
  EXPECT_EQ(value, false);
  for (const char* wrong : {"yes", "'true'", "True", "1", "[true]"})
    EXPECT_TRUE(Faults(wrong, read).starts_with("wrong-type@3-")) << wrong;
}

TEST(NodeReader, CountIsAPlainWholeNumber) {
  std::optional<int64_t> value;
  const auto read = [&](NodeReader& reader, const yaml::Node& node) {
    value = reader.Count(node, "'k'");
  };
  EXPECT_EQ(Faults("9223372036854775807", read), "");
  EXPECT_EQ(value, INT64_MAX);
  EXPECT_EQ(Faults("0", read), "");
  for (const char* wrong : {"-1", "9223372036854775808", "1.5", "'1'", "1x", "{}"})
    EXPECT_TRUE(Faults(wrong, read).starts_with("wrong-type@3-")) << wrong;
}

TEST(NodeReader, ChoiceIsExact) {
  std::optional<size_t> value;
  const auto read = [&](NodeReader& reader, const yaml::Node& node) {
    value = reader.Choice(node, "'k'", kKnown);
  };
  EXPECT_EQ(Faults("'beta'", read), "");
  EXPECT_EQ(value, 1u);
  EXPECT_EQ(Faults("Beta", read), "unknown-value@3-7 did you mean 'beta'?");
  EXPECT_EQ(Faults("other", read), "unknown-value@3-8 one of alpha, beta, gamma");
  EXPECT_EQ(Faults("[beta]", read), "wrong-type@3-9 one of alpha, beta, gamma");
}

TEST(NodeReader, RequiredKey) {
  const auto read = [](NodeReader& reader, const yaml::Node& node) {
    EXPECT_EQ(reader.Required(node, "beta", "the map", node.span), nullptr);
    EXPECT_NE(reader.Required(node, "alpha", "the map", node.span), nullptr);
  };
  EXPECT_EQ(Faults("{alpha: 1}", read), "missing-key@3-13 add 'beta:'");
}

TEST(AddProblems, EachKindHasItsCode) {
  const SourcePtr source =
      std::make_shared<Source>("f", "a: &x 1\nb: !t 2\na: 3\n---\n\"\n---\n" +
                                        std::string(65, '[') + std::string(65, ']') + "\n");
  Diagnostics diagnostics;
  AddProblems(yaml::Parse(source->bytes()), source, diagnostics);
  AddProblems(yaml::Parse("a: \xff"), source, diagnostics);
  std::string codes;
  for (const Diagnostic& diagnostic : diagnostics.all()) codes += diagnostic.code + " ";
  EXPECT_EQ(codes, "yaml-alias yaml-tag duplicate-key yaml-syntax yaml-too-deep yaml-encoding ");
}

TEST(ToFragment, EndsBehindTheLastThingWritten) {
  const SourcePtr source = std::make_shared<Source>("f", "k: |+\n  ab\n  cd \n\n\n");
  const yaml::Stream stream = yaml::Parse(source->bytes());
  const Fragment fragment = ToFragment(source, *stream.documents.at(0).root.Find("k"));
  EXPECT_EQ(fragment.text(), "ab\ncd");
  EXPECT_EQ(fragment.ToSource({.begin = 3, .end = 5}), (Span{.begin = 13, .end = 15}));
  EXPECT_EQ(fragment.ToSource({.begin = 5, .end = 5}), (Span{.begin = 15, .end = 15}));
}

TEST(ToFragment, OfNothingIsEmpty) {
  const SourcePtr source = std::make_shared<Source>("f", "k: ''\n");
  const yaml::Stream stream = yaml::Parse(source->bytes());
  const Fragment fragment = ToFragment(source, *stream.documents.at(0).root.Find("k"));
  EXPECT_EQ(fragment.text(), "");
  EXPECT_EQ(fragment.ToSource({.begin = 0, .end = 0}), (Span{.begin = 4, .end = 4}));
}

}  // namespace
}  // namespace riposte::text
