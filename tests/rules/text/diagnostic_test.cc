#include "rules/text/diagnostic.h"

#include <gtest/gtest.h>

namespace riposte::text {
namespace {

// Renders an error on the first occurrence of `marked` in `bytes`.
std::string RenderAt(std::string bytes, std::string_view marked, std::string hint = {}) {
  const size_t at = bytes.find(marked);
  const auto begin = static_cast<uint32_t>(at);
  const Span span{.begin = begin, .end = begin + static_cast<uint32_t>(marked.size())};
  Diagnostics diagnostics;
  diagnostics.Error(std::make_shared<Source>("rules/office.yaml", std::move(bytes)), span,
                    "some-code", "what is wrong", std::move(hint));
  return Render(diagnostics);
}

TEST(Render, PlaceLineCaretsAndHint) {
  const SourcePtr source = std::make_shared<Source>(
      "rules/office.yaml",
      "id: x\nquery: |\n  type: PROCESS and parent.nmae: \"winword.exe\"\ntags: []\n");
  Diagnostics diagnostics;
  diagnostics.Error(source, {.begin = 35, .end = 46}, "unknown-token",
                    "unknown token 'parent.nmae'", "did you mean 'parent.name'?");
  EXPECT_EQ(Render(diagnostics),
            "rules/office.yaml:3:21: error[unknown-token]: unknown token 'parent.nmae'\n"
            "    3 |   type: PROCESS and parent.nmae: \"winword.exe\"\n"
            "      |                     ^^^^^^^^^^^ did you mean 'parent.name'?\n");
}

TEST(Render, WithoutHintNothingFollowsTheCarets) {
  EXPECT_EQ(RenderAt("ab cd", "cd"),
            "rules/office.yaml:1:4: error[some-code]: what is wrong\n"
            "    1 | ab cd\n"
            "      |    ^^\n");
}

TEST(Render, EmptySpanHasOneCaret) {
  EXPECT_EQ(RenderAt("ab\n", ""),
            "rules/office.yaml:1:1: error[some-code]: what is wrong\n"
            "    1 | ab\n"
            "      | ^\n");
}

TEST(Render, SpanOverLinesIsMarkedToTheEndOfItsFirst) {
  EXPECT_EQ(RenderAt("ab cd\r\nef\n", "cd\r\nef"),
            "rules/office.yaml:1:4: error[some-code]: what is wrong\n"
            "    1 | ab cd\n"
            "      |    ^^\n");
}

TEST(Render, CaretsCountCodePointsAndTabs) {
  EXPECT_EQ(RenderAt("\tö€😀x ab", "ab"),
            "rules/office.yaml:1:7: error[some-code]: what is wrong\n"
            "    1 |  ö€😀x ab\n"
            "      |       ^^\n");
}

TEST(Render, HostileBytesCannotDriveTheTerminal) {
  EXPECT_EQ(RenderAt("a\x1b[2Jb\xff ab\xe2\x80\xae", "ab\xe2\x80\xae"),
            "rules/office.yaml:1:9: error[some-code]: what is wrong\n"
            "    1 | a\\x1b[2Jb\\xff ab\\u{202e}\n"
            "      |               ^^^^^^^^^^\n");
  Diagnostics diagnostics;
  diagnostics.Error(std::make_shared<Source>("a\nb", ""), {}, "some-code", "no '\x1b'",
                    "see '\x07'");
  EXPECT_EQ(Render(diagnostics),
            "a\\x0ab:1:1: error[some-code]: no '\\x1b'\n      = see '\\x07'\n");
}

TEST(ForTerminal, EscapesWhatDrivesItOrHides) {
  EXPECT_EQ(ForTerminal("C:\\a \u00E4\tb"), "C:\\a \u00E4 b");
  EXPECT_EQ(ForTerminal("\x1b[2J\n\u202E\xff"), "\\x1b[2J\\x0a\\u{202e}\\xff");
  EXPECT_EQ(ForTerminal(""), "");
}

TEST(Render, MalformedUtf8IsShownByteByByte) {
  // Overlong, surrogate, above U+10FFFF, cut off.
  EXPECT_EQ(RenderAt("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82", "\xc0"),
            "rules/office.yaml:1:1: error[some-code]: what is wrong\n"
            "    1 | \\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xe2\\x82\n"
            "      | ^^^^\n");
}

TEST(Render, LongLinesAreCutAroundTheSpan) {
  const std::string at_limit = std::string(118, 'x') + "ab";
  EXPECT_EQ(RenderAt(at_limit, "ab"),
            "rules/office.yaml:1:119: error[some-code]: what is wrong\n"
            "    1 | " +
                at_limit + "\n      | " + std::string(118, ' ') + "^^\n");
  const std::string above = std::string(500, 'x') + "ab" + std::string(500, 'y');
  EXPECT_EQ(RenderAt(above, "ab", "hint"),
            "rules/office.yaml:1:501: error[some-code]: what is wrong\n"
            "    1 | ..." +
                std::string(40, 'x') + "ab" + std::string(78, 'y') + "...\n" + "      | " +
                std::string(43, ' ') + "^^ hint\n");
  const std::string endless = std::string(100000, 'x') + "ab" + std::string(100000, 'y');
  EXPECT_EQ(RenderAt(endless, "ab"),
            "rules/office.yaml:1:100001: error[some-code]: what is wrong\n"
            "    1 | ..." +
                std::string(40, 'x') + "ab" + std::string(78, 'y') + "...\n" + "      | " +
                std::string(43, ' ') + "^^\n");
  const std::string begins = "ab" + std::string(119, 'y');
  EXPECT_EQ(RenderAt(begins, "ab"),
            "rules/office.yaml:1:1: error[some-code]: what is wrong\n"
            "    1 | ab" +
                std::string(118, 'y') + "...\n      | ^^\n");
}

TEST(Render, AFileThatIsNotThereHasNoLine) {
  Diagnostics diagnostics;
  diagnostics.Error(std::make_shared<Source>("gone.yaml", ""), {}, "unreadable-file",
                    "cannot read");
  EXPECT_EQ(Render(diagnostics), "gone.yaml:1:1: error[unreadable-file]: cannot read\n");
}

TEST(Diagnostics, CountsErrorsOnly) {
  const SourcePtr source = std::make_shared<Source>("f", "abc");
  Diagnostics diagnostics;
  diagnostics.Warning(source, {}, "w", "warns");
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Error(source, {}, "e", "fails");
  Diagnostics both;
  both.Append(diagnostics);
  both.Append(diagnostics);
  EXPECT_EQ(both.error_count(), 2u);
  EXPECT_EQ(both.all().size(), 4u);
  EXPECT_EQ(Render(both.all()[0]).find("warning[w]: warns"), 7u);
}

TEST(Diagnostics, SortsByPathThenPlaceAndKeepsTheOrderOfEquals) {
  const SourcePtr a = std::make_shared<Source>("a", "xy");
  const SourcePtr b = std::make_shared<Source>("b", "xy");
  Diagnostics diagnostics;
  diagnostics.Error(b, {.begin = 0, .end = 1}, "1", "");
  diagnostics.Error(a, {.begin = 1, .end = 2}, "2", "");
  diagnostics.Error(a, {.begin = 0, .end = 1}, "3", "");
  diagnostics.Error(a, {.begin = 0, .end = 2}, "4", "");
  diagnostics.Sort();
  std::string order;
  for (const Diagnostic& diagnostic : diagnostics.all()) order += diagnostic.code;
  EXPECT_EQ(order, "3421");
}

TEST(Diagnostics, FragmentSpansBecomeSpansOfTheFile) {
  const SourcePtr source = std::make_shared<Source>("f", "q: |\n  ab\n");
  const Fragment fragment(source, "ab\n", {{.text_begin = 0, .source_begin = 7}});
  Diagnostics diagnostics;
  diagnostics.Error(fragment, {.begin = 1, .end = 2}, "e", "");
  diagnostics.Warning(fragment, {.begin = 0, .end = 1}, "w", "");
  EXPECT_EQ(diagnostics.all()[0].span, (Span{.begin = 8, .end = 9}));
  EXPECT_EQ(diagnostics.all()[1].span, (Span{.begin = 7, .end = 8}));
  EXPECT_EQ(diagnostics.all()[1].severity, Severity::kWarning);
}

}  // namespace
}  // namespace riposte::text
