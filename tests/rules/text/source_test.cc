#include "rules/text/source.h"

#include <gtest/gtest.h>

namespace riposte::text {
namespace {

// "line:column" of a byte.
std::string Place(const Source& source, uint32_t offset) {
  const LineColumn place = source.Locate(offset);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

TEST(Source, CountsLinesAndCodePointsFromOne) {
  const Source source("f", "ab\n\ncäd\r\n\te");
  EXPECT_EQ(Place(source, 0), "1:1");
  EXPECT_EQ(Place(source, 2), "1:3");  // the line feed belongs to its line
  EXPECT_EQ(Place(source, 3), "2:1");
  EXPECT_EQ(Place(source, 4), "3:1");
  EXPECT_EQ(Place(source, 5), "3:2");
  EXPECT_EQ(Place(source, 7), "3:3");  // behind the two bytes of the umlaut
  EXPECT_EQ(Place(source, 11), "4:2");
  EXPECT_EQ(Place(source, 12), "4:3");  // the end of the file has a place
}

TEST(Source, LinesComeWithoutTheirEnd) {
  const Source source("f", "ab\r\ncd\n\nlast\r");
  EXPECT_EQ(source.Line(1), "ab");
  EXPECT_EQ(source.Line(4), "cd");
  EXPECT_EQ(source.Line(7), "");
  EXPECT_EQ(source.Line(8), "last\r");  // a carriage return without a line feed ends no line
  EXPECT_EQ(source.LineBegin(6), 4u);
}

TEST(Source, EmptyFileHasOneEmptyLine) {
  const Source source("f", "");
  EXPECT_EQ(Place(source, 0), "1:1");
  EXPECT_EQ(source.Line(0), "");
}

TEST(Fragment, WholeSourceIsItself) {
  const Fragment fragment(std::make_shared<Source>("f", "abc"));
  EXPECT_EQ(fragment.text(), "abc");
  EXPECT_EQ(fragment.ToSource({.begin = 1, .end = 3}), (Span{.begin = 1, .end = 3}));
}

// A block scalar: two lines, each indented by two.
TEST(Fragment, PiecesLeadBackToTheFile) {
  const SourcePtr source = std::make_shared<Source>("f", "q: |\n  ab\n  cd\n");
  const Fragment fragment(
      source, "ab\ncd\n",
      {{.text_begin = 0, .source_begin = 7}, {.text_begin = 3, .source_begin = 12}});
  EXPECT_EQ(fragment.ToSource({.begin = 0, .end = 2}), (Span{.begin = 7, .end = 9}));
  EXPECT_EQ(fragment.ToSource({.begin = 4, .end = 5}), (Span{.begin = 13, .end = 14}));
  // Over both lines, and ending with the first one's last byte: no indentation at the end.
  EXPECT_EQ(fragment.ToSource({.begin = 1, .end = 4}), (Span{.begin = 8, .end = 13}));
  EXPECT_EQ(fragment.ToSource({.begin = 0, .end = 3}), (Span{.begin = 7, .end = 10}));
  // Empty spans keep a place, also at the end of the text.
  EXPECT_EQ(fragment.ToSource({.begin = 3, .end = 3}), (Span{.begin = 12, .end = 12}));
  EXPECT_EQ(fragment.ToSource({.begin = 6, .end = 6}), (Span{.begin = 15, .end = 15}));
}

TEST(Fragment, NeverLeavesTheFile) {
  const SourcePtr source = std::make_shared<Source>("f", "ab");
  const Fragment fragment(source, "a long text", {{.text_begin = 0, .source_begin = 1}});
  EXPECT_EQ(fragment.ToSource({.begin = 5, .end = 9}), (Span{.begin = 2, .end = 2}));
}

}  // namespace
}  // namespace riposte::text
