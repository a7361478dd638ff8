// What an item means: judged on events by both evaluators.
#include "rules/sigma/item.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::Canonical;
using test::Holds;

TEST(Item, ValuesAreWholeAndIgnoreLetterCase) {
  EXPECT_TRUE(Holds("a: {F: Stra\u00dfe}", R"({"F": "STRA\u1e9eE"})")) << "simple folding";
  EXPECT_TRUE(Holds("a: {F: kelvin}", R"({"F": "\u212aelvin"})"));
  EXPECT_FALSE(Holds("a: {F: ab}", R"({"F": "abc"})"));
  EXPECT_FALSE(Holds("a: {F: ab}", R"({})"));
  EXPECT_FALSE(Holds("a: {F: ab}", R"({"f": "ab"})")) << "names of fields mind it";
  EXPECT_TRUE(Holds("a: {F: ab}", R"({"F": ["x", "AB"]})"));
}

TEST(Item, NumbersAndTruthsAreTexts) {
  EXPECT_TRUE(Holds("a: {F: 4688}", R"({"F": 4688})"));
  EXPECT_TRUE(Holds("a: {F: 4688}", R"({"F": "4688"})"));
  EXPECT_TRUE(Holds("a: {F: '4688'}", R"({"F": 4688})"));
  EXPECT_FALSE(Holds("a: {F: 4688}", R"({"F": 46880})"));
  EXPECT_TRUE(Holds("a: {F: true}", R"({"F": "TRUE"})"));
  EXPECT_TRUE(Holds("a: {F: 'true'}", R"({"F": true})"));
  EXPECT_TRUE(Holds("a: {F|contains: 68}", R"({"F": 4688})"));
}

TEST(Item, AListIsAnyOfThemAndAllIsAll) {
  EXPECT_TRUE(Holds("a: {F: [x, y]}", R"({"F": "y"})"));
  EXPECT_FALSE(Holds("a: {F: [x, y]}", R"({"F": "xy"})"));
  EXPECT_TRUE(Holds("a: {F|contains|all: [x, y]}", R"({"F": "a y x"})"));
  EXPECT_FALSE(Holds("a: {F|contains|all: [x, y]}", R"({"F": "a y"})"));
  EXPECT_EQ(Canonical("a: {F|contains|all: [x]}"), R"(sigma.F ~ "x")");
  EXPECT_EQ(test::Load(test::RuleOf("a: {F|all: x}\ncondition: a")).codes(), "all-of-one@5:9");
}

TEST(Item, Places) {
  EXPECT_TRUE(Holds("a: {F|contains: b}", R"({"F": "aBc"})"));
  EXPECT_TRUE(Holds("a: {F|startswith: ab}", R"({"F": "ABc"})"));
  EXPECT_FALSE(Holds("a: {F|startswith: b}", R"({"F": "abc"})"));
  EXPECT_TRUE(Holds("a: {F|endswith: '\\cmd.exe'}", R"({"F": "C:\\CMD.EXE"})"));
  EXPECT_FALSE(Holds("a: {F|endswith: '\\cmd.exe'}", R"({"F": "cmd.exe"})"));
  EXPECT_TRUE(Holds("a: {F|contains: 'a*c'}", R"({"F": "xabcx"})"));
  EXPECT_TRUE(Holds("a: {F|contains: 'a\\*c'}", R"({"F": "xa*cx"})"));
  EXPECT_FALSE(Holds("a: {F|contains: 'a\\*c'}", R"({"F": "xabcx"})"));
}

TEST(Item, NothingIsAnEmptyTextOrNull) {
  EXPECT_TRUE(Holds("a: {F: ''}", R"({"F": ""})"));
  EXPECT_FALSE(Holds("a: {F: ''}", R"({"F": "x"})"));
  EXPECT_FALSE(Holds("a: {F: ''}", R"({})"));
  EXPECT_FALSE(Holds("a: {F: ''}", R"({"F": null})"));
  EXPECT_TRUE(Holds("a: {F: null}", R"({"F": null})"));
  EXPECT_TRUE(Holds("a: {F: null}", R"({})"));
  EXPECT_FALSE(Holds("a: {F: null}", R"({"F": ""})"));
  EXPECT_TRUE(Holds("a: {F|neq: null}", R"({"F": ""})"));
  EXPECT_TRUE(Holds("a: {F|contains: ''}", R"({"F": "x"})")) << "any text that is there";
  EXPECT_FALSE(Holds("a: {F|contains: ''}", R"({})"));
}

TEST(Item, ExistsAsksForTheFieldNotForItsValue) {
  for (const char* json : {R"({"F": 1})", R"({"F": ""})", R"({"F": null})", R"({"F": []})",
                           R"({"F": [null]})", R"({"F": {}})", R"({"x": {}, "F": {"y": 1}})"}) {
    EXPECT_TRUE(Holds("a: {F|exists: true}", json)) << json;
    EXPECT_FALSE(Holds("a: {F|exists: false}", json)) << json;
  }
  EXPECT_FALSE(Holds("a: {F|exists: true}", R"({"G": 1})"));
  EXPECT_TRUE(Holds("a: {F|exists: false}", R"({"G": null})"));
  EXPECT_EQ(Canonical("a: {F|exists: x}"), "wrong-type@5:17");
}

TEST(Item, CasedAndNeq) {
  EXPECT_TRUE(Holds("a: {F|cased: Ab}", R"({"F": "Ab"})"));
  EXPECT_FALSE(Holds("a: {F|cased: Ab}", R"({"F": "ab"})"));
  EXPECT_FALSE(Holds("a: {F|contains|cased: Ab}", R"({"F": "xabx"})"));
  EXPECT_TRUE(Holds("a: {F|neq: [x, y]}", R"({"F": "z"})"));
  EXPECT_FALSE(Holds("a: {F|neq: [x, y]}", R"({"F": "Y"})"));
  EXPECT_TRUE(Holds("a: {F|contains|neq: x}", R"({"F": "abc"})"));
}

TEST(Item, Windash) {
  for (const char* dash : {"-", "/", "\\u2013", "\\u2014", "\\u2015"}) {
    const std::string json = std::string(R"({"F": "x )") + dash + "enc\"}";
    EXPECT_TRUE(Holds("a: {F|windash|contains: ' -enc'}", json)) << json;
    EXPECT_TRUE(Holds("a: {F|contains|windash: ' /enc'}", json)) << json;
  }
  EXPECT_FALSE(Holds("a: {F|windash|contains: ' -enc'}", R"({"F": "x +enc"})"));
}

TEST(Item, Encodings) {
  EXPECT_TRUE(Holds("a: {F|base64: foobar}", R"({"F": "Zm9vYmFy"})"));
  EXPECT_TRUE(Holds("a: {F|wide|base64offset|contains: whoami}",
                    R"({"F": "powershell -enc dwBoAG8AYQBtAGkA"})"));
  EXPECT_TRUE(Holds("a: {F|utf16|base64|contains: ab}", R"({"F": "//5hAGIA"})"));
  EXPECT_TRUE(Holds("a: {F|utf16le: ab}", R"({"F": "a\u0000b\u0000"})"));
  EXPECT_EQ(Canonical("a: {F|utf16: ab}"), "encoded-no-text@5:16");
  EXPECT_EQ(Canonical("a: {F|base64: 'a*b'}"), "wildcard-encoded@5:17");
  EXPECT_EQ(Canonical("a: {F|base64offset|contains: a}"), "encoded-too-short@5:32");
  EXPECT_EQ(Canonical("a: {F|windash: '-1-2-3-4-5-6'}"), "too-many-variants@5:18");
}

TEST(Item, RegularExpressions) {
  EXPECT_TRUE(Holds("a: {F|re: 'b.d'}", R"({"F": "abcde"})")) << "searched for anywhere";
  EXPECT_FALSE(Holds("a: {F|re: 'B.D'}", R"({"F": "abcde"})"));
  EXPECT_TRUE(Holds("a: {F|re|i: 'B.D'}", R"({"F": "abcde"})"));
  EXPECT_FALSE(Holds("a: {F|re: '^b$'}", R"({"F": "a\nb\nc"})"));
  EXPECT_TRUE(Holds("a: {F|re|m: '^b$'}", R"({"F": "a\nb\nc"})"));
  EXPECT_FALSE(Holds("a: {F|re: 'a.b'}", R"({"F": "a\nb"})"));
  EXPECT_TRUE(Holds("a: {F|re|s: 'a.b'}", R"({"F": "a\nb"})"));
  EXPECT_TRUE(Holds("a: {F|re|s|i|m: '^A.b$'}", R"({"F": "x\na\nB"})"));
  EXPECT_EQ(Canonical("a: {F|re: '(?=a)'}"), "regex-not-re2@5:13");
  EXPECT_EQ(Canonical("a: {F|re: ''}"), "regex-not-re2@5:13");
}

TEST(Item, NetworksAndNumbers) {
  EXPECT_TRUE(Holds("a: {F|cidr: 10.0.0.0/8}", R"({"F": "10.1.2.3"})"));
  EXPECT_TRUE(Holds("a: {F|cidr: [10.0.0.0/8, 'fe80::/10']}", R"({"F": "fe80::1"})"));
  EXPECT_FALSE(Holds("a: {F|cidr: 10.0.0.0/8}", R"({"F": "11.1.2.3"})"));
  EXPECT_EQ(Canonical("a: {F|cidr: 10.0.0.0/33}"), "bad-ip@5:15");
  EXPECT_TRUE(Holds("a: {F|gt: 5}", R"({"F": "6"})"));
  EXPECT_FALSE(Holds("a: {F|gt: 5}", R"({"F": 5})"));
  EXPECT_TRUE(Holds("a: {F|gte: 5}", R"({"F": 5.0})"));
  EXPECT_TRUE(Holds("a: {F|lt: 5}", R"({"F": -1})"));
  EXPECT_TRUE(Holds("a: {F|lte: 5}", R"({"F": 5})"));
  EXPECT_EQ(Canonical("a: {F|lt: '5'}"), "bad-number@5:13");
}

// What cannot be read as the value's type is no match, and a negation of it is one.
TEST(Item, WhatIsNoAddressOrNumberIsNotUnknown) {
  EXPECT_TRUE(Holds("a: {F|cidr: 10.0.0.0/8}\ncondition: not a", R"({"F": "-"})"));
  EXPECT_TRUE(Holds("a: {F|lt: 5}\ncondition: not a", R"({"F": "n/a"})"));
  EXPECT_TRUE(Holds("a: {F: x}\ncondition: not a", R"({"F": {"x": 1}})"));
}

TEST(Item, PartsOfDates) {
  const char* json = R"({"F": "2026-11-25 03:07:59.123+02:00"})";
  EXPECT_TRUE(Holds("a: {F|minute: 7}", json));
  EXPECT_TRUE(Holds("a: {F|hour: 3}", json)) << "as written, whatever the zone";
  EXPECT_TRUE(Holds("a: {F|day: 25}", json));
  EXPECT_TRUE(Holds("a: {F|week: 48}", json));
  EXPECT_TRUE(Holds("a: {F|month: [1, 11]}", json));
  EXPECT_TRUE(Holds("a: {F|year|gte: 2026}", json));
  EXPECT_FALSE(Holds("a: {F|hour|lt: 3}", json));
  EXPECT_FALSE(Holds("a: {F|hour: 3}", R"({"F": "soon"})"));
}

TEST(Item, OtherFields) {
  EXPECT_TRUE(Holds("a: {F|fieldref: G}", R"({"F": "Ab", "G": "aB"})"));
  EXPECT_FALSE(Holds("a: {F|fieldref: G}", R"({"F": "Ab", "G": "Abc"})"));
  EXPECT_FALSE(Holds("a: {F|fieldref: G}", R"({"F": "Ab"})"));
  EXPECT_TRUE(Holds("a: {F|fieldref: G}", R"({"F": ["x", "y"], "G": ["z", "Y"]})"));
  EXPECT_TRUE(Holds("a: {F|fieldref|neq: G}", R"({"F": "a", "G": "b"})"));
  EXPECT_FALSE(Holds("a: {F|fieldref|cased: G}", R"({"F": "Ab", "G": "aB"})"));
  EXPECT_TRUE(Holds("a: {F|fieldref|startswith: G}", R"({"F": "abc", "G": "AB"})"));
  EXPECT_TRUE(Holds("a: {F|fieldref|endswith: G}", R"({"F": "abc", "G": "BC"})"));
  EXPECT_TRUE(Holds("a: {F|fieldref|contains: [X, G]}", R"({"F": "abc", "G": "B"})"));
  EXPECT_FALSE(Holds("a: {F|fieldref|startswith: G}", R"({"F": "abc", "G": "bc"})"));
}

TEST(Item, NullStandsAlone) {
  EXPECT_EQ(Canonical("a: {F: [null, x]}"), "null-in-list@5:11");
  EXPECT_EQ(Canonical("a: {F|contains: null}"), "null-value@5:19");
  EXPECT_EQ(Canonical("a: {F: []}"), "empty-value@5:10");
  EXPECT_EQ(Canonical("a: {F: {b: c}}"), "wrong-type@5:10");
  EXPECT_EQ(Canonical("a: {F: [[b]]}"), "wrong-type@5:11");
}

TEST(Item, TokensAreNumberedOnceAndOnlySoMany) {
  std::vector<std::string> files;
  std::string list;
  for (int i = 0; i < 65'540; ++i) list += "  - F" + std::to_string(i) + ": x\n";
  const test::Loaded loaded = test::Load(test::RuleOf("a:\n" + list + "condition: a"));
  EXPECT_EQ(loaded.set, nullptr);
  EXPECT_TRUE(loaded.codes().starts_with("too-many-fields@")) << loaded.codes().substr(0, 100);
}

// The mark stands below the field's name, also where the key is in quotes.
TEST(CompileItem, AMisspeltFieldIsAWarning) {
  const auto shown = [](const std::string& key) {
    return text::Render(test::Load("title: T\nid: 00000000-0000-4000-8000-000000000001\n"
                                   "logsource: {product: test}\ndetection:\n  a:\n    " +
                                   key + ": x\n  condition: a\n")
                            .diagnostics);
  };
  EXPECT_EQ(
      shown("old|contains"),
      "0.yml:6:5: warning[unknown-field]: no event format that provides the log source names a "
      "field 'old'\n    6 |     old|contains: x\n      |     ^^^ did you mean "
      "'Old'?\n");
  EXPECT_NE(shown("'old'").find("|      ^^^ did"), std::string::npos) << shown("'old'");
  EXPECT_EQ(shown("Old"), "");
}

}  // namespace
}  // namespace riposte::sigma
