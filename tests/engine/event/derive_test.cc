#include "engine/event/derive.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/event_dump.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::Alternative;
using schema::FieldType;
using schema::Step;
using test::At;
using test::PathOf;

// A profile of one field; what an event gives for it.
class DeriveTest : public testing::Test {
 protected:
  std::string Field(FieldType type, const std::vector<Alternative>& alternatives,
                    std::string_view json, bool union_of_all = false) {
    test::SchemaBuilder schema;
    const schema::FieldId id = schema.Field("field", type, alternatives);
    schema.Source(id).union_of_all = union_of_all;
    return Decode(schema, id, json);
  }
  std::string Decode(const test::SchemaBuilder& schema, schema::FieldId id, std::string_view json) {
    plan_ = Plan::Compile(schema.schema(), schema.profile(), schema.AllFields());
    EXPECT_EQ(RejectName(decoder_.Decode(*plan_, json)), "none") << json;
    return test::DumpField(decoder_.event(), schema.schema().catalogue, id);
  }

  std::shared_ptr<const Plan> plan_;  // the event refers to it
  Decoder decoder_;
};

Alternative When(Alternative alternative, std::string_view path, std::vector<std::string> any_of) {
  alternative.when.push_back({.path = PathOf(path), .any_of = std::move(any_of)});
  return alternative;
}

Alternative WithSteps(Alternative alternative, std::vector<Step> steps) {
  alternative.steps = std::move(steps);
  return alternative;
}

Alternative Constant(std::string text) {
  Alternative alternative;
  alternative.constant = std::move(text);
  return alternative;
}

// What matching compares with.
TEST_F(DeriveTest, TextsAreFoldedHoweverTheyCame) {
  test::SchemaBuilder schema;
  std::vector<schema::FieldId> fields;
  fields.push_back(schema.Field("read", FieldType::kText, "x"));
  fields.push_back(schema.Field("step", FieldType::kText,
                                {WithSteps(At("x"), {{.kind = Step::Kind::kBasename}})}));
  schema::Alternative joined = At("x");
  joined.paths.push_back(PathOf("y"));
  fields.push_back(schema.Field("joined", FieldType::kText, {joined}));
  fields.push_back(schema.Field("constant", FieldType::kText, {Constant("C\u00c9\u212A")}));
  Decode(schema, fields.front(), R"({"x": "C:\\A\u0042\\\u00C9.EXE", "y": "Z\u017F"})");
  std::vector<std::string> folded;
  for (const schema::FieldId field : fields)
    folded.emplace_back(decoder_.event().values(field).front().folded);
  EXPECT_EQ(folded, (std::vector<std::string>{"c:\\ab\\\u00e9.exe", "\u00e9.exe",
                                              "c:\\ab\\\u00e9.exezs", "c\u00e9k"}));
}

TEST_F(DeriveTest, FieldsOfTheSameSource) {
  test::SchemaBuilder schema;
  schema.Field("text", FieldType::kText, "a");
  const schema::FieldId keyword = schema.Field("keyword", FieldType::kKeyword, "a");
  schema.Field("number", FieldType::kNumber, "n");
  const schema::FieldId same = schema.Field("same", FieldType::kNumber, "n");
  EXPECT_EQ(Decode(schema, keyword, R"({"a":["X","y"],"n":1})"), R"("X" ("x") | "y")");
  EXPECT_EQ(Decode(schema, keyword, R"({"n":1})"), "");
  EXPECT_EQ(Decode(schema, same, R"({"n":[1,"x",2]})"), "1 | !not_a_number | 2");
}

TEST_F(DeriveTest, TheFirstAlternativeThatGivesAValueWins) {
  const std::vector<Alternative> both = {At("a"), At("b")};
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2","a":"1"})"), R"("1")");
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2"})"), R"("2")");
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2","a":null})"), R"("2")");
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2","a":[]})"), R"("2")");
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2","a":""})"), R"("")");
  // What is there but cannot be used is not replaced.
  EXPECT_EQ(Field(FieldType::kNumber, both, R"({"b":"2","a":"n/a"})"), "!not_a_number");
}

TEST_F(DeriveTest, AUnionTakesAll) {
  const std::vector<Alternative> both = {At("a"), At("b")};
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":["2","3"],"a":"1"})", true),
            R"("1" | "2" | "3")");
  EXPECT_EQ(Field(FieldType::kKeyword, both, R"({"b":"2"})", true), R"("2")");
}

TEST_F(DeriveTest, Conditions) {
  const std::vector<Alternative> alternatives = {
      When(At("a"), "kind", {"File", "\u212Aind"}),
      When(When(At("b"), "kind", {"net"}), "id", {"1", "3"}), At("c")};
  const auto field = [&](std::string_view kind_and_id) {
    return Field(FieldType::kKeyword, alternatives,
                 R"({"a":"A","b":"B","c":"C")" + std::string(kind_and_id) + "}");
  };
  EXPECT_EQ(field(R"(,"kind":"FILE")"), R"("A" ("a"))");
  EXPECT_EQ(field(R"(,"kind":"kind")"), R"("A" ("a"))");
  EXPECT_EQ(field(R"(,"kind":"net","id":3)"), R"("B" ("b"))");
  EXPECT_EQ(field(R"(,"kind":"net","id":2)"), R"("C" ("c"))");
  EXPECT_EQ(field(R"(,"kind":"net")"), R"("C" ("c"))");
  EXPECT_EQ(field(R"(,"kind":["x","net"],"id":["0","1"])"), R"("B" ("b"))");
  EXPECT_EQ(field(R"(,"kind":{"file":1})"), R"("C" ("c"))");
  EXPECT_EQ(field(R"(,"kind":"files")"), R"("C" ("c"))");
  EXPECT_EQ(field(""), R"("C" ("c"))");
}

TEST_F(DeriveTest, Constants) {
  EXPECT_EQ(Field(FieldType::kKeyword, {When(Constant("Windows"), "a", {"1"})}, R"({"a":1})"),
            R"("Windows" ("windows"))");
  EXPECT_EQ(Field(FieldType::kNumber, {Constant("5")}, "{}"), "5");
  EXPECT_EQ(Field(FieldType::kBool, {Constant("true")}, "{}"), "true");
}

TEST_F(DeriveTest, JoinsNeedAllParts) {
  Alternative joined = At("folder");
  joined.paths.push_back(PathOf("name"));
  joined.separator = "\\";
  const std::vector<Alternative> alternatives = {joined, At("other")};
  EXPECT_EQ(Field(FieldType::kText, alternatives, R"({"name":["a","b"],"folder":"c:"})"),
            R"("c:\\a")");
  EXPECT_EQ(Field(FieldType::kText, alternatives, R"({"folder":"c:","other":"x"})"), R"("x")");
  EXPECT_EQ(Field(FieldType::kText, alternatives, R"({"folder":"c:","name":{}})"), "");
  EXPECT_EQ(Field(FieldType::kText, alternatives, R"({"folder":7,"name":true})"), R"("7\\true")");
  // A date and a time that stand apart.
  joined.separator = "T";
  EXPECT_EQ(Field(FieldType::kDate, {joined}, R"({"folder":"2026-01-02","name":"03:04:05Z"})"),
            "2026-01-02T03:04:05.000Z");
}

TEST_F(DeriveTest, StepsComeOneAfterTheOther) {
  const Step basename{.kind = Step::Kind::kBasename, .key = {}, .map = {}, .map_default = {}};
  const Step before{.kind = Step::Kind::kBefore, .key = ".", .map = {}, .map_default = {}};
  EXPECT_EQ(Field(FieldType::kText, {WithSteps(At("a"), {basename, before})},
                  R"({"a":["c:\\x.y\\cmd.exe","/bin/sh"]})"),
            R"("cmd")");
  // All values gone: the next alternative counts.
  EXPECT_EQ(
      Field(FieldType::kText, {WithSteps(At("a"), {before}), At("b")}, R"({"a":"no dot","b":"x"})"),
      R"("x")");
  const Step hex{.kind = Step::Kind::kHex, .key = {}, .map = {}, .map_default = {}};
  EXPECT_EQ(Field(FieldType::kNumber, {WithSteps(At("a"), {hex})}, R"({"a":["0x1a4c",7,"0xg"]})"),
            "6732 | 7 | !not_a_number");
  EXPECT_EQ(Field(FieldType::kNumber, {WithSteps(At("a"), {hex})}, R"({"a":{"b":1}})"),
            "!object_value");
}

TEST_F(DeriveTest, ObjectsOfAnAlternativeThatDoesNotCountAreNoRows) {
  test::SchemaBuilder schema;
  const schema::FieldId object =
      schema.Field("g", FieldType::kObject, std::vector<Alternative>{At("new"), At("old")});
  const schema::FieldId name = schema.Field(
      "g.name", FieldType::kKeyword, std::vector<Alternative>{At("new.name"), At("old.name")});
  const std::string json = R"({"old":[{"name":"a"}],"new":{"name":"b"}})";
  EXPECT_EQ(Decode(schema, object, json), "{}@2");
  EXPECT_EQ(decoder_.event().rows()[1].object, schema::kNoField);
  EXPECT_EQ(decoder_.event().rows()[2].object, object);
  EXPECT_EQ(Decode(schema, name, json), R"("b"@2)");
  EXPECT_EQ(Decode(schema, name, R"({"old":[{"name":"a"},{"name":"c"}]})"), R"("a"@1 | "c"@2)");
  EXPECT_EQ(decoder_.event().rows()[1].object, object);
}

TEST_F(DeriveTest, RowsNestAndShareAPath) {
  test::SchemaBuilder schema;
  const schema::FieldId outer = schema.Field("o", FieldType::kObject, "o");
  const schema::FieldId inner = schema.Field("o.i", FieldType::kObject, "o.i");
  const schema::FieldId twin = schema.Field("twin", FieldType::kObject, "o");
  const schema::FieldId leaf = schema.Field("o.i.x", FieldType::kNumber, "o.i.x");
  const std::string json = R"({"o":[{"i":[{"x":1},{"x":2}]},{"i":{"x":3}}]})";
  EXPECT_EQ(Decode(schema, leaf, json), "1@3 | 2@4 | 3@7");
  const Event& event = decoder_.event();
  // Both tokens of one object have a row, one inside the other.
  const std::vector<schema::FieldId> objects = {event.rows()[1].object, event.rows()[2].object};
  EXPECT_EQ(objects, (std::vector<schema::FieldId>{outer, twin}));
  EXPECT_EQ(event.rows()[3].object, inner);
  EXPECT_TRUE(event.Within(3, 1));
  EXPECT_TRUE(event.Within(4, 2));
  EXPECT_TRUE(event.Within(7, 5));
  EXPECT_TRUE(event.Within(7, kRootRow));
  EXPECT_FALSE(event.Within(7, 1));
  EXPECT_FALSE(event.Within(4, 3));
  EXPECT_FALSE(event.Within(1, 3));
}

TEST_F(DeriveTest, AJoinStandsInTheRowThatHoldsAllItsParts) {
  test::SchemaBuilder schema;
  schema.Field("o", FieldType::kObject, "o");
  schema.Field("o.i", FieldType::kObject, "o.i");
  Alternative joined = At("o.i.x");
  joined.paths.push_back(PathOf("o.y"));
  const schema::FieldId both =
      schema.Field("o.both", FieldType::kText, std::vector<Alternative>{joined});
  EXPECT_EQ(Decode(schema, both, R"({"o":{"i":{"x":"1"},"y":"2"}})"), R"("12"@1)");
}

TEST_F(DeriveTest, RolesAreAlwaysDecoded) {
  test::SchemaBuilder schema;
  const schema::FieldId asset = schema.Field("asset.id", FieldType::kKeyword, "asset");
  const schema::FieldId time = schema.Field("time", FieldType::kDate, "time");
  const schema::FieldId type = schema.Field("type", FieldType::kKeyword, "type");
  const schema::FieldId pid = schema.Field("pid", FieldType::kNumber, "pid");
  schema.Role(schema::Role::kAssetId, asset);
  schema.Role(schema::Role::kEventTime, time);
  schema.Role(schema::Role::kEventType, type);
  schema.Role(schema::Role::kProcessPid, pid);
  const std::shared_ptr<const Plan> plan = Plan::Compile(schema.schema(), schema.profile(), {});
  ASSERT_EQ(decoder_.Decode(*plan, R"({"asset":"A1","time":"2026-01-02T03:04:05Z",
                                       "type":"process","pid":["?",7]})"),
            Reject::kNone);
  const Event& event = decoder_.event();
  EXPECT_EQ(event.TextOf(schema::Role::kAssetId), "A1");
  EXPECT_EQ(event.type(), schema::EventType::kProcess);
  ASSERT_NE(event.First(schema::Role::kProcessPid), nullptr);
  EXPECT_EQ(event.First(schema::Role::kProcessPid)->text, "7");
  EXPECT_EQ(event.First(schema::Role::kFilePath), nullptr);
  EXPECT_EQ(event.TextOf(schema::Role::kFilePath), "");
  EXPECT_EQ(test::DumpOddities(event), "undecodable");

  ASSERT_EQ(decoder_.Decode(*plan, R"({"asset":null,"time":"yesterday","type":"x"})"),
            Reject::kNone);
  EXPECT_EQ(decoder_.event().type(), schema::EventType::kOther);
  EXPECT_EQ(test::DumpOddities(decoder_.event()), "undecodable no_event_time no_asset");
}

// An event that is decoded for rules and then completed is the event that is decoded at once.
TEST(DecodeForRules, CompleteAddsTheRoles) {
  test::SchemaBuilder schema;
  const schema::FieldId pid = schema.Field("pid", FieldType::kNumber, "pid");
  const schema::FieldId name = schema.Field("name", FieldType::kText, "name");
  schema.Role(schema::Role::kProcessPid, pid);
  const std::shared_ptr<const Plan> plan =
      Plan::Compile(schema.schema(), schema.profile(), std::vector{name});
  constexpr std::string_view kJson = R"({"pid": 7, "name": "a\tb"})";
  Decoder decoder, whole;
  ASSERT_EQ(whole.Decode(*plan, kJson), Reject::kNone);
  const std::string expected = test::DumpEvent(whole.event(), schema.schema().catalogue);
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(decoder.DecodeForRules(*plan, kJson), Reject::kNone);
    EXPECT_TRUE(decoder.event().values(pid).empty()) << "no rule needs it";
    EXPECT_EQ(decoder.event().values(name).size(), 1u);
    decoder.Complete();
    EXPECT_EQ(test::DumpEvent(decoder.event(), schema.schema().catalogue), expected);
    EXPECT_EQ(decoder.event().TextOf(schema::Role::kProcessPid), "7");
    decoder.Complete();
    EXPECT_EQ(decoder.event().values(pid).size(), 1u) << "once is enough";
  }
}

TEST(DecodeForRules, RolesMustNotBeAskedForBefore) {
  test::SchemaBuilder schema;
  const schema::FieldId pid = schema.Field("pid", FieldType::kNumber, "pid");
  schema.Role(schema::Role::kProcessPid, pid);
  const std::shared_ptr<const Plan> plan = Plan::Compile(schema.schema(), schema.profile(), {});
  Decoder decoder;
  ASSERT_EQ(decoder.DecodeForRules(*plan, R"({"pid": 7})"), Reject::kNone);
  EXPECT_DEATH(decoder.event().First(schema::Role::kProcessPid), "completed before");
}

}  // namespace
}  // namespace riposte::event
