#include "engine/event/plan.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

TEST(CompiledPlan, PathsShareTheirBeginnings) {
  test::SchemaBuilder schema;
  schema.Field("a", FieldType::kText, "process.name");
  schema.Field("b", FieldType::kText, "process.pid");
  schema.Field("c", FieldType::kText, "process.name");
  schema.Field("unused", FieldType::kText, "other.path");
  const std::vector<schema::FieldId> fields = {schema::FieldId{0}, schema::FieldId{1},
                                               schema::FieldId{2}, schema::FieldId{0}};
  const CompiledPlan plan(schema.schema(), schema.profile(), UsedAlways(fields));
  EXPECT_EQ(plan.path_count(), 4u);  // root, process, name, pid
  EXPECT_EQ(plan.fields().size(), 3u);
  const auto child = [&](PathId parent, std::string_view key) {
    return plan.Child(parent, key, plan.HashKey(key));
  };
  const PathId process = child(kRootPath, "process");
  ASSERT_NE(process, kNoPath);
  EXPECT_FALSE(plan.IsWanted(process));
  EXPECT_TRUE(plan.IsWanted(child(process, "name")));
  EXPECT_EQ(plan.KeysOf(child(process, "pid")), (std::vector<std::string_view>{"process", "pid"}));
  EXPECT_EQ(child(kRootPath, "name"), kNoPath);
  EXPECT_EQ(child(process, "Name"), kNoPath);  // keys are exact
  EXPECT_EQ(child(kRootPath, "other"), kNoPath);
}

TEST(CompiledPlan, TheGroupsAroundAFieldAreThere) {
  test::SchemaBuilder schema;
  const schema::FieldId object = schema.Field("g", FieldType::kObject, "list");
  const schema::FieldId name = schema.Field("g.name", FieldType::kText, "list.name");
  const CompiledPlan plan(schema.schema(), schema.profile(),
                          UsedAlways(std::vector<schema::FieldId>{name}));
  ASSERT_EQ(plan.fields().size(), 2u);
  const PathId list = plan.Child(kRootPath, "list", plan.HashKey("list"));
  EXPECT_EQ(plan.ObjectsAt(list), (std::vector<schema::FieldId>{object}));
}

TEST(CompiledPlan, AFieldThatTheProfileLacksIsLeftOut) {
  test::SchemaBuilder schema;
  schema::Schema without = schema.schema();
  schema::Token token;
  token.name = "elsewhere";
  const schema::FieldId id = without.catalogue.Add(token);
  const CompiledPlan plan(without, without.profiles.front(),
                          UsedAlways(std::vector<schema::FieldId>{id}));
  EXPECT_TRUE(plan.fields().empty());
  EXPECT_EQ(plan.catalogue_size(), 1u);
}

TEST(CompiledPlan, EqualConditionsAreOne) {
  test::SchemaBuilder schema;
  schema::Alternative alternative = test::At("a");
  alternative.when.push_back({.path = test::PathOf("kind"), .any_of = {"B", "a"}});
  schema.Field("x", FieldType::kText, {alternative});
  alternative.when.front().any_of = {"A", "b"};
  schema.Field("y", FieldType::kText, {alternative});
  const CompiledPlan plan(schema.schema(), schema.profile(), UsedAlways(schema.AllFields()));
  ASSERT_EQ(plan.conditions().size(), 1u);
  EXPECT_EQ(plan.conditions().front().any_of, (std::vector<std::string>{"a", "b"}));
}

TEST(CompiledPlan, FieldsOfTheSameSourceShareTheirValues) {
  test::SchemaBuilder schema;
  const schema::FieldId text = schema.Field("text", FieldType::kText, "a");
  const schema::FieldId keyword = schema.Field("keyword", FieldType::kKeyword, "a");
  schema.Field("number", FieldType::kNumber, "a");
  schema.Field("other", FieldType::kText, "b");
  const schema::FieldId all = schema.Field("union", FieldType::kText, "a");
  schema.Source(all).union_of_all = true;
  schema.Field("object", FieldType::kObject, "o");
  schema.Field("same_object", FieldType::kObject, "o");
  const CompiledPlan plan(schema.schema(), schema.profile(), UsedAlways(schema.AllFields()));
  for (const CompiledField& field : plan.fields())
    EXPECT_EQ(field.same_as, field.id == keyword ? text : schema::kNoField);
}

TEST(CompiledPlan, TheConditionsThatHoldForEachText) {
  test::SchemaBuilder schema;
  std::vector<schema::Alternative> alternatives;
  for (int i = 0; i < 70; ++i) {
    alternatives.push_back(test::At("a"));
    alternatives.back().when.push_back(
        {.path = test::PathOf("kind"), .any_of = {"All", std::to_string(i)}});
  }
  schema.Field("x", FieldType::kText, alternatives);
  const CompiledPlan plan(schema.schema(), schema.profile(), UsedAlways(schema.AllFields()));
  ASSERT_EQ(plan.condition_words(), 2u);
  ASSERT_EQ(plan.conditioned_paths().size(), 1u);
  const ConditionedPath& asked = plan.conditioned_paths().front();
  const auto holding = [&](std::string_view text) {
    const size_t row = size_t{asked.texts.Find(text)} * 2;
    return std::pair(asked.holding.at(row), asked.holding.at(row + 1));
  };
  EXPECT_EQ(holding("all"), std::pair(~uint64_t{0}, uint64_t{63}));
  EXPECT_EQ(holding("3"), std::pair(uint64_t{8}, uint64_t{0}));
  EXPECT_EQ(holding("65"), std::pair(uint64_t{0}, uint64_t{2}));
  EXPECT_EQ(asked.texts.Find("70"), TextTable::kNone);
}

TEST(CompiledPlan, ManyPaths) {
  test::SchemaBuilder schema;
  for (int i = 0; i < 1000; ++i)
    schema.Field("f" + std::to_string(i), FieldType::kText,
                 "k" + std::to_string(i % 50) + ".k" + std::to_string(i));
  const CompiledPlan plan(schema.schema(), schema.profile(), UsedAlways(schema.AllFields()));
  EXPECT_EQ(plan.path_count(), 1051u);
  for (uint32_t i = 1; i < plan.path_count(); ++i) {
    PathId at = kRootPath;
    for (const std::string_view key : plan.KeysOf(PathId{i}))
      at = plan.Child(at, key, plan.HashKey(key));
    EXPECT_EQ(at, PathId{i});
  }
}

}  // namespace
}  // namespace riposte::event
