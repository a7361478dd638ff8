#include "rules/schema/profile.h"

#include <set>

#include <gtest/gtest.h>

namespace riposte::schema {
namespace {

TEST(Path, TheTextEscapesDotsAndBackslashes) {
  EXPECT_EQ((Path{{"a", "b"}}.ToString()), "a.b");
  EXPECT_EQ((Path{{"a.b", "c\\d"}}.ToString()), "a\\.b.c\\\\d");
}

TEST(Role, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(Role::kCount); ++i) {
    names.insert(RoleName(static_cast<Role>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(Role::kCount));
  EXPECT_EQ(names.count(""), 0u);
  EXPECT_EQ(RoleName(Role::kEventId), "event_id");
  EXPECT_EQ(RoleName(Role::kParentStartedNotAfter), "parent_started_not_after");
  EXPECT_EQ(RoleName(Role::kSnapshot), "snapshot");
}

TEST(EventType, NamesAreReadInAnyCase) {
  for (const EventType type : {EventType::kOther, EventType::kFile, EventType::kProcess,
                               EventType::kNetwork, EventType::kMutex, EventType::kRegistry}) {
    EXPECT_EQ(ParseEventType(EventTypeName(type)), type);
  }
  EXPECT_EQ(ParseEventType("process"), EventType::kProcess);
  EXPECT_EQ(ParseEventType("rEgIsTrY"), EventType::kRegistry);
  for (const std::string_view bad : {"", "FILES", "FIL", " FILE", "PR0CESS"}) {
    EXPECT_FALSE(ParseEventType(bad).has_value()) << bad;
  }
}

TEST(Profile, HasOnlyTheTokensThatItFinds) {
  Profile profile{.fields = {std::nullopt, FieldSource{}}};
  EXPECT_FALSE(profile.Has(FieldId{0}));
  EXPECT_TRUE(profile.Has(FieldId{1}));
  EXPECT_FALSE(profile.Has(FieldId{2}));
  EXPECT_FALSE(profile.Has(kNoField));
}

TEST(Schema, ProfilesAreFoundByTheirExactName) {
  const Schema schema{.catalogue = {}, .profiles = {{.name = "a"}, {.name = "b"}}};
  EXPECT_EQ(schema.FindProfile("b"), &schema.profiles[1]);
  EXPECT_EQ(schema.FindProfile("B"), nullptr);
  EXPECT_EQ(schema.FindProfile(""), nullptr);
}

}  // namespace
}  // namespace riposte::schema
