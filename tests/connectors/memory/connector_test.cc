#include "connectors/memory/connector.h"

#include <gtest/gtest.h>

namespace riposte::memory {
namespace {

using pipeline::OutTopic;

const pipeline::PartitionId kPartition{.topic = "edr", .partition = 0};

std::vector<pipeline::NextOffset> At(int64_t offset) {
  return {{.id = kPartition, .offset = offset}};
}

TEST(MemoryAssignmentTest, BeginsAtTheCommittedOffset) {
  MemoryLog log;
  for (const char* value : {"a", "b", "c"}) log.Append(kPartition, "", value, Time{});
  {
    pipeline::Assignment first = Assign(log, kPartition, "test");
    ASSERT_EQ(*first.outbox->Commit({}, At(2)), pipeline::Committed::kYes);
  }
  pipeline::Assignment second = Assign(log, kPartition, "test");
  EXPECT_EQ(second.sources[0].start_offset, 2);
  std::vector<pipeline::Record> records;
  ASSERT_TRUE(second.sources[0].input->Poll(10, 1000, Duration(0), records).ok());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(*records[0].value, "c");
  ASSERT_TRUE(second.sources[0].input->Rewind(0).ok());
  ASSERT_TRUE(second.sources[0].input->Poll(10, 1000, Duration(0), records).ok());
  EXPECT_EQ(records.size(), 3u);
  log.Close();
  EXPECT_EQ(second.sources[0].input->Poll(10, 1000, Duration(0), records).code(),
            ErrorCode::kCancelled);
}

TEST(MemoryAssignmentTest, AnOversizedRecordAbortsTheWhole) {
  MemoryLog log;
  pipeline::Assignment assignment = Assign(log, kPartition, "test", 3);
  const std::vector<pipeline::OutRecord> fits = {
      {.topic = OutTopic::kAlerts, .key = "", .value = "123"}};
  const std::vector<pipeline::OutRecord> large = {
      {.topic = OutTopic::kAlerts, .key = "", .value = "1234"}};
  EXPECT_EQ(*assignment.outbox->Commit(large, At(1)), pipeline::Committed::kAborted);
  EXPECT_EQ(*assignment.outbox->Commit(fits, At(1)), pipeline::Committed::kYes);
}

TEST(MemoryAssignmentTest, AStateTaskReadsItsChangelog) {
  MemoryLog log;
  pipeline::Assignment assignment = AssignStateTask(log, {&kPartition, 1}, "test");
  EXPECT_EQ(assignment.state_tasks, 1);
  ASSERT_TRUE(assignment.state.has_value());
  EXPECT_EQ(assignment.state->number, 0);
  std::vector<pipeline::OutRecord> changes;
  for (int i = 0; i < 2'500; ++i)
    changes.push_back({.topic = OutTopic::kChangelog,
                       .key = std::to_string(i),
                       .value = i % 2 == 0 ? "v" : "",
                       .partition = 0,
                       .deletes = i % 2 != 0});
  ASSERT_TRUE(assignment.outbox->Commit(changes, At(1)).ok());
  EXPECT_EQ(assignment.outbox->ChangelogNext(), 2'500);
  state::Changelog& changelog = *assignment.state->changelog;
  EXPECT_EQ(changelog.Measure()->end, 2'500);
  int64_t next = 3;
  const auto each = [&next](int64_t offset, std::string_view key,
                            std::optional<std::string_view> value) {
    EXPECT_EQ(offset, next++);
    EXPECT_EQ(key, std::to_string(offset));
    EXPECT_EQ(value.has_value(), offset % 2 == 0);
    return offset == 2'400 ? Status(ErrorCode::kCancelled, "enough") : Status::Ok();
  };
  EXPECT_EQ(changelog.Read(3, 2'500, each).code(), ErrorCode::kCancelled);
  EXPECT_EQ(next, 2'401);
  EXPECT_TRUE(changelog.Read(2'401, 2'450, each).ok());
  EXPECT_EQ(next, 2'450);
}

class Assigned final : public pipeline::AssignmentListener {
 public:
  void OnAssigned(std::vector<pipeline::Assignment> all) override { assignments = std::move(all); }
  void OnRevoked(const std::vector<pipeline::PartitionId>&, bool) override { assignments.clear(); }
  void OnFailed(const Status&) override {}
  std::vector<pipeline::Assignment> assignments;
};

TEST(MemoryConnectorTest, ATaskForEachPartitionOrOneThatKeepsWindows) {
  MemoryLog log;
  for (const char* topic : {"edr", "logs", "unread"})
    log.SkipOffsets({.topic = topic, .partition = 0}, 0);
  Options options{.profiles = {{"edr", "a"}, {"logs", "b"}}};
  Assigned each, one;
  MemoryConnector without(log, options);
  ASSERT_TRUE(without.Start(each).ok());
  ASSERT_EQ(each.assignments.size(), 2u);
  for (const pipeline::Assignment& assignment : each.assignments) {
    EXPECT_EQ(assignment.state_tasks, 0);
    EXPECT_FALSE(assignment.state.has_value());
  }
  options.keeps_windows = true;
  MemoryConnector with(log, options);
  ASSERT_TRUE(with.Start(one).ok());
  ASSERT_EQ(one.assignments.size(), 1u);
  EXPECT_TRUE(one.assignments[0].state.has_value());
  ASSERT_EQ(one.assignments[0].sources.size(), 2u);
  EXPECT_EQ(one.assignments[0].sources[0].profile, "a");
  EXPECT_EQ(one.assignments[0].sources[1].profile, "b");
}

TEST(MemoryControlTest, SeenOnceItWasReadBack) {
  MemoryControl control(false, false);
  EXPECT_FALSE(control.Read()->complete);
  ASSERT_TRUE(control.Write({.key = "k", .value = "1", .append_time = {}}).ok());
  EXPECT_EQ(control.Read()->Find("k"), nullptr);
  control.ReadBack();
  EXPECT_EQ(control.Read()->Find("k")->value, "1");
  control.SetComplete(true);
  EXPECT_TRUE(control.Read()->complete);
  ASSERT_TRUE(control.Write({.key = "k", .value = "", .append_time = {}}).ok());
  control.ReadBack();
  EXPECT_EQ(control.Read()->Find("k"), nullptr);
}

}  // namespace
}  // namespace riposte::memory
