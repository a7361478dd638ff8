#include "engine/pipeline/record_at_hand.h"

#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

namespace riposte::pipeline {
namespace {

const PartitionId kPartition{.topic = "edr", .partition = 3};

RecordAtHand::Position seen_by_handler;
void Look(int) { seen_by_handler = RecordAtHand::Read(); }

TEST(RecordAtHandTest, AHandlerOfTheThreadSeesIt) {
  struct sigaction action {
  }, before{};
  action.sa_handler = Look;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  RecordAtHand::Enter(kPartition, 42);
  raise(SIGUSR1);
  EXPECT_EQ(seen_by_handler.partition, &kPartition);
  EXPECT_EQ(seen_by_handler.offset, 42);
  RecordAtHand::Leave();
  raise(SIGUSR1);
  EXPECT_EQ(seen_by_handler.partition, nullptr);
  sigaction(SIGUSR1, &before, nullptr);
}

TEST(RecordAtHandTest, EachThreadHasItsOwn) {
  RecordAtHand::Enter(kPartition, 42);
  std::thread other([] {
    EXPECT_EQ(RecordAtHand::Read().partition, nullptr);
    RecordAtHand::Enter(kPartition, 7);
    EXPECT_EQ(RecordAtHand::Read().offset, 7);
  });
  other.join();
  EXPECT_EQ(RecordAtHand::Read().partition, &kPartition);
  EXPECT_EQ(RecordAtHand::Read().offset, 42);
  RecordAtHand::Leave();
}

}  // namespace
}  // namespace riposte::pipeline
