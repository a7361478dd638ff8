#include "base/yaml.h"

#include <random>

#include <gtest/gtest.h>

namespace riposte::yaml {
namespace {

std::string Shown(Span span) {
  return "@" + std::to_string(span.begin) + "-" + std::to_string(span.end);
}

// A node with its places: null@, 'scalar'@, [items]@, {key@: value}@.
std::string Shown(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null" + Shown(node.span);
    case Node::Kind::kScalar:
      return "'" + node.value + "'" + Shown(node.span);
    case Node::Kind::kSequence:
      for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + Shown(item);
      return "[" + out + "]" + Shown(node.span);
    case Node::Kind::kMapping:
      for (const Entry& entry : node.entries)
        out += (out.empty() ? "" : ", ") + entry.key + Shown(entry.key_span) + ": " +
               Shown(entry.value);
      return "{" + out + "}" + Shown(node.span);
  }
  return out;
}

std::string_view KindName(Problem::Kind kind) {
  constexpr std::string_view kNames[] = {"syntax", "encoding", "duplicate", "alias", "tag", "deep"};
  return kNames[static_cast<size_t>(kind)];
}

// All documents, one a line, then the problems by kind and place.
std::string Read(std::string_view bytes) {
  const Stream stream = Parse(bytes);
  std::string out;
  for (const Document& document : stream.documents)
    out += (out.empty() ? "" : " | ") + Shown(document.root);
  for (const Problem& problem : stream.problems)
    out += (out.empty() ? "!" : " !") + std::string(KindName(problem.kind)) + Shown(problem.span);
  return out;
}

// The only scalar of "k: ..." or a null node.
Node Value(std::string_view bytes) {
  const Stream stream = Parse(bytes);
  EXPECT_TRUE(stream.problems.empty()) << stream.problems[0].message;
  const Node* node = stream.documents.empty() ? nullptr : stream.documents[0].root.Find("k");
  return node == nullptr ? Node{} : *node;
}

// The byte of the file that each byte of an exact value comes from.
std::string Origin(std::string_view bytes, const Node& node) {
  std::string out;
  for (uint32_t i = 0; i < node.value.size(); ++i) {
    const Piece* piece = &node.pieces.front();
    for (const Piece& candidate : node.pieces) {
      if (candidate.value_begin <= i) piece = &candidate;
    }
    const size_t at = piece->file_begin + (i - piece->value_begin);
    out += at < bytes.size() ? bytes[at] : '\n';
  }
  return out;
}

TEST(Parse, PlacesOfEverything) {
  EXPECT_EQ(Read("id: x\nlist:\n- 1\n- b\nflow: {a: [x, 'y'], c: \"z\"}\n"),
            "{id@0-2: 'x'@4-5, list@6-10: ['1'@14-15, 'b'@18-19]@12-19, "
            "flow@20-24: {a@27-28: ['x'@31-32, 'y'@34-37]@30-38, c@40-41: 'z'@43-46}@26-47}@0-47");
}

TEST(Parse, MultiLineFlow) {
  EXPECT_EQ(Read("a: [x,\n  y,\n]\n"), "{a@0-1: ['x'@4-5, 'y'@9-10]@3-13}@0-13");
}

TEST(Parse, EmptyValuesStandBehindTheirIndicator) {
  EXPECT_EQ(Read("a:\nb:   # c\n"), "{a@0-1: null@2-2, b@3-4: null@5-5}@0-5");
  EXPECT_EQ(Read("-\n-\n- x\n"), "[null@1-1, null@3-3, 'x'@6-7]@0-7");
  EXPECT_EQ(Read("{a: , b}"), "{a@1-2: null@3-3, b@6-7: null@7-7}@0-8");
  EXPECT_EQ(Read("\"a\" :\n"), "{a@0-3: null@5-5}@0-5");
}

TEST(Parse, PlainNullsOfTheCoreSchemaAreNull) {
  EXPECT_EQ(Read("[~, null, Null, NULL, nULL, '', \"null\"]"),
            "[null@1-2, null@4-8, null@10-14, null@16-20, 'nULL'@22-26, ''@28-30, "
            "'null'@32-38]@0-39");
}

TEST(Parse, SeveralDocuments) {
  EXPECT_EQ(Read("a: 1\n---\nb: 2\n...\n# c\n--- \nc: 3\n"),
            "{a@0-1: '1'@3-4}@0-4 | {b@9-10: '2'@12-13}@9-13 | {c@27-28: '3'@30-31}@27-31");
  EXPECT_EQ(Read("--- a\n--- b\n"), "'a'@4-5 | 'b'@10-11");
  EXPECT_EQ(Read("---\n---\na\n"), "null@3-3 | 'a'@8-9");
  EXPECT_EQ(Read("# only a comment\n\n"), "");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("a: 1\n...\n...\n...\n"), "{a@0-1: '1'@3-4}@0-4");
  // A marker needs a blank behind it.
  EXPECT_EQ(Read("a: 1\n---b: 2\n"), "{a@0-1: '1'@3-4, ---b@5-9: '2'@11-12}@0-12");
}

TEST(Parse, DocumentSpansLeaveMarkersAndBlankLinesOut) {
  const Stream stream = Parse("\n# first\na: 1\n\n---\n\nb: 2\n\n...\n");
  ASSERT_EQ(stream.documents.size(), 2u);
  EXPECT_EQ(Shown(stream.documents[0].span), "@1-13");
  EXPECT_EQ(Shown(stream.documents[1].span), "@20-24");
}

TEST(Parse, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a: 1\n"),
            "{a@3-4: '1'@6-7}@3-7");
}

TEST(Parse, BlockScalarsLeadBackToTheFile) {
  const std::string_view files[] = {
      "k: |\n  ab\n  cd\n",
      "k: |-\n  ab\n  cd\n",
      "k: |+\n  ab\n\n\n",
      "k: |2\n   ab\n  cd\n",
      "k: |\n\n\n  ab\n\n    cd\n",
      "k: |\r\n  ab\r\n  cd\r\n",
      "k: | # why\n  ab\n",
      "k: |\n  ä€😀 x\n  ab",
      "k: |\n  a\tb\n",
      "l: 1\nk: |\n ab: |\n  x\nm: 1\n",
      "k: |1-\n  ab\n",
      "k: |\n  \xe2\x80\xa8"
      "a\xc2\x85"
      "b\n",
  };
  for (const std::string_view file : files) {
    const Node node = Value(file);
    EXPECT_TRUE(node.exact) << file;
    EXPECT_EQ(node.style, Style::kLiteral);
    std::string origin = Origin(file, node);
    // A line end that the file writes as CR LF begins with the CR.
    for (char& c : origin) c = c == '\r' ? '\n' : c;
    EXPECT_EQ(origin, node.value) << file;
  }
}

TEST(Parse, QuotedScalarsLeadBackToTheFile) {
  EXPECT_EQ(Value("k: \"a\\\"b\\\\c\"").value, "a\"b\\c");
  EXPECT_EQ(Origin("k: \"a\\\"b\\\\c\"", Value("k: \"a\\\"b\\\\c\"")), "a\\b\\c");
  EXPECT_EQ(Origin("k: 'it''s ok'", Value("k: 'it''s ok'")), "it's ok");
  EXPECT_EQ(Origin("k: plain `text`", Value("k: plain `text`")), "plain `text`");
  const Node escaped = Value("k: \"\\u00e4\\U0001f600\\ud83d\\ude00\\N\\_\\L\\P\\e\\x41z\"");
  EXPECT_TRUE(escaped.exact);
  EXPECT_EQ(escaped.value.substr(0, 10), "ä😀😀");
  EXPECT_EQ(
      escaped.pieces.back().file_begin + 1,
      std::string_view("k: \"\\u00e4\\U0001f600\\ud83d\\ude00\\N\\_\\L\\P\\e\\x41z\"").size() - 1);
}

TEST(Parse, FoldedTextsAreNotExact) {
  for (const std::string_view file : {"k: >\n  a\n  b\n", "k: a\n  b\n", "k: 'a\n  b'\n",
                                      "k: \"a\n  b\"\n", "k: \"a\\\n  b\"\n"}) {
    const Node node = Value(file);
    EXPECT_FALSE(node.exact) << file;
    ASSERT_EQ(node.pieces.size(), 1u);
    EXPECT_EQ(file[node.pieces[0].file_begin], 'a') << file;
  }
}

TEST(Parse, SyntaxErrorsHaveAPlace) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"a: \"x", "!syntax@4-5"},
      {"a: [1, 2", "!syntax@8-8"},
      {"a: b\n  c: d\n", "!syntax@3-8"},
      {"\ta: b", "!syntax@0-0"},
      {"a: 1\nb\n", "!syntax@5-6"},
      {"@a: b", "!syntax@0-1"},
      {"a: \"\\q\"", "!syntax@4-6"},
      {"a: \"x\" y", "!syntax@7-8"},
      {"a: \"b\n---\nc: 1", "{c@10-11: '1'@13-14}@10-14 !syntax@4-6"},
      {"a: \"\\ud83d\"", "!syntax@4-10"},
      {"- a\nb", "!syntax@4-5"},
      {"? [a]\n: b\n", "{}@0-9 !syntax@2-5"},
      {": b\n", "{}@0-3 !syntax@1-1"},
      {"b: : :\n", "{b@0-1: {}@3-6}@0-6 !syntax@4-4 !syntax@6-6"},
  };
  for (const auto& [file, expected] : rows) EXPECT_EQ(Read(file), expected) << file;
}

// libfyaml 0.7.12 does not survive these.
TEST(Parse, TabsBehindColonsWithExplicitKeysAreErrors) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"? y:\t|", "!syntax@4-5"},
      {"? y: \t>", "!syntax@4-6"},
      {"- ? y:\t|\n x", "!syntax@6-7"},
      {"? ? y:\t- a", "!syntax@6-7"},
      {"?\n y:\t? b", "!syntax@5-6"},
      {"? y:\t:a", "!syntax@4-5"},
      {"a: 1\n---\nb:\n  ? {c: d}:\t|-\n", "{a@0-1: '1'@3-4}@0-4 !syntax@23-24"},
      {"? -:\t?9", "!syntax@4-5"},
      {"a:\t: ? b", "!syntax@2-3"},
      {"a>y:\t:  ? ? ?    ? Pz:\t: 5:jPz:\tO", "!syntax@4-5"},
      {"a: |\n  ? b:\t| c\n", "!syntax@11-12"},  // it cannot be told from one
  };
  for (const auto& [file, expected] : rows) EXPECT_EQ(Read(file), expected) << file;
}

TEST(Parse, OtherTabsBehindColonsAreBlanks) {
  EXPECT_EQ(Read("a:\t|\n b\n"), Read("a: |\n b\n"));
  EXPECT_EQ(Read("a:\tb\n"), Read("a: b\n"));
  EXPECT_EQ(Read("a: {\"?\":\t-5}"), Read("a: {\"?\": -5}"));
  EXPECT_EQ(Read("a: |\n why? b:\t| c\n"), "{a@0-1: 'why? b:\t| c\n'@6-17}@0-17");
}

TEST(Parse, DirectivesAreErrors) {
  for (const std::string_view file :
       {"%YAML 1.2\n---\na: 1\n", "%FOO x\n---\na: 1\n", "b: 1\n...\n%YAML 1.1\n---\na: 1\n",
        "%TAG ! x\n---\na: 1\n", "a: b\n%foo: c\n", "a: b\n%YAML 1.2\n"}) {
    const Stream stream = Parse(file);
    ASSERT_EQ(stream.problems.size(), 1u) << file;
    EXPECT_EQ(stream.problems[0].kind, Problem::Kind::kSyntax) << file;
  }
}

TEST(Parse, ASyntaxErrorHidesNoOtherDocument) {
  EXPECT_EQ(Read("a: 1\n---\nb: [\n---\nc: 3\n---\nd: \"x\n"),
            "{a@0-1: '1'@3-4}@0-4 | {c@18-19: '3'@21-22}@18-22 !syntax@14-14 !syntax@31-33");
}

TEST(Parse, AliasesAnchorsAndTags) {
  EXPECT_EQ(Read("a: &x b\nc: *x\n"),
            "{a@0-1: 'b'@6-7, c@8-9: null@11-13}@0-13 !alias@3-5 !alias@11-13");
  EXPECT_EQ(Read("a: !!str 3\n"), "{a@0-1: '3'@9-10}@0-10 !tag@3-8");
  EXPECT_EQ(Read("a: !x [3]\n"), "{a@0-1: ['3'@7-8]@6-9}@0-9 !tag@3-5");
}

TEST(Parse, EachDuplicateKeyIsReportedAndTheFirstStays) {
  EXPECT_EQ(Read("a: 1\nb: 2\n\"a\": 3\na: 4\n"),
            "{a@0-1: '1'@3-4, b@5-6: '2'@8-9}@0-21 !duplicate@10-13 !duplicate@17-18");
  EXPECT_EQ(Read("a: {x: 1}\nb: {x: 1}\n"),
            "{a@0-1: {x@4-5: '1'@7-8}@3-9, b@10-11: {x@14-15: '1'@17-18}@13-19}@0-19");
}

TEST(Parse, ManyKeysAndManyDocumentsTakeLinearTime) {
  std::string keys;
  for (int i = 0; i < 20000; ++i) keys += "k" + std::to_string(i % 10000) + ": 1\n";
  EXPECT_EQ(Parse(keys).problems.size(), 10000u);
  std::string documents;
  for (int i = 0; i < 5000; ++i) documents += "---\na: 1\n";
  EXPECT_EQ(Parse(documents).documents.size(), 5000u);
}

TEST(Parse, ManyQuestionMarksAndColonsTakeLinearTime) {
  std::string file = "a: x ";
  for (int i = 0; i < 300'000; ++i) file += "? ";
  EXPECT_EQ(Parse(file).problems.size(), 0u);
  for (int i = 0; i < 300'000; ++i) file += " : \t";
  EXPECT_FALSE(Parse(file).problems.empty());
}

TEST(Parse, BytesThatAreNoTextGiveNoDocument) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"a: b\n# \xff\xfe\nc: d\n", "!encoding@7-9"},
      {"a: \xc0\xaf\n", "!encoding@3-5"},
      {"a: \xed\xa0\x80\n", "!encoding@3-6"},
      {"a: b\n\xe2\x82", "!encoding@5-7"},
      {"a: \0\n"sv, "!encoding@3-4"},
      {"a: \x01\n", "!encoding@3-4"},
      {"a: \x7f\n", "!encoding@3-4"},
      {"a: \xc2\x9b\n", "!encoding@3-5"},
      {"a: b\rc: d\n", "!encoding@4-5"},
      {"a: b\r", "!encoding@4-5"},
      {"a: \xff\nb: \0\n"sv, "!encoding@3-4 !encoding@8-9"},
  };
  for (const auto& [file, expected] : rows) EXPECT_EQ(Read(file), expected) << file;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\xff\n";
  EXPECT_EQ(Parse(many).problems.size(), 16u);
  EXPECT_EQ(Read("a: \"x\\0y\"\n"),
            "{a@0-1: '" + std::string("x\0y", 3) + "'@3-9}@0-9 !encoding@3-9");
}

TEST(Parse, DepthLimit) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Parse(nested(64)).problems.empty());
  const Stream deeper = Parse(nested(65) + "\n---\na: 1\n");
  ASSERT_EQ(deeper.problems.size(), 1u);
  EXPECT_EQ(deeper.problems[0].kind, Problem::Kind::kTooDeep);
  EXPECT_EQ(Shown(deeper.problems[0].span), "@65-65");
  EXPECT_EQ(deeper.documents.size(), 1u);
  EXPECT_EQ(Parse(std::string(100000, '[')).problems.size(), 1u);
  std::string dashes;
  for (int i = 0; i < 100000; ++i) dashes += "- ";
  EXPECT_EQ(Parse(dashes).problems[0].kind, Problem::Kind::kTooDeep);
}

// All keys and scalars of a tree.
void Gather(const Node& node, std::string& out) {
  out += node.value + "\n";
  for (const Node& item : node.items) Gather(item, out);
  for (const Entry& entry : node.entries) {
    out += entry.key + "\n";
    Gather(entry.value, out);
  }
}

// The words of `file` (of those in `words`) that must be in its trees: those on a line without a
// comment.
std::vector<std::string> ExpectedWords(std::string_view file,
                                       const std::vector<std::string>& words) {
  std::vector<std::string> expected;
  for (const std::string& word : words) {
    const size_t at = file.find(word);
    if (at == std::string_view::npos) continue;
    const size_t line_begin = file.rfind('\n', at) + 1;
    const std::string_view line = file.substr(line_begin, file.find('\n', at) - line_begin);
    if (line.find('#') == std::string_view::npos) expected.push_back(word);
  }
  return expected;
}

// Whatever one byte of a valid file becomes: all of its text is read, or there is a problem.
TEST(Parse, NoDocumentVanishesSilently) {
  const std::vector<std::string> words = {"one",  "qqq", "aaa", "xxx",   "bbb",    "two", "list",
                                          "item", "jtm", "ktm", "three", "folded", "text"};
  const std::string valid =
      "id: one\nqqq: |\n  aaa: `xxx`\n\n  bbb\n---\nid: two\nlist: [item, 'jtm', \"ktm\\n\"]\n"
      "# comment\nmap: {a: b}\n---\nid: three\nt: >\n  folded\n  text\n";
  ASSERT_EQ(ExpectedWords(valid, words).size(), words.size());
  constexpr uint32_t kSeed = 20261125;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<size_t> any_place(0, valid.size() - 1);
  std::uniform_int_distribution<int> any_byte(0, 255);
  size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string file = valid;
    const size_t at = any_place(random);
    file[at] = static_cast<char>(any_byte(random));
    const Stream stream = Parse(file);
    if (!stream.problems.empty()) continue;
    ++accepted;
    std::string read;
    for (const Document& document : stream.documents) Gather(document.root, read);
    for (const std::string& word : ExpectedWords(file, words))
      EXPECT_NE(read.find(word), std::string::npos) << word << ", byte " << at << ": " << file;
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace riposte::yaml
