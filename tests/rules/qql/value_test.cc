#include "rules/qql/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::qql {
namespace {

using Form = Scalar::Form;
using testing::ElementsAre;

std::vector<std::string> Parts(std::string_view raw, Form form = Form::kQuoted) {
  return MakeScalar(raw, form, {}).parts;
}

TEST(MakeScalar, OnlyFiveEscapesAreKnown) {
  EXPECT_THAT(Parts(R"(a\"b\'c\`d\\e\*f)"), ElementsAre(R"(a"b'c`d\e*f)"));
  EXPECT_THAT(Parts(R"(C:\temp\new\x.exe)"), ElementsAre(R"(C:\temp\new\x.exe)"));
  EXPECT_THAT(Parts(R"(a\)"), ElementsAre(R"(a\)"));
  EXPECT_THAT(Parts(R"(\n\t\u0041)"), ElementsAre(R"(\n\t\u0041)"));
}

TEST(MakeScalar, TwoBackslashesBeforeANameStayTwoAtTheBeginning) {
  EXPECT_THAT(Parts(R"(\\srv\share)"), ElementsAre(R"(\\srv\share)"));
  EXPECT_THAT(Parts(R"(\\9srv)"), ElementsAre(R"(\\9srv)"));
  EXPECT_THAT(Parts("\\\\\xC3\xA4"), ElementsAre("\\\\\xC3\xA4"));
  EXPECT_THAT(Parts(R"(\\.\pipe)"), ElementsAre(R"(\.\pipe)"));
  EXPECT_THAT(Parts(R"(\\\\srv)"), ElementsAre(R"(\\srv)"));
  EXPECT_THAT(Parts(R"(a\\srv)"), ElementsAre(R"(a\srv)"));
  EXPECT_THAT(Parts(R"(\\)"), ElementsAre(R"(\)"));
  EXPECT_THAT(Parts(R"(\\*)"), ElementsAre(R"(\)", ""));
  EXPECT_THAT(Parts(R"(\\srv)", Form::kBacktick), ElementsAre(R"(\\srv)"));
  EXPECT_THAT(Parts(R"(\\srv)", Form::kBare), ElementsAre(R"(\\srv)"));
}

TEST(MakeScalar, StarsAreWildcardsButInBackticksAndBehindABackslash) {
  EXPECT_THAT(Parts("a*b"), ElementsAre("a", "b"));
  EXPECT_THAT(Parts("*"), ElementsAre("", ""));
  EXPECT_THAT(Parts("**"), ElementsAre("", ""));
  EXPECT_THAT(Parts("*a**b*"), ElementsAre("", "a", "b", ""));
  EXPECT_THAT(Parts(R"(a\*b)"), ElementsAre("a*b"));
  EXPECT_THAT(Parts(R"(a\**b)"), ElementsAre("a*", "b"));
  EXPECT_THAT(Parts(R"(a\\*b)"), ElementsAre(R"(a\)", "b"));
  EXPECT_THAT(Parts("a*b", Form::kBacktick), ElementsAre("a*b"));
  EXPECT_THAT(Parts(R"(a\*b)", Form::kBacktick), ElementsAre("a*b"));
  EXPECT_THAT(Parts("a*b", Form::kBare), ElementsAre("a", "b"));
  EXPECT_THAT(Parts(""), ElementsAre(""));
}

TEST(MakeScalar, NotesAStarBehindAPathsBackslash) {
  const auto noted = [](std::string_view raw) {
    return MakeScalar(raw, Form::kQuoted, {}).escaped_star_in_path;
  };
  EXPECT_TRUE(noted(R"(C:\temp\*)"));
  EXPECT_TRUE(noted(R"(\\srv\*)"));
  EXPECT_FALSE(noted(R"(5 \* 3)"));
  EXPECT_FALSE(noted(R"(C:\temp\\*)"));
  EXPECT_FALSE(noted(R"(C:\temp\x)"));
}

}  // namespace
}  // namespace riposte::qql
