#include "rules/sigma/placeholders.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::LoadFiles;
using test::RuleOf;

Placeholders Of(std::string_view bytes) {
  Placeholders placeholders;
  text::Diagnostics diagnostics;
  text::NodeReader reader(std::make_shared<const text::Source>("p.yml", std::string(bytes)),
                          diagnostics);
  for (const yaml::Document& document : yaml::Parse(bytes).documents)
    placeholders.Read(document.root, reader);
  EXPECT_FALSE(diagnostics.has_errors()) << text::Render(diagnostics);
  return placeholders;
}

TEST(Placeholders, ValuesTakeThePlaceOfNames) {
  const Placeholders placeholders = Of("placeholders: {a: [x, 'y*'], b: z}");
  using Texts = std::vector<std::string>;
  EXPECT_EQ(placeholders.Expand("%a%").texts, (Texts{"x", "y*"}));
  EXPECT_EQ(placeholders.Expand("<%a%-%b%>").texts, (Texts{"<x-z>", "<y*-z>"}));
  EXPECT_EQ(placeholders.Expand("plain").texts, (Texts{"plain"}));
  EXPECT_EQ(placeholders.Expand(R"(\%plain%b%)").texts, (Texts{"%plainz"}))
      << "the specification's";
  EXPECT_EQ(placeholders.Expand(R"(a\*%b%\\*)").texts, (Texts{R"(a\*z\\*)"}));
  EXPECT_EQ(placeholders.Expand("100%").texts, (Texts{"100%"}));
  EXPECT_EQ(placeholders.Expand("%%").texts, (Texts{"%%"}));
  EXPECT_EQ(placeholders.Expand("%a% and %none%").missing, "none");
}

TEST(Placeholders, TooManyCombinations) {
  std::string list = "placeholders: {a: [";
  for (int i = 0; i < 100; ++i) list += std::to_string(i) + ", ";
  const Placeholders placeholders = Of(list + "]}");
  EXPECT_EQ(placeholders.Expand("%a%%a%").texts.size(), 10'000u);
  EXPECT_FALSE(placeholders.Expand("%a%%a%").too_many);
  EXPECT_TRUE(placeholders.Expand("%a%%a%%a%").too_many);
}

TEST(Placeholders, AnyFileOfTheSetMayHoldThem) {
  const std::string rule = RuleOf("a: {F|expand: '%names%'}\ncondition: a");
  EXPECT_EQ(LoadFiles({rule}).codes(), "placeholder-without-value@5:17");
  EXPECT_EQ(LoadFiles({rule, "placeholders: {names: [bob]}\n"}).codes(), "");
  EXPECT_EQ(
      LoadFiles({"placeholders: {names: [bob]}\n", "placeholders: {names: [eve]}\n", rule}).codes(),
      "duplicate-placeholder@1:16");
  EXPECT_EQ(LoadFiles({"placeholders: [a]\n"}).codes(), "wrong-type@1:15");
  EXPECT_EQ(LoadFiles({"placeholders: {a: {b: c}}\n"}).codes(), "wrong-type@1:19");
  EXPECT_EQ(LoadFiles({"placeholders: {a: b}\nother: c\n"}).codes(), "unknown-key@2:1");
}

TEST(Placeholders, AreOnlyThoseOfExpand) {
  EXPECT_TRUE(test::Holds("a: {F: '%names%'}", R"({"F": "%NAMES%"})"));
}

}  // namespace
}  // namespace riposte::sigma
