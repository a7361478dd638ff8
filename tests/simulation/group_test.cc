#include "tests/simulation/group.h"

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

using State = Group::Synced::State;

const std::vector<pipeline::PartitionId> kPartitions = {{"in", 0}, {"in", 1}, {"in", 2}};

Time At(int64_t ms) { return TimeFromMs(ms); }

class GroupTest : public testing::Test {
 protected:
  std::vector<int32_t> PartitionsOf(const std::string& name) {
    std::vector<int32_t> numbers;
    for (const pipeline::PartitionId& id : group.Sync(name).partitions)
      numbers.push_back(id.partition);
    return numbers;
  }
  Group group{{.session = Duration(100), .rebalance = Duration(300)}, kPartitions};
};

TEST_F(GroupTest, WaitsForAllAndDividesByName) {
  group.Join("b", At(0));
  EXPECT_EQ(PartitionsOf("b"), (std::vector<int32_t>{0, 1, 2}));
  group.Join("a", At(10));
  EXPECT_EQ(group.Sync("a").state, State::kWaiting);
  EXPECT_EQ(group.Heartbeat({"b", 1}, At(20)), KafkaError::kRebalance);
  EXPECT_EQ(group.Check({"b", 1}), KafkaError::kNone);  // its generation still holds
  group.Join("b", At(30));
  EXPECT_EQ(group.generation(), 2);
  EXPECT_EQ(PartitionsOf("a"), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(PartitionsOf("b"), (std::vector<int32_t>{2}));
  EXPECT_EQ(group.Check({"b", 1}), KafkaError::kIllegalGeneration);
  EXPECT_EQ(group.Heartbeat({"b", 2}, At(40)), KafkaError::kNone);
}

TEST_F(GroupTest, PartitionsOfTheSameNumberAreOneMembers) {
  Group both{{.session = Duration(100), .rebalance = Duration(300)},
             {{"in", 0}, {"in", 1}, {"in", 2}, {"shuffle", 0}, {"shuffle", 1}, {"shuffle", 2}}};
  both.Join("a", At(0));
  both.Join("b", At(0));
  both.Join("a", At(0));
  const std::vector<pipeline::PartitionId> first = {
      {"in", 0}, {"in", 1}, {"shuffle", 0}, {"shuffle", 1}};
  EXPECT_EQ(both.Sync("a").partitions, first);
  EXPECT_EQ(both.Sync("b").partitions.size(), 2u);
}

TEST_F(GroupTest, WhoIsSilentForASessionIsOut) {
  group.Join("a", At(0));
  group.Join("b", At(0));
  group.Join("a", At(0));
  ASSERT_EQ(group.generation(), 2);
  ASSERT_EQ(group.Heartbeat({"a", 2}, At(100)), KafkaError::kNone);
  group.Tick(At(100));
  EXPECT_EQ(group.Check({"b", 2}), KafkaError::kNone);
  group.Tick(At(101));
  EXPECT_EQ(group.Check({"b", 2}), KafkaError::kUnknownMember);
  group.Join("a", At(102));
  EXPECT_EQ(PartitionsOf("a"), (std::vector<int32_t>{0, 1, 2}));
}

TEST_F(GroupTest, WhoDoesNotJoinInTimeIsOut) {
  group.Join("a", At(0));
  group.Join("b", At(0));
  for (int64_t ms = 50; ms < 300; ms += 50) {
    ASSERT_EQ(group.Heartbeat({"a", 1}, At(ms)), KafkaError::kRebalance);
    group.Tick(At(ms));
    ASSERT_EQ(group.generation(), 1);
  }
  group.Tick(At(300));
  EXPECT_EQ(group.generation(), 2);
  EXPECT_EQ(group.Sync("a").state, State::kUnknown);
  EXPECT_EQ(PartitionsOf("b"), (std::vector<int32_t>{0, 1, 2}));
}

TEST_F(GroupTest, LeavingGivesThePartitionsBack) {
  group.Join("a", At(0));
  group.Join("b", At(0));
  group.Join("a", At(0));
  group.Leave("a", At(1));
  EXPECT_EQ(group.Heartbeat({"b", 2}, At(2)), KafkaError::kRebalance);
  group.Join("b", At(3));
  EXPECT_EQ(PartitionsOf("b"), (std::vector<int32_t>{0, 1, 2}));
}

// The hole that the design closes with one transactional id a partition.
TEST_F(GroupTest, MembershipIsCheckedAndNotOwnership) {
  group.Join("a", At(0));
  EXPECT_EQ(group.Check({"a", 1}), KafkaError::kNone);
  EXPECT_EQ(group.Check({"", -1}), KafkaError::kNone);
  EXPECT_EQ(group.Check({"", 1}), KafkaError::kUnknownMember);
}

TEST_F(GroupTest, OffsetsOfAnOpenTransactionAreNotStable) {
  Position position;
  ASSERT_EQ(group.Committed(kPartitions[0], position), KafkaError::kNone);
  EXPECT_EQ(position.offset, -1);
  group.AddPending(7, kPartitions[0], {.offset = 5, .metadata = "first"});
  EXPECT_EQ(group.Committed(kPartitions[0], position), KafkaError::kUnstableOffset);
  EXPECT_EQ(group.Committed(kPartitions[1], position), KafkaError::kNone);
  EXPECT_EQ(group.EndPending(7, true).at(kPartitions[0]).from, -1);
  ASSERT_EQ(group.Committed(kPartitions[0], position), KafkaError::kNone);
  EXPECT_EQ(position.offset, 5);
  group.AddPending(7, kPartitions[0], {.offset = 9, .metadata = "second"});
  EXPECT_TRUE(group.EndPending(7, false).empty());
  ASSERT_EQ(group.Committed(kPartitions[0], position), KafkaError::kNone);
  EXPECT_EQ(position.offset, 5);
  EXPECT_EQ(position.metadata, "first");
}

}  // namespace
}  // namespace riposte::sim
