#include "engine/trigger/groups.h"

#include <algorithm>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

struct State {
  int value = 0;
  std::unique_ptr<int> owned;  // it can be moved only
};

using Table = Groups<State>;

std::vector<std::string> Keys(const Table& table) {
  std::vector<std::string> keys;
  table.ForEach([&keys](GroupId, std::string_view key, const State&) { keys.emplace_back(key); });
  return keys;
}

TEST(GroupsTest, AGroupIsAddedOnceAndKeepsItsState) {
  Table table(2);
  const Table::Touched first = table.FindOrAdd("a");
  EXPECT_TRUE(first.added);
  EXPECT_EQ(table.at(first.id).value, 0);
  table.at(first.id).value = 5;
  const Table::Touched again = table.FindOrAdd("a");
  EXPECT_FALSE(again.added);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(table.at(again.id).value, 5);
  EXPECT_EQ(table.Find("a"), first.id);
  EXPECT_EQ(table.Find("b"), std::nullopt);
}

TEST(GroupsTest, AtTheBoundTheLeastRecentlyUsedGoes) {
  Table table(2);
  EXPECT_EQ(table.LeastRecent(), std::nullopt);
  table.at(table.FindOrAdd("a").id).value = 1;
  EXPECT_FALSE(table.FindOrAdd("b").evicted);
  table.FindOrAdd("a");
  EXPECT_EQ(table.LeastRecent(), table.Find("b")) << "which is not a use";
  const Table::Touched added = table.FindOrAdd("c");
  ASSERT_TRUE(added.evicted);
  EXPECT_EQ(added.evicted->key, "b");
  EXPECT_EQ(table.at(added.id).value, 0);
  EXPECT_EQ(Keys(table), (std::vector<std::string>{"a", "c"}));
  const Table::Touched next = table.FindOrAdd("b");
  ASSERT_TRUE(next.evicted);
  EXPECT_EQ(next.evicted->key, "a");
  EXPECT_EQ(next.evicted->state.value, 1);
}

TEST(GroupsTest, ARemovedGroupLeavesNothing) {
  Table table(2);
  const GroupId id = table.FindOrAdd("a").id;
  table.at(id).owned = std::make_unique<int>(1);
  table.SetDeadline(id, TimeFromMs(1));
  table.Remove(id);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.NextDeadline(), std::nullopt);
  const Table::Touched added = table.FindOrAdd("b");
  EXPECT_EQ(added.id, id);
  EXPECT_EQ(table.at(added.id).owned, nullptr);
}

TEST(GroupsTest, StatesStayWhereTheyAre) {
  Table table(100'000);
  const State* first = &table.at(table.FindOrAdd("first").id);
  for (int i = 0; i < 10'000; ++i) table.FindOrAdd(std::to_string(i));
  EXPECT_EQ(first, &table.at(*table.Find("first")));
}

TEST(GroupsTest, MemoryIsAtLeastThatOfTheStates) {
  Table table(1000);
  for (int i = 0; i < 1000; ++i) table.FindOrAdd(std::to_string(i));
  EXPECT_GE(table.MemoryBytes(), 1000 * sizeof(State));
}

// A list in the order of use that is searched from its begin.
class Reference {
 public:
  struct Group {
    std::string key;
    int value = 0;
    std::optional<Time> deadline;
  };
  explicit Reference(size_t groups_max) : groups_max_(groups_max) {}

  Group* Find(const std::string& key) {
    for (Group& group : groups_)
      if (group.key == key) return &group;
    return nullptr;
  }
  std::optional<Group> FindOrAdd(const std::string& key) {
    std::optional<Group> evicted;
    const auto found = std::find_if(groups_.begin(), groups_.end(),
                                    [&key](const Group& group) { return group.key == key; });
    if (found != groups_.end()) {
      groups_.splice(groups_.end(), groups_, found);
      return evicted;
    }
    if (groups_.size() == groups_max_) {
      evicted = groups_.front();
      groups_.pop_front();
    }
    groups_.push_back({.key = key, .value = 0, .deadline = {}});
    return evicted;
  }
  // Before all, if there is no `older`.
  void MoveBehind(const std::string& key, const std::string& older) {
    const auto at = [this](const std::string& wanted) {
      return std::find_if(groups_.begin(), groups_.end(),
                          [&wanted](const Group& group) { return group.key == wanted; });
    };
    const auto behind = at(older);
    groups_.splice(behind == groups_.end() ? groups_.begin() : std::next(behind), groups_, at(key));
  }
  void Remove(const std::string& key) {
    groups_.remove_if([&key](const Group& group) { return group.key == key; });
  }
  std::vector<std::string> TakeDue(Time watermark) {
    std::vector<Group*> due;
    for (Group& group : groups_)
      if (group.deadline && *group.deadline < watermark) due.push_back(&group);
    std::sort(due.begin(), due.end(), [](const Group* a, const Group* b) {
      return std::pair(*a->deadline, a->key) < std::pair(*b->deadline, b->key);
    });
    std::vector<std::string> keys;
    for (Group* group : due) {
      keys.push_back(group->key);
      group->deadline.reset();
    }
    return keys;
  }
  const std::list<Group>& groups() const { return groups_; }

 private:
  size_t groups_max_;
  std::list<Group> groups_;  // the least recently used first
};

class GroupsRandomTest : public testing::Test {
 protected:
  static constexpr size_t kGroupsMax = 24;

  // As many as twice fit; some too long to stand in a string.
  std::string RandomKey() {
    const uint64_t number = random_() % (2 * kGroupsMax);
    return std::string(number % 3 == 0 ? 40 : 0, 'k') + std::to_string(number);
  }
  void Touch(const std::string& key) {
    const Table::Touched touched = table_.FindOrAdd(key);
    const bool there = reference_.Find(key) != nullptr;
    const std::optional<Reference::Group> evicted = reference_.FindOrAdd(key);
    ASSERT_EQ(touched.added, !there);
    ASSERT_EQ(touched.evicted.has_value(), evicted.has_value());
    if (evicted) {
      ASSERT_EQ(touched.evicted->key, evicted->key);
      ASSERT_EQ(touched.evicted->state.value, evicted->value);
      ASSERT_EQ(touched.evicted->deadline, evicted->deadline);
    }
    ASSERT_EQ(table_.key(touched.id), key);
    ASSERT_EQ(table_.at(touched.id).value, reference_.Find(key)->value);
    table_.at(touched.id).value = reference_.Find(key)->value = static_cast<int>(random_() % 1000);
  }
  void SetDeadline(const std::string& key) {
    Reference::Group* group = reference_.Find(key);
    ASSERT_EQ(table_.Find(key).has_value(), group != nullptr);
    if (group == nullptr) return;
    group->deadline.reset();
    if (random_() % 4 != 0) group->deadline = TimeFromMs(static_cast<int64_t>(random_() % 20));
    table_.SetDeadline(*table_.Find(key), group->deadline);
  }
  void MoveBehind(const std::string& key, const std::string& older) {
    const std::optional<GroupId> id = table_.Find(key);
    const std::optional<GroupId> older_id = table_.Find(older);
    if (!id || id == older_id) return;
    table_.MoveBehind(*id, older_id);
    reference_.MoveBehind(key, older);
    ASSERT_EQ(table_.Before(*id), older_id);
  }
  void Remove(const std::string& key) {
    if (const std::optional<GroupId> id = table_.Find(key)) table_.Remove(*id);
    reference_.Remove(key);
  }
  void TakeDue() {
    const Time watermark = TimeFromMs(static_cast<int64_t>(random_() % 20));
    std::vector<Deadlines::Due> due;
    table_.TakeDue(watermark, due);
    std::vector<std::string> keys;
    for (const Deadlines::Due& each : due) keys.emplace_back(table_.key(each.id));
    ASSERT_EQ(keys, reference_.TakeDue(watermark));
  }
  void CheckAll() {
    ASSERT_EQ(table_.size(), reference_.groups().size());
    auto group = reference_.groups().begin();
    std::optional<Time> earliest;
    table_.ForEach([&group, &earliest](GroupId, std::string_view key, const State& state) {
      EXPECT_EQ(key, group->key);
      EXPECT_EQ(state.value, group->value);
      if (group->deadline) earliest = std::min(earliest.value_or(Time::max()), *group->deadline);
      ++group;
    });
    ASSERT_EQ(table_.NextDeadline(), earliest);
  }

  std::mt19937_64 random_{1};
  Table table_{kGroupsMax};
  Reference reference_{kGroupsMax};
};

TEST_F(GroupsRandomTest, IsWhatAListInTheOrderOfUseIs) {
  for (int i = 0; i < 200'000 && !HasFailure(); ++i) {
    const uint64_t choice = random_() % 16;
    if (choice < 8) {
      Touch(RandomKey());
    } else if (choice < 13) {
      SetDeadline(RandomKey());
    } else if (choice < 14) {
      MoveBehind(RandomKey(), RandomKey());
    } else if (choice < 15) {
      Remove(RandomKey());
    } else {
      TakeDue();
    }
    if (i % 8 == 0) CheckAll();
  }
}

}  // namespace
}  // namespace riposte::trigger
