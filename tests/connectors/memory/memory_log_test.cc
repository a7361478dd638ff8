#include "connectors/memory/memory_log.h"

#include <gtest/gtest.h>

namespace riposte::memory {
namespace {

using pipeline::Committed;
using pipeline::OutRecord;
using pipeline::OutTopic;

const pipeline::PartitionId kPartition{.topic = "edr", .partition = 0};

std::vector<OutRecord> Output(std::string value) {
  return {{.topic = OutTopic::kAlerts, .key = "k", .value = std::move(value)}};
}

std::vector<pipeline::NextOffset> At(int64_t offset) {
  return {{.id = kPartition, .offset = offset}};
}

TEST(MemoryLogTest, ReadsFromAnOffsetWithinTheLimits) {
  MemoryLog log;
  for (const char* value : {"aaaa", "bbbb", "cccc"}) log.Append(kPartition, "", value, Time{});
  log.SkipOffsets(kPartition, 10);
  EXPECT_EQ(log.Append(kPartition, "", std::nullopt, Time{}), 13);
  int64_t lag = 0;
  EXPECT_EQ(log.Read(kPartition, 0, 2, 1000, Duration(0), lag).size(), 2u);
  EXPECT_EQ(lag, 2);
  EXPECT_EQ(log.Read(kPartition, 0, 100, 5, Duration(0), lag).size(), 2u);
  EXPECT_EQ(log.Read(kPartition, 0, 100, 1, Duration(0), lag).size(), 1u);  // at least one
  EXPECT_EQ(log.Read(kPartition, 5, 100, 1000, Duration(0), lag)[0].offset, 13);
  EXPECT_TRUE(log.Read(kPartition, 14, 100, 1000, Duration(0), lag).empty());
  EXPECT_TRUE(log.Read({.topic = "other", .partition = 0}, 0, 1, 1, Duration(0), lag).empty());
}

struct Row {
  Fault fault;
  std::string verdict;
  bool happened;
};

TEST(MemoryLogTest, EachFaultIsAllOrNothing) {
  const std::vector<Row> rows = {
      {Fault::kNone, "yes", true},         {Fault::kAbort, "aborted", false},
      {Fault::kUncertainYes, "yes", true}, {Fault::kUncertainNo, "aborted", false},
      {Fault::kFenced, "fenced", false},   {Fault::kBrokerGone, "unavailable", false},
  };
  for (const Row& row : rows) {
    MemoryLog log;
    const int64_t epoch = log.Fence(kPartition);
    log.PlanFaults({row.fault});
    const Result<Committed> result = log.Commit(kPartition, epoch, Output("v"), At(4));
    const std::string verdict = !result.ok() ? std::string(ErrorCodeName(result.status().code()))
                                : *result == Committed::kYes ? "yes"
                                                             : "aborted";
    EXPECT_EQ(verdict, row.verdict);
    EXPECT_EQ(log.Outputs(OutTopic::kAlerts).size(), row.happened ? 1u : 0u) << row.verdict;
    EXPECT_EQ(log.CommittedOffset(kPartition), row.happened ? 4 : 0) << row.verdict;
    EXPECT_EQ(log.commit_count() + log.abort_count(), 1u);
  }
}

TEST(MemoryLogTest, ANewOwnerFencesTheOldOne) {
  MemoryLog log;
  const int64_t old_epoch = log.Fence(kPartition);
  const int64_t new_epoch = log.Fence(kPartition);
  EXPECT_EQ(*log.Commit(kPartition, new_epoch, Output("new"), At(1)), Committed::kYes);
  EXPECT_EQ(log.Commit(kPartition, old_epoch, Output("old"), At(2)).status().code(),
            ErrorCode::kFenced);
  EXPECT_EQ(log.CommittedOffset(kPartition), 1);
  // The latecomer's attempt does not disturb the owner.
  EXPECT_EQ(*log.Commit(kPartition, new_epoch, Output("new"), At(2)), Committed::kYes);
}

std::vector<OutRecord> Changes(int32_t task, const std::vector<std::string>& keys) {
  std::vector<OutRecord> records;
  for (const std::string& key : keys)
    records.push_back(
        {.topic = OutTopic::kChangelog, .key = key, .value = "v" + key, .partition = task});
  return records;
}

TEST(MemoryLogTest, TheChangelogOfEachTaskIsKeptApart) {
  MemoryLog log;
  const int64_t epoch = log.Fence(kPartition);
  EXPECT_EQ(log.ChangelogEnd(0), 0);
  EXPECT_EQ(log.ChangelogNext(kPartition), std::nullopt);
  std::vector<OutRecord> records = Changes(0, {"a", "b", "c"});
  records[1].deletes = true;
  records[1].value.clear();
  ASSERT_TRUE(log.Commit(kPartition, epoch, records, At(1)).ok());
  EXPECT_EQ(log.ChangelogNext(kPartition), 3);
  ASSERT_TRUE(log.Commit(kPartition, epoch, Changes(1, {"d"}), At(2)).ok());
  EXPECT_EQ(log.ChangelogNext(kPartition), 1);
  ASSERT_TRUE(log.Commit(kPartition, epoch, Output("1"), At(3)).ok());
  EXPECT_EQ(log.ChangelogNext(kPartition), std::nullopt);
  EXPECT_EQ(log.ChangelogEnd(0), 3);
  EXPECT_EQ(log.ChangelogEnd(1), 1);
  const std::vector<StoredRecord> all = log.ReadChangelog(0, 0, 3, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].key, "a");
  EXPECT_EQ(all[0].value, "va");
  EXPECT_EQ(all[1].value, std::nullopt);
  EXPECT_EQ(log.ReadChangelog(0, 1, 2, 10).size(), 1u);
  EXPECT_EQ(log.ReadChangelog(0, 0, 3, 2).size(), 2u);
  EXPECT_TRUE(log.ReadChangelog(7, 0, 3, 2).empty());
}

TEST(MemoryLogTest, WhereTheChangelogGoesOnIsNotKnownAfterALostAnswer) {
  MemoryLog log;
  const int64_t epoch = log.Fence(kPartition);
  log.PlanFaults({Fault::kUncertainYes, Fault::kAbort});
  ASSERT_TRUE(log.Commit(kPartition, epoch, Changes(0, {"a"}), At(1)).ok());
  EXPECT_EQ(log.ChangelogNext(kPartition), std::nullopt);
  EXPECT_EQ(log.ChangelogEnd(0), 1);
  ASSERT_TRUE(log.Commit(kPartition, epoch, Changes(0, {"a"}), At(1)).ok());
  EXPECT_EQ(log.ChangelogEnd(0), 1);
}

}  // namespace
}  // namespace riposte::memory
