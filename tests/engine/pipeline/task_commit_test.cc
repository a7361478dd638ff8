// What a task does while its last transaction is committed.
#include <numeric>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/task_harness.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;
using test::kPartition;
using test::ProcessEvent;

class TaskCommitTest : public testing::Test {
 protected:
  TaskCommitTest() : harness_({test::KillRule("evil", AutoMode::kEnforce)}) {
    harness_.make_committer = test::Hold(holding_);
  }
  ~TaskCommitTest() override { harness_.task.reset(); }

  void Step() { ASSERT_TRUE(harness_.Step().ok()); }
  // A record that orders two commands at once.
  void WorkOn(std::string_view id) {
    harness_.Append(ProcessEvent(id, "evil"));
    Step();
  }
  void Answer() {
    holding_.holds = false;
    Step();
    holding_.holds = true;
  }
  size_t commands() const { return harness_.CommandIds().size(); }

  test::Holding holding_;
  test::TaskHarness harness_;
};

TEST_F(TaskCommitTest, TheNextBatchIsWorkedOnMeanwhile) {
  WorkOn("e1");
  EXPECT_EQ(holding_.submitted, 1);
  EXPECT_EQ(commands(), 0u);
  harness_.clock.Advance(Duration(20));
  WorkOn("e2");
  WorkOn("e3");
  EXPECT_EQ(holding_.submitted, 1);
  EXPECT_EQ(holding_.waited_for, 0);
  Answer();
  EXPECT_EQ(commands(), 2u);
  ASSERT_EQ(harness_.observer.commits.size(), 1u);
  EXPECT_EQ(harness_.observer.commits[0].counts.consumed, 1u);
  // The two behind it follow in one, once the floor is over.
  harness_.clock.Advance(Duration(20));
  Step();
  EXPECT_EQ(holding_.submitted, 2);
  harness_.RunToEnd();
  EXPECT_EQ(commands(), 6u);
  ASSERT_EQ(harness_.observer.commits.size(), 2u);
  EXPECT_EQ(harness_.observer.commits[1].counts.consumed, 2u);
  EXPECT_EQ(harness_.observer.commits[1].matches[0].second, 2u);
  EXPECT_EQ(harness_.Accounted().consumed, 3u);
}

TEST_F(TaskCommitTest, AnAbortUndoesWhatWasBegunBehindIt) {
  WorkOn("e1");
  harness_.log.PlanFaults({Fault::kAbort});
  WorkOn("e2");
  Answer();
  EXPECT_EQ(harness_.observer.aborts, 1u);
  EXPECT_EQ(harness_.observer.undone, 1u);
  EXPECT_EQ(commands(), 0u);
  harness_.RunToEnd();
  EXPECT_EQ(commands(), 4u);
  EXPECT_EQ(harness_.Accounted().consumed, 2u);
  uint64_t told = 0;
  for (const test::RecordingObserver::Commit& commit : harness_.observer.commits)
    told += commit.counts.consumed;
  EXPECT_EQ(told, 2u);
}

// Aborted ones are no part of it.
TEST_F(TaskCommitTest, WhatATransactionTookIsToldOnceForEach) {
  WorkOn("e1");
  Answer();
  ASSERT_EQ(harness_.observer.commits.size(), 1u);
  harness_.log.PlanFaults({Fault::kAbort});
  harness_.clock.Advance(Duration(20));
  WorkOn("e2");
  harness_.RunToEnd();
  EXPECT_EQ(harness_.observer.aborts, 1u);
  ASSERT_EQ(harness_.observer.commits.size(), 2u);
  for (const test::RecordingObserver::Commit& commit : harness_.observer.commits) {
    const DelayHistogram& took = commit.counts.transaction;
    EXPECT_EQ(std::accumulate(took.buckets.begin(), took.buckets.end(), uint64_t{0}), 1u);
    EXPECT_GT(took.sum_seconds, 0);
  }
}

TEST_F(TaskCommitTest, WithoutRecordsItIsTheAnswerThatIsWaitedFor) {
  WorkOn("e1");
  WorkOn("e2");
  harness_.clock.Advance(Duration(20));
  ASSERT_TRUE(harness_.Step(Duration(5)).ok());
  EXPECT_EQ(holding_.waited_for, 1);
  EXPECT_EQ(commands(), 2u);
}

TEST_F(TaskCommitTest, WhatIsDueByTimeWaitsForTheOneBefore) {
  WorkOn("e1");
  WorkOn("e2");
  harness_.clock.Advance(harness_.options.commit_interval);
  WorkOn("e3");
  EXPECT_EQ(holding_.waited_for, 1);
  EXPECT_EQ(holding_.submitted, 2);
  EXPECT_EQ(commands(), 2u);
}

TEST_F(TaskCommitTest, NoMoreThanTwoAreHeldHoweverMuchComes) {
  harness_.options.commit_output_bytes_max = 20'000;
  for (int i = 0; i < 50; ++i)
    harness_.Append(
        ProcessEvent("e" + std::to_string(i), "evil").With("x", std::string(9000, 'x')));
  Step();
  EXPECT_GT(holding_.submitted, 10);
  EXPECT_EQ(holding_.waited_for, holding_.submitted - 1);
}

TEST_F(TaskCommitTest, AnAbortInTheMiddleOfABatchBeginsAnewBehindWhatIsCommitted) {
  harness_.options.commit_output_bytes_max = 20'000;
  for (int i = 0; i < 50; ++i)
    harness_.Append(
        ProcessEvent("e" + std::to_string(i), "evil").With("x", std::string(9000, 'x')));
  harness_.log.PlanFaults({Fault::kNone, Fault::kNone, Fault::kAbort, Fault::kUncertainNo,
                           Fault::kUncertainYes, Fault::kAbort});
  harness_.RunToEnd();
  EXPECT_EQ(harness_.observer.aborts, 3u);
  EXPECT_EQ(commands(), 100u);
  EXPECT_EQ(harness_.Accounted().consumed, 50u);
}

TEST_F(TaskCommitTest, FlushWaitsForBoth) {
  WorkOn("e1");
  WorkOn("e2");
  EXPECT_TRUE(harness_.task->Flush().ok());
  EXPECT_EQ(commands(), 4u);
  EXPECT_EQ(harness_.log.CommittedOffset(kPartition), 2);
}

TEST_F(TaskCommitTest, AFlushThatIsBegunIsNotWaitedFor) {
  harness_.Append(ProcessEvent("e1", "good"));
  Step();
  EXPECT_TRUE(harness_.task->BeginFlush().ok());
  EXPECT_EQ(holding_.submitted, 1);
  EXPECT_EQ(holding_.waited_for, 0);
  EXPECT_TRUE(harness_.task->Flush().ok());
  EXPECT_EQ(harness_.log.CommittedOffset(kPartition), 1);
}

TEST_F(TaskCommitTest, AFenceIsToldByTheFlushAlsoIfItsBeginHasHeardOfIt) {
  WorkOn("e1");
  WorkOn("e2");
  harness_.log.PlanFaults({Fault::kFenced, Fault::kFenced});
  EXPECT_EQ(harness_.task->BeginFlush().code(), ErrorCode::kFenced);
  EXPECT_EQ(harness_.task->Flush().code(), ErrorCode::kFenced);
  EXPECT_EQ(commands(), 0u);
}

TEST_F(TaskCommitTest, AFenceEndsItAndNothingOfTheOpenOneIsCommitted) {
  WorkOn("e1");
  WorkOn("e2");
  harness_.log.PlanFaults({Fault::kFenced});
  EXPECT_EQ(harness_.task->Flush().code(), ErrorCode::kFenced);
  EXPECT_EQ(commands(), 0u);
}

TEST_F(TaskCommitTest, OtherRulesFollowAtOnceAndCountForThemselves) {
  WorkOn("e1");
  harness_.UseRules({test::RuleFor("two"), test::RuleFor("one")});
  harness_.Append(ProcessEvent("e2", "two"));
  harness_.RunToEnd();
  ASSERT_EQ(harness_.observer.commits.size(), 2u);
  EXPECT_EQ(harness_.observer.commits[0].matches[0].first, "Rule for evil");
  EXPECT_EQ(harness_.observer.commits[1].matches[0].first, "Rule for two");
}

TEST_F(TaskCommitTest, AJumpOverExpiredRecordsIsToldInOneTransactionOfTheTwo) {
  harness_.log.SkipOffsets(kPartition, 40);
  harness_.skipped_from = 7;
  WorkOn("e1");
  harness_.clock.Advance(Duration(20));
  WorkOn("e2");
  harness_.RunToEnd();
  EXPECT_EQ(harness_.Audit("coverage_gap").size(), 1u);
  EXPECT_EQ(commands(), 4u);
}

}  // namespace
}  // namespace riposte::pipeline
