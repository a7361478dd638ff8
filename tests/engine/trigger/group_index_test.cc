#include "engine/trigger/group_index.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

std::vector<std::string> KeysByUse(const GroupIndex& index) {
  std::vector<std::string> keys;
  for (GroupId id = index.LeastRecent(); id != GroupIndex::kNone; id = index.After(id))
    keys.emplace_back(index.key(id));
  return keys;
}

TEST(GroupIndexTest, AnyBytesAreAKey) {
  GroupIndex index;
  const std::vector<std::string> keys = {"", std::string(1, '\0'), std::string(2, '\0'), "\xff\xfe",
                                         std::string(10'000, 'x')};
  for (const std::string& key : keys) {
    EXPECT_EQ(index.Find(key), GroupIndex::kNone);
    index.Add(key);
  }
  for (const std::string& key : keys) EXPECT_EQ(index.key(index.Find(key)), key);
  EXPECT_EQ(index.size(), keys.size());
  EXPECT_EQ(KeysByUse(index), keys);
}

TEST(GroupIndexTest, TheOrderIsThatOfUse) {
  GroupIndex index;
  for (const char* key : {"a", "b", "c", "d"}) index.Add(key);
  index.Touch(index.Find("b"));
  index.Touch(index.Find("d"));
  index.Touch(index.Find("d"));
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"a", "c", "b", "d"}));
  index.Remove(index.Find("c"));
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"a", "b", "d"}));
  index.Remove(index.Find("a"));
  index.Remove(index.Find("d"));
  EXPECT_EQ(KeysByUse(index), std::vector<std::string>{"b"});
  index.Remove(index.Find("b"));
  EXPECT_EQ(index.LeastRecent(), GroupIndex::kNone);
}

TEST(GroupIndexTest, AGroupCanBePutBehindAnother) {
  GroupIndex index;
  for (const char* key : {"a", "b", "c"}) index.Add(key);
  EXPECT_EQ(index.Before(index.Find("a")), GroupIndex::kNone);
  EXPECT_EQ(index.Before(index.Find("b")), index.Find("a"));
  index.MoveBehind(index.Find("c"), GroupIndex::kNone);
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"c", "a", "b"}));
  index.MoveBehind(index.Find("c"), index.Find("a"));
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"a", "c", "b"}));
  index.MoveBehind(index.Find("a"), index.Find("b"));
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"c", "b", "a"}));
  index.Touch(index.Find("c"));
  EXPECT_EQ(KeysByUse(index), (std::vector<std::string>{"b", "a", "c"}));
}

TEST(GroupIndexTest, TheNumberOfARemovedGroupIsUsedAgainWithoutItsDeadline) {
  GroupIndex index;
  const GroupId first = index.Add("a");
  index.SetDeadline(first, TimeFromMs(1));
  index.Remove(first);
  EXPECT_EQ(index.Find("a"), GroupIndex::kNone);
  EXPECT_EQ(index.Add("b"), first);
  EXPECT_EQ(index.Earliest(), std::nullopt);
}

TEST(GroupIndexTest, WhatIsDueComesByDeadlineThenByKey) {
  GroupIndex index;
  for (const char* key : {"a", "b", "c", "d"}) index.Add(key);
  for (const char* key : {"d", "c", "a"}) index.SetDeadline(index.Find(key), TimeFromMs(5));
  index.SetDeadline(index.Find("b"), TimeFromMs(4));
  index.Touch(index.Find("a"));
  std::vector<Deadlines::Due> due;
  index.TakeDue(TimeFromMs(5), due);
  index.TakeDue(TimeFromMs(6), due);
  std::vector<std::string> keys;
  for (const Deadlines::Due& each : due) keys.emplace_back(index.key(each.id));
  EXPECT_EQ(keys, (std::vector<std::string>{"b", "a", "c", "d"}));
  EXPECT_EQ(due.back().deadline, TimeFromMs(5));
  EXPECT_EQ(index.Earliest(), std::nullopt);
}

TEST(GroupIndexTest, MemoryGrowsWithGroupsAndWithLongKeys) {
  GroupIndex index;
  const size_t empty = index.MemoryBytes();
  const GroupId id = index.Add("short");
  const size_t with_short = index.MemoryBytes();
  EXPECT_GT(with_short, empty);
  index.Remove(id);
  index.Add(std::string(1000, 'x'));
  EXPECT_GE(index.MemoryBytes(), with_short + 1000);
  index.Remove(index.LeastRecent());
  EXPECT_LT(index.MemoryBytes(), with_short + 100);
}

}  // namespace
}  // namespace riposte::trigger
