#include "base/json.h"

#include <gtest/gtest.h>

namespace riposte::json {
namespace {

TEST(Json, ReadsAndWritesBack) {
  for (const char* text :
       {"null", "true", "-9223372036854775808", "18446744073709551615", "0.5", "\"a\\\"b\\\\c\"",
        "[]", "{}", "[1,[2,{\"x\":null}]]", "{\"b\":1,\"a\":2}", "\"\\u0000\\u007f\\n\""}) {
    const Result<Value> value = Parse(text);
    ASSERT_TRUE(value.ok()) << text << ": " << value.status().message();
    EXPECT_EQ(Write(*value), text);
  }
}

TEST(Json, RefusesAndNamesTheByte) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\":}", "nul", "1 2", "{'a':1}", "\"\xff\"", "01"})
    EXPECT_FALSE(Parse(bad).ok()) << bad;
  EXPECT_NE(Parse("[1, x]").status().message().find("byte 4"), std::string::npos)
      << Parse("[1, x]").status().message();
}

TEST(Json, DepthLimit) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Parse(nested(64)).ok());
  EXPECT_FALSE(Parse(nested(65)).ok());
}

TEST(Json, FindsTheFirstMember) {
  const Value value = Parse(R"({"a":"x","n":3})").value();
  EXPECT_EQ(value.StringOr("a", "-"), "x");
  EXPECT_EQ(value.StringOr("n", "-"), "-");
  EXPECT_EQ(value.StringOr("z", "-"), "-");
  EXPECT_EQ(*value.Find("n")->as_int(), 3);
  EXPECT_EQ(Value(1).Find("a"), nullptr);
}

TEST(JsonWriter, PlacesCommasAndRepairsText) {
  std::string out;
  Writer(out)
      .BeginObject()
      .Field("text", "\xff\t")
      .Key("list")
      .BeginArray()
      .Int(-1)
      .Uint(2)
      .Double(0.25)
      .Bool(true)
      .Null()
      .BeginObject()
      .EndObject()
      .EndArray()
      .Field("n", int64_t{5})
      .Key("raw")
      .Raw("[1]")
      .EndObject();
  EXPECT_EQ(out, "{\"text\":\"\uFFFD\\t\",\"list\":[-1,2,0.25,true,null,{}],\"n\":5,\"raw\":[1]}");
  EXPECT_TRUE(Parse(out).ok());
}

}  // namespace
}  // namespace riposte::json
