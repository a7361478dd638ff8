#include "engine/event/decode.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
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
  // Its oddities, but for those that each event here has.
  std::string Oddities(std::string_view json) {
    EXPECT_EQ(RejectName(Decode(json)), "none") << json;
    std::string all = test::DumpOddities(decoder_.event());
    const std::string usual = "no_event_time no_asset";
    all.erase(all.find(usual), usual.size());
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

TEST_F(DecodeTest, ArraysFanOutAndGroupsHaveRows) {
  EXPECT_EQ(Field(keyword_, R"({"k":["a",[["b"],null],[],"c"]})"), R"("a" | "b" | "c")");
  EXPECT_EQ(Field(deep_, R"({"a":[{"b":[{"c":"x"},{"c":"y"}]},{"b":{"c":"z"}}]})"),
            R"("x" | "y" | "z")");
  constexpr std::string_view kGroups = R"({"g":[{"name":"a","score":1},{"name":"b","score":"2"}]})";
  EXPECT_EQ(Field(group_, kGroups), "{}@1 | {}@2");
  EXPECT_EQ(Field(group_name_, kGroups), R"("a"@1 | "b"@2)");
  EXPECT_EQ(Field(group_score_, kGroups), "1@1 | 2@2");
}

}  // namespace
}  // namespace riposte::event
