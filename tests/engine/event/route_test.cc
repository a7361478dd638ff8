#include "engine/event/route.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/event/walk.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

class RouterTest : public testing::Test {
 protected:
  // "x" of one alternative for each of `kinds`, for events whose "kind" is that, and one for all.
  void MakePlan(const std::vector<std::string>& kinds) {
    test::SchemaBuilder& schema = *(schema_ = std::make_unique<test::SchemaBuilder>());
    std::vector<schema::Alternative> alternatives;
    for (const std::string& kind : kinds) {
      alternatives.push_back(test::At(kind));
      alternatives.back().when.push_back({.path = test::PathOf("kind"), .any_of = {kind}});
    }
    schema.Field("some", FieldType::kText, alternatives);
    schema.Field("object", FieldType::kObject, alternatives);
    alternatives.push_back(test::At("any"));
    schema.Field("all", FieldType::kText, alternatives);
    Compile(UsedAlways(schema.AllFields()));
  }
  void Compile(const std::vector<FieldUse>& uses) {
    plan_ = std::make_unique<const CompiledPlan>(schema_->schema(), schema_->profile(), uses);
  }
  // Field by field, the paths that may count; those of objects that may not in brackets.
  std::string RouteOf(std::string_view json) {
    EXPECT_EQ(RejectName(walk_.Run(*plan_, json, Walk::Extent::kPaths, raw_)), "none") << json;
    const Route& route = router_.Find(*plan_, raw_);
    std::string dump;
    std::vector<Route::Field> fields = route.fields;
    fields.insert(fields.end(), route.later.begin(), route.later.end());
    for (size_t i = 0; i < fields.size(); ++i) {
      const Route::Field& field = fields[i];
      dump += i == route.fields.size() ? " | " : i == 0 ? "" : " ";
      dump += schema_->schema().catalogue.token(field.id).name + ":";
      for (const Route::Choice& choice : route.ChoicesOf(field)) {
        const std::string key(choice.path == kNoPath ? *choice.alternative->constant
                                                     : plan_->KeysOf(choice.path).front());
        dump += choice.holds ? key : "(" + key + ")";
      }
      if (field.same_as != schema::kNoField)
        dump += "=" + schema_->schema().catalogue.token(field.same_as).name;
    }
    return dump;
  }

  std::unique_ptr<test::SchemaBuilder> schema_;
  std::unique_ptr<const CompiledPlan> plan_;
  Walk walk_;
  RawEvent raw_;
  Router router_;
};

TEST_F(RouterTest, WhatHoldsMayCount) {
  MakePlan({"a", "b"});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "some:a object:a(b) all:aany");
    EXPECT_EQ(RouteOf(R"({"kind":"A"})"), "some:a object:a(b) all:aany");
    EXPECT_EQ(RouteOf(R"({"kind":["x",{"kind":"b"},"b"]})"), "some:b object:(a)b all:bany");
    EXPECT_EQ(RouteOf(R"({"kind":["b","a"]})"), "some:ab object:ab all:abany");
    EXPECT_EQ(RouteOf(R"({})"), "object:(a)(b) all:any");
    EXPECT_EQ(RouteOf(R"({"kind":"c"})"), "object:(a)(b) all:any");
  }
}

TEST_F(RouterTest, AnotherPlanAnotherRoute) {
  MakePlan({"a"});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "some:a object:a all:aany");
  plan_.reset();
  MakePlan({"a", "b"});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "some:a object:a(b) all:aany");
}

// More conditions than bits of a word, and more combinations than are remembered.
TEST_F(RouterTest, ManyCombinations) {
  std::vector<std::string> kinds;
  for (size_t i = 0; i < Router::kMost + 100; ++i) kinds.push_back("k" + std::to_string(i));
  MakePlan(kinds);
  for (int round = 0; round < 2; ++round)
    for (const std::string& kind : kinds)
      EXPECT_TRUE(RouteOf(R"({"kind":")" + kind + "\"}").starts_with("some:" + kind + " object:"));
}

// Which fields an event needs.
class GuardedFieldsTest : public RouterTest {
 protected:
  GuardedFieldsTest() {
    schema_ = std::make_unique<test::SchemaBuilder>();
    const auto constant = [&](const std::string& kind, const std::string& text) {
      return schema::Alternative{.when = {{.path = test::PathOf("kind"), .any_of = {kind}}},
                                 .constant = text};
    };
    is_a_ = schema_->Field("is-a", FieldType::kBool, {constant("a", "true")});
    name_ = schema_->Field("name", FieldType::kKeyword, {constant("a", "A"), constant("b", "B")});
    read_ = schema_->Field("read", FieldType::kKeyword, "kind");
    x_ = schema_->Field("x", FieldType::kText, "x");
    y_ = schema_->Field("y", FieldType::kText, "y");
    like_x_ = schema_->Field("like-x", FieldType::kKeyword, "x");
  }
  schema::FieldId is_a_, name_, read_, x_, y_, like_x_;
};

TEST_F(GuardedFieldsTest, AreNeededWhereTheirGuardMayHold) {
  Compile({{.field = x_, .guard = is_a_, .guard_text = "true"},
           {.field = y_, .guard = name_, .guard_text = "b"}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "is-a:true name:A x:x");
  EXPECT_EQ(RouteOf(R"({"kind":"b"})"), "name:B y:y");
  EXPECT_EQ(RouteOf(R"({"kind":["a","b"]})"), "is-a:true name:AB x:x y:y") << "it may";
  EXPECT_EQ(RouteOf(R"({})"), "");
}

TEST_F(GuardedFieldsTest, AreNeededWhereOneUseNeedsThem) {
  Compile({{.field = x_, .guard = is_a_, .guard_text = "true"},
           {.field = x_, .guard = name_, .guard_text = "b"},
           {.field = y_, .guard = is_a_, .guard_text = "true"},
           {.field = y_}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "is-a:true name:A x:x y:y");
  EXPECT_EQ(RouteOf(R"({"kind":"b"})"), "name:B x:x y:y");
  EXPECT_EQ(RouteOf(R"({})"), "y:y");
}

TEST_F(GuardedFieldsTest, AValueThatIsReadMayBeAnything) {
  Compile({{.field = x_, .guard = read_, .guard_text = "b"}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "read:kind x:x");
}

TEST_F(GuardedFieldsTest, AGuardThatTheFormatLacksNeverHolds) {
  schema::Schema without = schema_->schema();
  without.profiles.front().fields[schema::Index(is_a_)].reset();
  plan_ = std::make_unique<const CompiledPlan>(
      without, without.profiles.front(),
      std::vector<FieldUse>{{.field = x_, .guard = is_a_, .guard_text = "true"}, {.field = y_}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "y:y");
}

TEST_F(GuardedFieldsTest, OfFieldsWithTheSameValuesTheFirstThatIsNeededIsRead) {
  Compile({{.field = x_, .guard = is_a_, .guard_text = "true"}, {.field = like_x_}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "is-a:true x:x like-x:x=x");
  EXPECT_EQ(RouteOf(R"({"kind":"b"})"), "like-x:x");
}

// Behind the bar.
TEST_F(GuardedFieldsTest, WhatOnlyPlaysARoleIsForLater) {
  schema_->Role(schema::Role::kEventId, y_);
  schema_->Role(schema::Role::kEventType, name_);
  schema_->Role(schema::Role::kAssetId, read_);
  schema_->Role(schema::Role::kProcessImage, like_x_);
  Compile({{.field = x_, .guard = is_a_, .guard_text = "true"},
           {.field = y_, .guard = is_a_, .guard_text = "true"}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "is-a:true read:kind x:x y:y | name:A like-x:x=x");
  EXPECT_EQ(RouteOf(R"({"kind":"b"})"), "read:kind | name:B y:y like-x:x")
      << "that an event has no asset is noted of each";
}

TEST_F(GuardedFieldsTest, WhatIsUsedOnceMatchedIsForLater) {
  Compile({{.field = x_, .guard = is_a_, .guard_text = "true"},
           {.field = x_, .once_matched = true},
           {.field = y_, .once_matched = true},
           {.field = like_x_}});
  EXPECT_EQ(RouteOf(R"({"kind":"a"})"), "is-a:true x:x like-x:x=x | y:y");
  EXPECT_EQ(RouteOf(R"({"kind":"b"})"), "like-x:x | x:x=like-x y:y");
}

}  // namespace
}  // namespace riposte::event
