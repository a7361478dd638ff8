#include "engine/event/event.h"

#include <set>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/event/event_builder.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

template <typename Enum, typename Name>
void ExpectDistinctNames(const Name& name) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Enum::kCount); ++i) names.insert(name(static_cast<Enum>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(Enum::kCount));
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Names, EachReasonAndOddityHasItsOwn) {
  ExpectDistinctNames<Undecodable>(UndecodableName);
  ExpectDistinctNames<Oddity>(OddityName);
}

TEST(Event, ValuesRowsAndRoles) {
  test::SchemaBuilder schema;
  const schema::FieldId pid = schema.Field("pid", schema::FieldType::kNumber, "pid");
  const schema::FieldId other = schema.Field("other", schema::FieldType::kText, "other");
  schema.Role(schema::Role::kProcessPid, pid);
  Event event;
  EventBuilder builder(event);
  builder.Begin(schema.profile(), schema.schema().catalogue.size(), "{}");
  builder.SetRows({Row{}, {.object = other, .parent = 0}, {.object = other, .parent = 1}});
  builder.BeginField(pid);
  Value value;
  value.undecodable = Undecodable::kNotANumber;
  value.text = "?";
  builder.Add() = value;
  value.undecodable = Undecodable::kNone;
  value.text = "7";
  builder.Add() = value;
  builder.EndField();
  builder.BeginField(other);
  builder.EndField();
  builder.AllRolesAreThere();
  builder.Note(Oddity::kDuplicateKey);

  EXPECT_EQ(event.bytes(), "{}");
  EXPECT_EQ(event.values(pid).size(), 2u);
  EXPECT_TRUE(event.values(other).empty());
  EXPECT_EQ(std::vector(event.present().begin(), event.present().end()), std::vector{pid});
  EXPECT_EQ(event.TextOf(schema::Role::kProcessPid), "7");  // the first usable one
  EXPECT_EQ(event.First(schema::Role::kAssetId), nullptr);
  EXPECT_TRUE(event.Within(2, 1));
  EXPECT_TRUE(event.Within(2, kRootRow));
  EXPECT_FALSE(event.Within(1, 2));
  EXPECT_TRUE(event.Has(Oddity::kDuplicateKey));
  EXPECT_FALSE(event.Has(Oddity::kInvalidUtf8));
  EXPECT_EQ(event.type(), schema::EventType::kOther);
}

}  // namespace
}  // namespace riposte::event
