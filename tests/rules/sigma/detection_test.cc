#include "rules/sigma/detection.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::Canonical;
using test::Holds;

TEST(CompileDetection, MapsAreAndListsAreOr) {
  EXPECT_EQ(Canonical("a: {F: x, G: [y, z]}"),
            R"(sigma.F: "x" and (sigma.G: "y" or sigma.G: "z"))");
  EXPECT_EQ(Canonical("a: [{F: x, G: y}, {H: z}]"),
            R"((sigma.F: "x" and sigma.G: "y" or sigma.H: "z"))");
}

TEST(CompileDetection, KeywordsStandAnywhereInTheEvent) {
  const std::string list = "a: [EvilService, 'svchost.exe -n evil']";
  EXPECT_TRUE(Holds(list, R"({"x": "an EVILSERVICE here"})"));
  EXPECT_TRUE(Holds(list, R"({"x": {"y": [1, {"z": "evilservice"}]}})"));
  EXPECT_FALSE(Holds(list, R"({"evilservice": 1})")) << "values, not names";
  EXPECT_TRUE(Holds("a: [68]", R"({"x": 4688})"));
  EXPECT_TRUE(Holds("a: evil", R"({"x": "evil"})")) << "one text is a list of one";
  EXPECT_TRUE(Holds("a: {'|all': [ab, cd]}", R"({"x": "xaby", "y": "cd"})"));
  EXPECT_FALSE(Holds("a: {'|all': [ab, cd]}", R"({"x": "xaby"})"));
  EXPECT_TRUE(Holds("a: ['a*c']", R"({"x": "xabcx"})"));
  EXPECT_TRUE(Holds("a: {'|re': '^b+$'}", R"({"x": "a", "y": "bbb"})"));
  EXPECT_TRUE(Holds("a: [evil, {F: x}]", R"({"F": "x"})"));
  EXPECT_TRUE(Holds("a: [evil]\ncondition: not a", R"({"x": "good"})"));
}

TEST(CompileDetection, KeywordsOfRepeatedKeysCount) {
  EXPECT_TRUE(Holds("a: [evil]", R"({"x": "good", "x": {"y": "evil"}})"));
}

TEST(CompileDetection, KeywordsSeeTheEventsOfTheirLogSourceOnly) {
  const std::string rule =
      "title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: test, category: "
      "proc}\ndetection: {a: [evil], condition: a}\n";
  EXPECT_TRUE(test::Matches(rule, R"({"kind": "exec", "x": "evil"})"));
  EXPECT_FALSE(test::Matches(rule, R"({"kind": "file", "x": "evil"})"));
}

TEST(CompileDetection, Mistakes) {
  EXPECT_EQ(Canonical("a: {}"), "empty-value@5:6");
  EXPECT_EQ(Canonical("a: []"), "empty-value@5:6");
  EXPECT_EQ(Canonical("a: null"), "empty-value@5:3");
  EXPECT_EQ(Canonical("a: [null]"), "null-value@5:7");
  EXPECT_EQ(Canonical("a: [[x]]"), "wrong-type@5:7");
  EXPECT_EQ(Canonical("a: {F: x}\ncondition: {b: c}"), "wrong-type@6:14");
  EXPECT_EQ(Canonical("a: {F: x}\ncondition: []"), "empty-value@6:14");
  EXPECT_EQ(test::Load(test::RuleOf("a: {F: x}")).codes(), "missing-key@5:3");
  EXPECT_EQ(test::Load("title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: "
                       "test}\ndetection: [a]\n")
                .codes(),
            "wrong-type@4:12");
  EXPECT_EQ(test::Load(test::RuleOf("a: {F: x}\ntimeframe: 5m\ncondition: a")).codes(),
            "timeframe-ignored@6:3");
}

TEST(CompileDetection, AllErrorsAtOnce) {
  EXPECT_EQ(Canonical("a: {F|nope: x, G|lt: y}\nb: {F: [null]}\ncondition: c"),
            "unknown-modifier@5:9 bad-number@5:24 null-in-list@6:11 unknown-selection@7:14");
}

TEST(CompileDetection, SelectionsThatNoConditionNames) {
  const auto codes = [](const std::string& condition) {
    return test::Load(test::RuleOf("a: {F: x}\nb1: {G: y}\n_c: {H: z}\ncondition: " + condition))
        .codes();
  };
  EXPECT_EQ(codes("a"), "unused-selection@6:3 unused-selection@7:3");
  EXPECT_EQ(codes("a and 1 of b*"), "unused-selection@7:3");
  EXPECT_EQ(codes("1 of them"), "unused-selection@7:3") << "what begins with _ is none of them";
  EXPECT_EQ(codes("[a or b1, _c]"), "");
  EXPECT_EQ(codes("a and not b1 and _c"), "");
  EXPECT_EQ(codes("a and d"), "unknown-selection@8:20") << "an error says enough";
}

}  // namespace
}  // namespace riposte::sigma
