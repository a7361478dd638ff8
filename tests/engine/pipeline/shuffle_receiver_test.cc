#include "engine/pipeline/shuffle_receiver.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using test::kShuffleTime;
using Verdict = ShuffleReceiver::Verdict;

class ShuffleReceiverTest : public testing::Test {
 protected:
  static std::unique_ptr<TaskWindows> MakeWindows(
      std::shared_ptr<const trigger::MatchValues> values) {
    const state::MemoryStore store;
    return TaskWindows::Make(std::move(values), {}, store, {}, kShuffleTime).value();
  }
  std::string Bytes() const {
    std::string bytes;
    WriteShuffleRecord(
        "edr-0",
        {.to = 0,
         .watermark = kShuffleTime,
         .contribution = test::ContributionTo(*values_, test::kPairRule, {"a", "u"}, kShuffleTime)},
        *values_, bytes);
    return bytes;
  }
  Verdict Take(std::string_view bytes, const trigger::MatchValues& values, TaskWindows& windows,
               Time now = kShuffleTime) {
    LiveRules live;
    live.values = std::shared_ptr<const trigger::MatchValues>(std::shared_ptr<void>(), &values);
    live.proposals = std::make_shared<const ProposalRules>(values.rules());
    FiringOutputs outputs({.ttl = {}, .now = now}, {}, {}, open_, nullptr);
    return receiver_.Take({.key = {}, .value = bytes, .append_time = kShuffleTime}, live, windows,
                          outputs);
  }
  uint64_t received(ShuffleReject reject) {
    return open_.counts().shuffle.received[static_cast<size_t>(reject)];
  }

  const std::shared_ptr<const trigger::MatchValues> values_ =
      trigger::ValuesOf(test::ShuffleRules());
  const std::shared_ptr<const trigger::MatchValues> others_ = trigger::ValuesOf({});
  const std::unique_ptr<TaskWindows> windows_ = MakeWindows(values_);
  const std::unique_ptr<TaskWindows> empty_ = MakeWindows(others_);
  ShuffleReceiver receiver_;
  Transaction open_;
};

TEST_F(ShuffleReceiverTest, AContributionIsTaken) {
  EXPECT_EQ(Take(Bytes(), *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(windows_->groups(), 1u);
  EXPECT_EQ(received(ShuffleReject::kNone), 1u);
}

TEST_F(ShuffleReceiverTest, WhatIsNoRecordIsDroppedAndCounted) {
  EXPECT_EQ(Take("?", *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(Take(std::string(kShuffleBytesMax + 1, 'x'), *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(received(ShuffleReject::kVersion), 1u);
  EXPECT_EQ(received(ShuffleReject::kTooLarge), 1u);
  EXPECT_EQ(windows_->groups(), 0u);
}

TEST_F(ShuffleReceiverTest, WhatIsNotKnownIsWaitedForAndThenDropped) {
  EXPECT_EQ(Take(Bytes(), *others_, *empty_), Verdict::kWait);
  const Time until = receiver_.until();
  EXPECT_EQ(Take(Bytes(), *others_, *empty_, until - Duration(1)), Verdict::kWait);
  EXPECT_EQ(open_.counts().shuffle, ShuffleCounts());
  EXPECT_EQ(Take(Bytes(), *others_, *empty_, until), Verdict::kDone);
  EXPECT_EQ(received(ShuffleReject::kUnknownRule), 1u);
}

TEST_F(ShuffleReceiverTest, WhatIsNoProposalIsDroppedAndCounted) {
  std::string bytes;
  WriteProposalRecord("edr-0", kShuffleTime, "\x01?", bytes);
  EXPECT_EQ(Take(bytes, *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(received(ShuffleReject::kMalformed), 1u);
  bytes.clear();
  WriteProposalRecord("edr-0", kShuffleTime, "\x7f", bytes);
  EXPECT_EQ(Take(bytes, *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(received(ShuffleReject::kVersion), 1u);
}

TEST_F(ShuffleReceiverTest, AReloadEndsTheWait) {
  EXPECT_EQ(Take(Bytes(), *others_, *empty_), Verdict::kWait);
  receiver_.OnReload();
  EXPECT_EQ(Take(Bytes(), *values_, *windows_), Verdict::kDone);
  EXPECT_EQ(received(ShuffleReject::kNone), 1u);
}

}  // namespace
}  // namespace riposte::pipeline
