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

}  // namespace
}  // namespace riposte::memory
