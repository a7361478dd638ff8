#include "engine/event/decode.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/event_dump.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

// One profile with a token of each type; both decoders read each text and must agree.
class DecodeTest : public testing::Test {
 protected:
  DecodeTest() {
    text_ = schema_.Field("text", FieldType::kText, "t");
    keyword_ = schema_.Field("keyword", FieldType::kKeyword, "k");
    number_ = schema_.Field("number", FieldType::kNumber, "n");
    ip_ = schema_.Field("ip", FieldType::kIp, "ip");
    date_ = schema_.Field("date", FieldType::kDate, "d");
    boolean_ = schema_.Field("bool", FieldType::kBool, "b");
    deep_ = schema_.Field("deep", FieldType::kKeyword, "a.b.c");
    group_ = schema_.Field("group", FieldType::kObject, "g");
    group_name_ = schema_.Field("group.name", FieldType::kKeyword, "g.name");
    group_score_ = schema_.Field("group.score", FieldType::kNumber, "g.score");
    plan_ = Plan::Compile(schema_.schema(), schema_.profile(), schema_.AllFields());
  }

  Reject Decode(std::string_view json) {
    const Reject reject = decoder_.Decode(*plan_, json);
    EXPECT_EQ(RejectName(dom_.Decode(*plan_, json)), RejectName(reject)) << json;
    if (reject == Reject::kNone) {
      EXPECT_EQ(Dump(decoder_.event()), Dump(dom_.event())) << json;
    }
    return reject;
  }
  std::string Dump(const Event& event) {
    return test::DumpEvent(event, schema_.schema().catalogue);
  }
  // The values of a field of an event that must decode.
  std::string Field(schema::FieldId id, std::string_view json) {
    const Reject reject = Decode(json);
    EXPECT_EQ(RejectName(reject), "none") << json;
    if (reject != Reject::kNone) return "rejected";
    return test::DumpField(decoder_.event(), schema_.schema().catalogue, id);
  }
  const schema::Catalogue& Catalogue() const { return schema_.schema().catalogue; }
  const Event& DecodeAll(std::string_view json) {
    EXPECT_EQ(RejectName(Decode(json)), "none") << json;
    return decoder_.event();
  }
  // The one value of the text field.
  std::string Text(std::string_view json) {
    const std::span<const Value> values = DecodeAll(json).values(text_);
    EXPECT_EQ(values.size(), 1u) << json;
    return values.empty() ? "absent" : std::string(values.front().text);
  }
  // Its oddities, but for those that each event here has.
  std::string Oddities(std::string_view json) {
    EXPECT_EQ(RejectName(Decode(json)), "none") << json;
    std::string all = test::DumpOddities(decoder_.event());
    const std::string usual = "no_event_time no_asset";
    all.erase(all.find(usual));
    if (all.ends_with(' ')) all.pop_back();
    return all;
  }

  test::SchemaBuilder schema_;
  schema::FieldId text_, keyword_, number_, ip_, date_, boolean_, deep_;
  schema::FieldId group_, group_name_, group_score_;
  std::shared_ptr<const Plan> plan_;
  Decoder decoder_;
  DomDecoder dom_;
};

TEST_F(DecodeTest, ReadsEachType) {
  constexpr std::string_view kEvent =
      R"({"t":"Power Shell","k":"ABC","n":-1.5e1,"ip":"10.0.0.1","d":"2026-11-25T01:10:53Z","b":true,
          "a":{"b":{"c":"x"}}})";
  EXPECT_EQ(Field(text_, kEvent), R"("Power Shell" ("power shell"))");
  EXPECT_EQ(Field(keyword_, kEvent), R"("ABC" ("abc"))");
  EXPECT_EQ(Field(number_, kEvent), "-15");
  EXPECT_EQ(Field(ip_, kEvent), "10.0.0.1");
  EXPECT_EQ(Field(date_, kEvent), "2026-11-25T01:10:53.000Z");
  EXPECT_EQ(Field(boolean_, kEvent), "true");
  EXPECT_EQ(Field(deep_, kEvent), R"("x")");
}

TEST_F(DecodeTest, ArraysFanOutAndNestedOnesFlatten) {
  EXPECT_EQ(Field(keyword_, R"({"k":["a",[["b"],null],[],"c"]})"), R"("a" | "b" | "c")");
  EXPECT_EQ(Field(deep_, R"({"a":[{"b":[{"c":"x"},{"c":"y"}]},{"b":{"c":"z"}}]})"),
            R"("x" | "y" | "z")");
  EXPECT_EQ(Field(deep_, R"({"a":[[[{"b":[[{"c":["x"]}]]}]]]})"), R"("x")");
  EXPECT_EQ(Field(deep_, R"({"a":{"b":"scalar"}})"), "");
  const std::string deep = std::string(1000, '[') + "\"x\"" + std::string(1000, ']');
  EXPECT_EQ(Field(keyword_, "{\"k\":" + deep + "}"), R"("x")");
}

TEST_F(DecodeTest, SubObjectsAreRows) {
  constexpr std::string_view kGroups = R"({"g":[{"name":"a","score":1},{"name":"b","score":"2"}]})";
  EXPECT_EQ(Field(group_, kGroups), "{}@1 | {}@2");
  EXPECT_EQ(Field(group_name_, kGroups), R"("a"@1 | "b"@2)");
  EXPECT_EQ(Field(group_score_, kGroups), "1@1 | 2@2");
  EXPECT_EQ(Field(group_name_, R"({"g":{"name":"a"}})"), R"("a"@1)");
  EXPECT_EQ(Field(group_, R"({"g":{}})"), "{}@1");
  EXPECT_EQ(Field(group_, R"({"g":"scalar"})"), R"("scalar")");
  EXPECT_EQ(Field(group_, R"({"g":[]})"), "");
}

TEST_F(DecodeTest, NullAndEmptyArraysAreAbsent) {
  for (const std::string_view value : {"null", "[]", "[null]", "[[],[null]]"}) {
    const std::string event = "{\"k\":" + std::string(value) + ",\"g\":" + std::string(value) + "}";
    EXPECT_EQ(Field(keyword_, event), "") << value;
    EXPECT_EQ(Field(group_, event), "") << value;
  }
  EXPECT_EQ(Field(keyword_, R"({"k":""})"), R"("")");
}

TEST_F(DecodeTest, NumbersInTextFieldsStayAsWritten) {
  for (const std::string number :
       {"0", "-0", "1.50", "1E400", "-1e-3", "123456789012345678901234567890", "10.0"})
    EXPECT_EQ(test::DumpField(DecodeAll("{\"k\":" + number + "}"), Catalogue(), keyword_)
                  .substr(0, number.size() + 2),
              "\"" + number + "\"");
  EXPECT_EQ(Field(keyword_, R"({"k":true})"), R"("true")");
}

TEST_F(DecodeTest, TypedConversions) {
  struct Case {
    schema::FieldId field;
    std::string_view json, expected;
  };
  const Case cases[] = {
      {number_, R"({"n":"8"})", "8"},
      {number_, R"({"n":"-1.5e3"})", "-1500"},
      {number_, R"({"n":9007199254740993})", "9007199254740993"},
      {number_, R"({"n":18446744073709551615})", "18446744073709551615"},
      {number_, R"({"n":-9223372036854775808})", "-9223372036854775808"},
      {number_, R"({"n":18446744073709551616})", "!number_range"},
      {number_, R"({"n":-9223372036854775809})", "!number_range"},
      {number_, R"({"n":1e309})", "!number_range"},
      {number_, R"({"n":"1e309"})", "!number_range"},
      {number_, R"({"n":"n/a"})", "!not_a_number"},
      {number_, R"({"n":""})", "!not_a_number"},
      {number_, R"({"n":true})", "!not_a_number"},
      {number_, R"({"n":{}})", "!object_value"},
      {number_, R"({"n":[1,"x",{"a":1},"2"]})", "1 | !not_a_number | !object_value | 2"},
      {keyword_, R"({"k":{"a":1}})", "!object_value"},
      {text_, R"({"t":[{"a":1},"x"]})", R"(!object_value | "x")"},
      {ip_, R"({"ip":"::ffff:10.0.0.1"})", "10.0.0.1"},
      {ip_, R"({"ip":"2001:DB8::1"})", "2001:db8::1"},
      {ip_, R"({"ip":"host"})", "!not_an_ip"},
      {ip_, R"({"ip":10})", "!not_an_ip"},
      {date_, R"({"d":"2020-02-10T00:21:04.000+0000"})", "2020-02-10T00:21:04.000Z"},
      {date_, R"({"d":"2020-02-30T00:21:04Z"})", "!not_a_date"},
      {date_, R"({"d":1581294064})", "!not_a_date"},
      {boolean_, R"({"b":false})", "false"},
      {boolean_, R"({"b":"TRUE"})", "true"},
      {boolean_, R"({"b":"yes"})", "!not_a_bool"},
      {boolean_, R"({"b":1})", "!not_a_bool"},
  };
  for (const Case& c : cases) EXPECT_EQ(Field(c.field, c.json), c.expected) << c.json;
}

TEST_F(DecodeTest, EveryEscape) {
  EXPECT_EQ(Text(R"({"t":"\"\\\/\b\f\n\r\t"})"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Text(R"({"t":"\u0041\u00e9\u20AC\ud83D\uDe00"})"), "A\u00E9\u20AC\U0001F600");
  EXPECT_EQ(Text(R"({"t":"a\u0000b"})"), std::string_view("a\0b", 3));
  EXPECT_EQ(Text(R"({"t":"\\u0041\\\\"})"), R"(\u0041\\)");
  // Backslashes on both sides of the blocks that are searched at a time.
  for (size_t before = 40; before < 140; ++before) {
    const std::string pad(before, 'x');
    EXPECT_EQ(Text("{\"t\":\"" + pad + R"(\\\n\uD83D\uDE00\")" + "\"}"), pad + "\\\n\U0001F600\"");
  }
}

TEST_F(DecodeTest, BrokenEscapesAreInvalid) {
  for (const std::string_view text :
       {R"(\x)", R"(\u)", R"(\u12)", R"(\u123g)", R"(\U0041)", R"(\ud83d\u12)", R"(\a)", R"(\')",
        R"(\0)", R"(\u+123)", R"(\u 123)"}) {
    EXPECT_EQ(RejectName(Decode("{\"other\":\"" + std::string(text) + "\"}")), "invalid_json")
        << text;
    EXPECT_EQ(RejectName(Decode("{\"" + std::string(text) + "\":1}")), "invalid_json") << text;
  }
}

TEST_F(DecodeTest, InvalidUtf8IsReplaced) {
  EXPECT_EQ(Text("{\"t\":\"a\xFF"
                 "b\"}"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(Text("{\"t\":\"\xE2\x82\"}"), "\uFFFD");
  EXPECT_EQ(Text("{\"t\":\"\xE2\\u0041\"}"),
            "\uFFFD"
            "A");
  EXPECT_EQ(Oddities("{\"t\":\"\xFF\"}"), "invalid_utf8");
  EXPECT_EQ(Oddities("{\"elsewhere\":\"\xFF\"}"), "invalid_utf8");
  // In a key, before a key that is asked for, and where a key would be equal to another one after
  // the repair.
  EXPECT_EQ(Text("{\"a\xFF\":\"no\",\"t\":\"yes\"}"), "yes");
  EXPECT_EQ(Oddities("{\"a\xFF\":1,\"a\xFE\":2}"), "invalid_utf8 duplicate_key");
  EXPECT_EQ(RejectName(Decode("{\"t\":1\xFF}")), "invalid_json");
  EXPECT_EQ(RejectName(Decode("\xFF{}")), "invalid_json");
}

TEST_F(DecodeTest, LoneSurrogatesAreReplaced) {
  EXPECT_EQ(Text(R"({"t":"a\ud800b"})"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(Text(R"({"t":"\udc00\ud800"})"), "\uFFFD\uFFFD");
  EXPECT_EQ(Text(R"({"t":"\ud83d\ud83d\ude00"})"), "\uFFFD\U0001F600");
  EXPECT_EQ(Text(R"({"t":"\ud800\u0041"})"),
            "\uFFFD"
            "A");
  EXPECT_EQ(Text("{\"t\":\"\xED\xA0\x80\"}"), "\uFFFD\uFFFD\uFFFD");  // as bytes
  EXPECT_EQ(Oddities(R"({"t":"\ud800"})"), "lone_surrogate");
  EXPECT_EQ(Oddities(R"({"\ud800":1})"), "lone_surrogate");
  EXPECT_EQ(Oddities(R"({"t":"\ud83d\ude00"})"), "");
}

TEST_F(DecodeTest, TheFirstOfDuplicateKeysWins) {
  EXPECT_EQ(Text(R"({"t":"first","t":"second"})"), "first");
  EXPECT_EQ(Field(keyword_, R"({"k":null,"k":"second"})"), "");
  EXPECT_EQ(Field(deep_, R"({"a":{"b":{"c":"1","c":"2"},"b":{"c":"3"}},"a":{"b":{"c":"4"}}})"),
            R"("1")");
  // The whole sub-object: what the first one lacks is not taken from the second one.
  EXPECT_EQ(Field(deep_, R"({"a":{"x":1},"a":{"b":{"c":"2"}}})"), "");
  EXPECT_EQ(Field(group_name_, R"({"g":[],"g":[{"name":"b"}]})"), "");
  // However the keys are written.
  EXPECT_EQ(Text(R"({"\u0074":"first","t":"second"})"), "first");
  EXPECT_EQ(Oddities(R"({"a":1,"\u0061":2})"), "duplicate_key");
  EXPECT_EQ(Oddities(R"({"x":{"y":[{"z":1,"z":2}]}})"), "duplicate_key");
  EXPECT_EQ(Oddities(R"({"t":1,"t":{"u":1,"u":1}})"), "duplicate_key");
  // Equal keys of different objects are none.
  EXPECT_EQ(Oddities(R"({"z":1,"x":{"z":1,"y":[{"z":1},{"z":2}]}})"), "");
}

TEST_F(DecodeTest, DuplicatesAmongManyKeys) {
  std::string keys;
  for (int i = 0; i < 5000; ++i) keys += "\"key" + std::to_string(i) + "\":0,";
  EXPECT_EQ(Oddities("{" + keys + "\"last\":1}"), "");
  EXPECT_EQ(Oddities("{" + keys + "\"key17\":1}"), "duplicate_key");
  EXPECT_EQ(Oddities("{}"), "");
}

// Keys of each kind are found again in each object, and in no other that is open with it.
TEST_F(DecodeTest, DuplicatesInNestedObjects) {
  for (const std::string& key :
       {std::string("z"), std::string(32, 'z'), std::string(33, 'z'), std::string(500, 'z'),
        std::string(R"(z\\z)"), std::string(R"(\u007a)")}) {
    const std::string member = '"' + key + "\":1";
    const auto member_with = [&](const std::string& value) { return '"' + key + "\":" + value; };
    for (int round = 0; round < 2; ++round) {
      for (const std::string outer : {"x", "a"}) {
        const std::string begin = "{\"" + outer + "\":{" + member + ",\"y\":{";
        EXPECT_EQ(Oddities(begin + member + "}}}"), "") << key;
        EXPECT_EQ(Oddities(begin + member + ",\"w\":0," + member + "}}}"), "duplicate_key");
        EXPECT_EQ(Oddities(begin + member + "}," + member + "}}"), "duplicate_key");
        EXPECT_EQ(Oddities(begin + member_with("{" + member + "}") + "}}," + member + "}"), "");
        EXPECT_EQ(Oddities("{" + member + ",\"" + outer + "\":{" + member + "}," + member + "}"),
                  "duplicate_key");
      }
    }
  }
}

TEST_F(DecodeTest, KeysMayBeEscapedOrEmpty) {
  EXPECT_EQ(Field(deep_, R"({"\u0061":{"\u0062":{"c":"x"}}})"), R"("x")");
  EXPECT_EQ(Text(R"({"":{"":"no"},"t":"x"})"), "x");
  EXPECT_EQ(Oddities(R"({"":1,"":2})"), "duplicate_key");
  // A dotted key is one key.
  EXPECT_EQ(Field(deep_, R"({"a.b.c":"x","a":{"b.c":"y"}})"), "");
}

TEST_F(DecodeTest, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(Text("\xEF\xBB\xBF{\"t\":\"x\"}"), "x");
  EXPECT_EQ(Oddities("\xEF\xBB\xBF{}"), "byte_order_mark");
  EXPECT_EQ(decoder_.event().bytes(), "\xEF\xBB\xBF{}");
  EXPECT_EQ(RejectName(Decode("\xEF\xBB\xBF")), "invalid_json");
  EXPECT_EQ(RejectName(Decode("\xEF\xBB\xBF\xEF\xBB\xBF{}")), "invalid_json");
  EXPECT_EQ(RejectName(Decode("{\xEF\xBB\xBF}")), "invalid_json");
}

TEST_F(DecodeTest, NumbersOutOfRangeAreCountedWhereverTheyAre) {
  EXPECT_EQ(Oddities(R"({"x":[1e999]})"), "number_range");
  EXPECT_EQ(Oddities(R"({"x":18446744073709551616})"), "number_range");
  EXPECT_EQ(Oddities(R"({"x":-9223372036854775809})"), "number_range");
  EXPECT_EQ(Oddities(R"({"x":[18446744073709551615,-9223372036854775808,1e308,1e-999]})"), "");
  EXPECT_EQ(Oddities("{\"x\":0." + std::string(400, '0') + "1}"), "");
  EXPECT_EQ(Oddities("{\"x\":" + std::string(400, '1') + ".5}"), "number_range");
}

TEST_F(DecodeTest, DepthUpToTheLimit) {
  const auto nested = [](int levels, std::string_view open, std::string_view close) {
    std::string text = "{\"x\":";
    for (int i = 1; i < levels; ++i) text += open;
    text += "1";
    for (int i = 1; i < levels; ++i) text += close;
    return text + "}";
  };
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"y\":", "}")}) {
    EXPECT_EQ(RejectName(Decode(nested(kMaxDepth, open, close))), "none");
    EXPECT_EQ(RejectName(Decode(nested(kMaxDepth + 1, open, close))), "too_deep");
  }
  std::string empty_inside = nested(kMaxDepth, "[", "]");
  empty_inside.replace(empty_inside.find('1'), 1, "{}");
  EXPECT_EQ(RejectName(Decode(empty_inside)), "too_deep");
  EXPECT_EQ(RejectName(decoder_.Decode(*plan_, std::string(100'000, '['))), "too_deep");
}

TEST_F(DecodeTest, SizeUpToTheLimit) {
  constexpr size_t kLimit = 20;
  Decoder decoder(kLimit);
  DomDecoder dom(kLimit);
  const std::string fits = "{\"t\":\"" + std::string(kLimit - 8, 'x') + "\"}";
  ASSERT_EQ(fits.size(), kLimit);
  EXPECT_EQ(RejectName(decoder.Decode(*plan_, fits)), "none");
  EXPECT_EQ(RejectName(dom.Decode(*plan_, fits)), "none");
  EXPECT_EQ(RejectName(decoder.Decode(*plan_, fits + " ")), "too_large");
  EXPECT_EQ(RejectName(dom.Decode(*plan_, fits + " ")), "too_large");
}

TEST_F(DecodeTest, NoBytesAreEmpty) {
  EXPECT_EQ(RejectName(Decode("")), "empty");
  EXPECT_EQ(RejectName(Decode({})), "empty");
  EXPECT_EQ(RejectName(Decode(" ")), "invalid_json");
}

TEST_F(DecodeTest, WhatIsNoObject) {
  for (const std::string_view text :
       {"1", "-1.5e3", "\"x\"", "true", "false", "null", "[]", "[{}]", " 1 ", "[[1,2],{\"a\":1}]"})
    EXPECT_EQ(RejectName(Decode(text)), "not_an_object") << text;
}

TEST_F(DecodeTest, BrokenGrammar) {
  constexpr std::string_view kTexts[] = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         "{]",
                                         "[}",
                                         "{{}}",
                                         "{}{}",
                                         "{},",
                                         "{}]",
                                         "{}x",
                                         "{}1",
                                         "{} \"a\"",
                                         ",{}",
                                         ":",
                                         "\"",
                                         "{\"a\"}",
                                         "{\"a\":}",
                                         "{\"a\":1,}",
                                         "{,\"a\":1}",
                                         "{\"a\":1,,\"b\":2}",
                                         "{\"a\" 1}",
                                         "{\"a\"::1}",
                                         "{\"a\":1 \"b\":2}",
                                         "{\"a\":1:2}",
                                         "{a:1}",
                                         "{'a':1}",
                                         "{1:1}",
                                         "{null:1}",
                                         "{[]:1}",
                                         "{\"a\":[1,]}",
                                         "{\"a\":[,1]}",
                                         "{\"a\":[1 2]}",
                                         "{\"a\":[1:2]}",
                                         "{\"a\":[\"b\":1]}",
                                         "{\"a\":[1}",
                                         "{\"a\":{\"b\":1]",
                                         "{\"a\":tru}",
                                         "{\"a\":truee}",
                                         "{\"a\":True}",
                                         "{\"a\":nul}",
                                         "{\"a\":undefined}",
                                         "{\"a\":NaN}",
                                         "{\"a\":Infinity}",
                                         "{\"a\":-Infinity}",
                                         "{\"a\":+1}",
                                         "{\"a\":01}",
                                         "{\"a\":-01}",
                                         "{\"a\":1.}",
                                         "{\"a\":.5}",
                                         "{\"a\":-}",
                                         "{\"a\":1e}",
                                         "{\"a\":1e+}",
                                         "{\"a\":1.e1}",
                                         "{\"a\":0x10}",
                                         "{\"a\":1_000}",
                                         "{\"a\":1a}",
                                         "{\"a\":--1}",
                                         "{\"a\":1\"b\"}",
                                         "{\"a\":\"b\"c}",
                                         "{\"a\":\"b\"\"c\"}",
                                         "{\"a\":true\"b\"}",
                                         "{\"a\"x:1}",
                                         "{\"a\":\"\n\"}",
                                         "{\"a\":\"\t\"}",
                                         "{\"a\":\"\x1f\"}",
                                         "{\"a\x01\":1}",
                                         "{\"a\":\"b}",
                                         "{\"a\":\"b\\\"}",
                                         "{\"a\":1\\n}",
                                         "\\{}",
                                         "{\"a\":1}\\",
                                         "{\"a\":/**/1}",
                                         "// x\n{}",
                                         "{\"a\":1\x0c}",
                                         "{\"a\"\x1a"
                                         "1}",
                                         "{\"a\":1\x0b}",
                                         "{\"a\":1\xc2\xa0}",
                                         "nul",
                                         "-",
                                         "{\"a\":1",
                                         "{\"a\":",
                                         "{\"a\"",
                                         "{\"",
                                         "{\"a\":1}}",
                                         "{\"a\":[]]}",
                                         "{\"a\":{}}}"};
  for (const std::string_view text : kTexts)
    EXPECT_EQ(RejectName(Decode(text)), "invalid_json") << text;
  EXPECT_EQ(RejectName(Decode(std::string_view("{\"a\":1\0}", 8))), "invalid_json");
  EXPECT_EQ(RejectName(Decode(std::string_view("\0", 1))), "invalid_json");
  EXPECT_EQ(RejectName(Decode(std::string_view("{}\0", 3))), "invalid_json");
}

TEST_F(DecodeTest, WhiteSpaceBetweenAllTokens) {
  EXPECT_EQ(Text(" \t\r\n{ \t\r\n\"t\" \t\r\n: \t\r\n\"x y \" \t\r\n, \"k\" : [ 1 , 2 ] } \t\r\n"),
            "x y ");
  EXPECT_EQ(Field(number_, "{\"n\" : 5 }"), "5");
}

TEST_F(DecodeTest, TheOffsetOfAnError) {
  struct Case {
    std::string_view json;
    size_t offset;
  };
  const Case cases[] = {
      {R"({"a":1,})", 7},     {R"({"a" 1})", 5},    {R"({"a":tru})", 5},   {"{\"a\":\"\n\"}", 6},
      {R"({"a":"b)", 5},      {R"({"a":"\q"})", 6}, {R"({"a":1} x)", 8},   {R"({"a":1)", 6},
      {"\xEF\xBB\xBF{x}", 4}, {"[1]", 0},           {"\xEF\xBB\xBF   ", 6}};
  for (const Case& c : cases) {
    EXPECT_NE(RejectName(Decode(c.json)), "none") << c.json;
    EXPECT_EQ(decoder_.error_offset(), c.offset) << c.json;
  }
  EXPECT_EQ(RejectName(Decode("{}")), "none");
  EXPECT_EQ(decoder_.error_offset(), 0u);
}

// What is said about an event does not depend on the fields that were asked for.
TEST_F(DecodeTest, VerdictAndOdditiesDoNotDependOnTheFields) {
  const std::shared_ptr<const Plan> nothing =
      Plan::Compile(schema_.schema(), schema_.profile(), {});
  for (const std::string_view json :
       {std::string_view("{\"t\":\"\xFF\"}"), std::string_view(R"({"t":"\ud800"})"),
        std::string_view(R"({"t":1,"t":2})"), std::string_view(R"({"a":{"b":{"c":1,"c":2}}})"),
        std::string_view(R"({"t":1e999})"), std::string_view(R"({"t":"\x"})"),
        std::string_view(R"({"n":01})"), std::string_view("[]"), std::string_view("")}) {
    const Reject all = Decode(json);
    const std::string oddities =
        all == Reject::kNone ? test::DumpOddities(decoder_.event()) : std::string();
    EXPECT_EQ(RejectName(decoder_.Decode(*nothing, json)), RejectName(all)) << json;
    if (all == Reject::kNone) {
      EXPECT_EQ(test::DumpOddities(decoder_.event()), oddities) << json;
      EXPECT_TRUE(decoder_.event().values(text_).empty());
    }
  }
}

TEST_F(DecodeTest, AValueThatCannotBeUsedIsCounted) {
  EXPECT_EQ(Oddities(R"({"n":"n/a"})"), "undecodable");
  EXPECT_EQ(Oddities(R"({"n":"5"})"), "");
}

TEST_F(DecodeTest, ADecoderGoesOnAfterAReject) {
  EXPECT_EQ(RejectName(Decode(R"({"t":"x\ud800)")), "invalid_json");
  EXPECT_EQ(Text(R"({"t":"plain"})"), "plain");
  EXPECT_EQ(Oddities(R"({"t":"plain"})"), "");
  Decoder moved = std::move(decoder_);
  EXPECT_EQ(RejectName(moved.Decode(*plan_, R"({"t":"x"})")), "none");
  decoder_ = Decoder();
}

TEST(RejectNameTest, EachHasItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Reject::kCount); ++i)
    names.insert(RejectName(static_cast<Reject>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(Reject::kCount));
  EXPECT_FALSE(names.contains("unknown"));
}

// Paths with keys that stand for something else; both decoders must agree, as always.
class SpecialKeysTest : public testing::Test {
 protected:
  SpecialKeysTest() {
    any_ = Add("any", {"u", std::string(schema::kAnyKey), "f"});
    named_ = Add("named", {"v", "x", "f"});
    beside_ = Add("beside", {"v", std::string(schema::kAnyKey), "f"});
    there_ = Add("there", {"p", std::string(schema::kPresence)});
    every_ = Add("every", {std::string(schema::kEveryValue)});
    number_ = schema_.Field("number", FieldType::kNumber, "n");
    schema_.Source(number_).lenient = true;
    plan_ = Plan::Compile(schema_.schema(), schema_.profile(), schema_.AllFields());
  }

  schema::FieldId Add(const std::string& token, std::vector<std::string> keys) {
    return schema_.Field(token, FieldType::kKeyword, {{.paths = {{.keys = std::move(keys)}}}});
  }
  std::string Field(schema::FieldId id, std::string_view json) {
    EXPECT_EQ(RejectName(decoder_.Decode(*plan_, json)), "none") << json;
    EXPECT_EQ(RejectName(dom_.Decode(*plan_, json)), "none") << json;
    const schema::Catalogue& catalogue = schema_.schema().catalogue;
    EXPECT_EQ(test::DumpEvent(decoder_.event(), catalogue),
              test::DumpEvent(dom_.event(), catalogue))
        << json;
    std::string texts;
    for (const Value& value : decoder_.event().values(id))
      texts += "<" + std::string(value.text) + ">";
    return texts;
  }

  test::SchemaBuilder schema_;
  schema::FieldId any_, named_, beside_, there_, every_, number_;
  std::shared_ptr<const Plan> plan_;
  Decoder decoder_;
  DomDecoder dom_;
};

TEST_F(SpecialKeysTest, AnyKey) {
  EXPECT_EQ(Field(any_, R"({"u": {"a": {"f": 1}, "b": {"f": 2, "g": 3}, "f": 4}})"), "<1><2>");
  EXPECT_EQ(Field(any_, R"({"u": [{"a": {"f": 1}}, {"*": {"f": 2}}]})"), "<1><2>");
  EXPECT_EQ(Field(any_, R"({"u": {"f": 1}})"), "");
}

TEST_F(SpecialKeysTest, ANamedKeyHidesAnyKey) {
  constexpr std::string_view kJson = R"({"v": {"x": {"f": 1}, "y": {"f": 2}}})";
  EXPECT_EQ(Field(named_, kJson), "<1>");
  EXPECT_EQ(Field(beside_, kJson), "<2>");
}

TEST_F(SpecialKeysTest, NullAndEmptyArraysAreThere) {
  EXPECT_EQ(Field(there_, R"({"p": null})"), "<>");
  EXPECT_EQ(Field(there_, R"({"p": []})"), "<>");
  EXPECT_EQ(Field(there_, R"({"p": [[], null]})"), "<><>");
  EXPECT_EQ(Field(there_, R"({"p": 1})"), "") << "that is a value";
  EXPECT_EQ(Field(there_, R"({"p": {}})"), "");
  EXPECT_EQ(Field(there_, R"({"q": null})"), "");
}

TEST_F(SpecialKeysTest, EveryValue) {
  EXPECT_EQ(Field(every_, R"({"a": "x\u0041", "b": [1, {"c": true, "n": 2}], "d": null, "e": {}})"),
            "<xA><1><true><2>");
  EXPECT_EQ(Field(every_, R"({"a": 1, "a": {"b": 2}})"), "<1><2>") << "of repeated keys, too";
}

// To read every value costs, and most events match nothing.
TEST_F(SpecialKeysTest, EveryValueIsReadOnlyOnceTheEventMatchedWhereThatIsSoonEnough) {
  plan_ = Plan::CompileUses(schema_.schema(), schema_.profile(),
                            std::vector<FieldUse>{{.field = any_},
                                                  {.field = every_, .once_matched = true},
                                                  {.field = number_, .once_matched = true}});
  const std::string json =
      "\xEF\xBB\xBF"
      R"({"u": {"a": {"f": "x\u0041"}}, "n": 2, "n": 3})";
  ASSERT_EQ(decoder_.DecodeForRules(*plan_, json), Reject::kNone);
  EXPECT_EQ(decoder_.event().values(any_).size(), 1u);
  EXPECT_TRUE(decoder_.event().values(every_).empty());
  EXPECT_TRUE(decoder_.event().values(number_).empty());
  decoder_.Complete();
  EXPECT_EQ(decoder_.event().values(any_).front().text, "xA") << "read anew";
  EXPECT_EQ(decoder_.event().values(every_).size(), 3u);
  EXPECT_EQ(decoder_.event().values(number_).size(), 1u);
  EXPECT_EQ(Field(every_, json), "<xA><2><3>") << "and as by the other decoder";
  EXPECT_EQ(Field(any_, json), "<xA>");
  EXPECT_TRUE(decoder_.event().Has(Oddity::kByteOrderMark));
  EXPECT_TRUE(decoder_.event().Has(Oddity::kDuplicateKey));
}

TEST_F(SpecialKeysTest, LenientFieldsHaveOnlyWhatCanBeRead) {
  EXPECT_EQ(Field(number_, R"({"n": ["x", 5, {"y": 1}]})"), "<5>");
  EXPECT_FALSE(decoder_.event().Has(Oddity::kUndecodable));
}

}  // namespace
}  // namespace riposte::event
