#include "tests/simulation/partition_log.h"

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

TEST(PartitionLogTest, ReadersStopAtTheFirstOpenTransaction) {
  PartitionLog log;
  log.Append("k", "0", Time{});
  log.AppendOpen(7, 0, "k", "1", Time{});
  log.Append("k", "2", Time{});
  EXPECT_EQ(log.last_stable(), 1);
  EXPECT_EQ(log.NextVisible(0), 0);
  EXPECT_EQ(log.NextVisible(1), -1);
  log.End(7, true, Time{});
  EXPECT_EQ(log.last_stable(), 4);  // the marker has an offset, too
  EXPECT_EQ(log.NextVisible(1), 1);
  EXPECT_EQ(log.NextVisible(2), 2);
  EXPECT_EQ(log.NextVisible(3), -1);
}

TEST(PartitionLogTest, WhatIsAbortedIsNeverSeen) {
  PartitionLog log;
  log.AppendOpen(7, 0, "k", "0", Time{});
  log.AppendOpen(8, 0, "k", "1", Time{});
  log.AppendOpen(7, 0, "k", std::nullopt, Time{});
  log.End(7, false, Time{});
  EXPECT_EQ(log.last_stable(), 1);
  log.End(8, true, Time{});
  EXPECT_EQ(log.NextVisible(0), 1);
  EXPECT_EQ(log.NextVisible(2), -1);
  // The next transaction of the same producer is another one.
  log.AppendOpen(7, 0, "k", "5", Time{});
  log.End(7, true, Time{});
  EXPECT_EQ(log.NextVisible(2), 5);
  EXPECT_EQ(log.at(0).state, RecordState::kAborted);
}

// "k=1 l=-": what a reader sees; -: a deletion.
std::string Seen(const PartitionLog& log) {
  std::string seen;
  for (int64_t offset = log.NextVisible(0); offset >= 0; offset = log.NextVisible(offset + 1))
    seen += log.at(offset).key + "=" + log.at(offset).value.value_or("-") + " ";
  return seen;
}

TEST(PartitionLogTest, CompactionKeepsTheLastOfEachKey) {
  PartitionLog log;
  log.Append("k", "0", Time{});
  log.Append("l", "1", Time{});
  log.Append("k", "2", Time{});
  log.Compact(Time{});
  EXPECT_EQ(Seen(log), "l=1 k=2 ");
  EXPECT_EQ(log.NextVisible(0), 1);
  EXPECT_EQ(log.end(), 3);
}

TEST(PartitionLogTest, ADeletionIsKeptForItsTime) {
  PartitionLog log;
  log.Append("k", "0", Time{});
  log.Append("k", std::nullopt, Time{Duration(5)});
  log.Compact(Time{Duration(5)});
  EXPECT_EQ(Seen(log), "k=- ");
  log.Compact(Time{Duration(6)});
  EXPECT_EQ(Seen(log), "");
}

TEST(PartitionLogTest, WhatIsOpenOrAbortedTakesNothingAway) {
  PartitionLog log;
  log.Append("k", "0", Time{});
  log.AppendOpen(7, 0, "k", "1", Time{});
  log.AppendOpen(8, 0, "k", "2", Time{});
  log.Compact(Time{});
  EXPECT_EQ(Seen(log), "k=0 ");
  log.End(7, false, Time{});
  log.Compact(Time{});
  EXPECT_EQ(Seen(log), "k=0 ");
  log.End(8, true, Time{});
  log.Compact(Time{});
  EXPECT_EQ(Seen(log), "k=2 ");
}

TEST(PartitionLogTest, AMarkerMayStandAlone) {
  PartitionLog log;
  log.End(7, false, Time{});
  EXPECT_EQ(log.end(), 1);
  EXPECT_EQ(log.last_stable(), 1);
  EXPECT_EQ(log.NextVisible(0), -1);
}

}  // namespace
}  // namespace riposte::sim
