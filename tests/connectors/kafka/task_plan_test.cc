#include "connectors/kafka/task_plan.h"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Options With(int32_t partitions) {
  Options options;
  options.application = "app";
  options.group = "g";
  options.topic_prefix = "r.";
  options.partitions = partitions;
  options.inputs = {{.topic = "a", .profile = "p"}, {.topic = "b", .profile = "p"}};
  options.state_tasks = true;
  return options;
}

// "<transactional.id>: <source> <source>", then what is fenced besides.
std::vector<std::string> Texts(const std::vector<PlannedTask>& tasks) {
  std::vector<std::string> texts;
  for (const PlannedTask& task : tasks) {
    std::string text = task.transactional_id + ":";
    for (const pipeline::PartitionId& id : task.sources) {
      text += fmt::format(" {}/{}", id.topic, id.partition);
    }
    if (task.number) text += fmt::format(" is {}", *task.number);
    for (const std::string& id : task.former_ids) text += " not " + id;
    texts.push_back(text);
  }
  return texts;
}

TEST(TaskPlanTest, WithoutTheShuffleEveryPartitionIsATask) {
  EXPECT_THAT(Texts(PlanTasks(With(2), {{"a", 0}, {"a", 1}, {"b", 0}}, {})),
              ElementsAre("app.g.a-0: a/0", "app.g.a-1: a/1", "app.g.b-0: b/0"));
  EXPECT_THAT(PlanTasks(With(2), {}, {}), IsEmpty());
}

TEST(TaskPlanTest, AStateTaskReadsItsPartitionOfTheShuffleAndOfInputsWithAsManyPartitions) {
  EXPECT_THAT(
      Texts(PlanTasks(With(2),
                      {{"a", 0}, {"a", 1}, {"b", 0}, {"b", 1}, {"r.shuffle", 0}, {"r.shuffle", 1}},
                      {{"a", 2}, {"b", 2}})),
      ElementsAre("app.g-0: a/0 b/0 r.shuffle/0 is 0 not app.g.a-0 not app.g.b-0",
                  "app.g-1: a/1 b/1 r.shuffle/1 is 1 not app.g.a-1 not app.g.b-1"));
}

TEST(TaskPlanTest, AnInputWithOnePartitionMoreOrLessIsReadByTasksOfItsOwn) {
  EXPECT_THAT(
      Texts(PlanTasks(With(2),
                      {{"a", 0}, {"a", 1}, {"a", 2}, {"b", 0}, {"r.shuffle", 0}, {"r.shuffle", 1}},
                      {{"a", 3}, {"b", 1}})),
      ElementsAre("app.g-0: r.shuffle/0 is 0", "app.g-1: r.shuffle/1 is 1", "app.g.a-0: a/0",
                  "app.g.a-1: a/1", "app.g.a-2: a/2", "app.g.b-0: b/0"));
}

TEST(TaskPlanTest, WhatIsElsewhereIsATaskThere) {
  const std::map<std::string, int32_t> counts = {{"a", 2}, {"b", 2}};
  EXPECT_THAT(Texts(PlanTasks(With(2), {{"a", 0}, {"b", 1}, {"r.shuffle", 0}}, counts)),
              ElementsAre("app.g-0: a/0 r.shuffle/0 is 0 not app.g.a-0", "app.g.b-1: b/1"));
  EXPECT_THAT(Texts(PlanTasks(With(2), {{"a", 1}, {"b", 0}, {"r.shuffle", 1}}, counts)),
              ElementsAre("app.g-1: a/1 r.shuffle/1 is 1 not app.g.a-1", "app.g.b-0: b/0"));
}

// Whatever the members get, each partition is read once, and no two tasks of a group have one id.
TEST(TaskPlanTest, EveryPartitionIsInOneTaskAndEveryTaskHasAnIdOfItsOwn) {
  for (const int32_t a : {1, 3, 4}) {
    for (unsigned split = 0; split < 1u << (a + 6); ++split) {
      std::vector<std::vector<pipeline::PartitionId>> members(2);
      unsigned bits = split;
      std::set<pipeline::PartitionId> all;
      for (const auto& [topic, count] :
           std::map<std::string, int32_t>{{"a", a}, {"b", 3}, {"r.shuffle", 3}}) {
        for (int32_t i = 0; i < count; ++i, bits >>= 1u) {
          members[bits & 1u].push_back({topic, i});
          all.insert({topic, i});
        }
      }
      std::multiset<pipeline::PartitionId> read;
      std::set<std::string> ids;
      size_t tasks = 0;
      for (const std::vector<pipeline::PartitionId>& assigned : members) {
        for (const PlannedTask& task : PlanTasks(With(3), assigned, {{"a", a}, {"b", 3}})) {
          ++tasks;
          ids.insert(task.transactional_id);
          read.insert(task.sources.begin(), task.sources.end());
        }
      }
      ASSERT_EQ(read, std::multiset<pipeline::PartitionId>(all.begin(), all.end()));
      ASSERT_EQ(ids.size(), tasks);
    }
  }
}

TEST(StoreNameTest, IsGoodForAFolderAndTellsGroupsApart) {
  Options options = With(2);
  EXPECT_EQ(StoreName(options, 12), "app.g-12");
  std::set<std::string> names;
  for (const char* const group : {"A_b-9.", "a/b", "a%2fb", "a b", "..", "\xc3\xa9", "a\n"}) {
    options.group = group;
    const std::string name = StoreName(options, 1);
    EXPECT_EQ(name.find_first_of("/ \n\xc3"), std::string::npos) << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 7u);
  options.group = "a/b";
  EXPECT_EQ(StoreName(options, 1), "app.a%2fb-1");
}

}  // namespace
}  // namespace riposte::kafka
