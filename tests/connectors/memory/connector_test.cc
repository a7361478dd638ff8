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
