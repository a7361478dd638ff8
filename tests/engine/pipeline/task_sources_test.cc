// A task that reads several partitions: one transaction has the offsets of all.
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;
using test::ProcessEvent;

const PartitionId kEdr{.topic = "edr", .partition = 0};
const PartitionId kLogs{.topic = "logs", .partition = 7};

class TaskSourcesTest : public testing::Test {
 protected:
  TaskSourcesTest() : harness_({test::KillRule("evil", AutoMode::kEnforce)}) {
    harness_.partitions = {kEdr, kLogs};
    // A partition that the log has not heard of cannot be read.
    harness_.log.SkipOffsets(kEdr, 0);
    harness_.log.SkipOffsets(kLogs, 0);
  }
  ~TaskSourcesTest() override { harness_.task.reset(); }
  void Append(const PartitionId& to, const std::string& id, const std::string& name) {
    harness_.log.Append(to, "A1", ProcessEvent(id, name).Text(), harness_.clock.Now());
  }
  // "topic first-last consumed" of each audit record of counts.
  std::vector<std::string> Sums() const {
    std::vector<std::string> sums;
    for (const json::Value& record : harness_.Audit("counts"))
      sums.push_back(std::string(record.StringOr("topic", "")) + " " +
                     std::to_string(*record.Find("first_offset")->as_int()) + "-" +
                     std::to_string(*record.Find("last_offset")->as_int()) + " " +
                     std::to_string(*record.Find("consumed")->as_int()));
    return sums;
  }

  test::Holding holding_;
  test::TaskHarness harness_;
};

TEST_F(TaskSourcesTest, OneTransactionHasTheRecordsAndOffsetsOfAll) {
  Append(kEdr, "e1", "evil");
  Append(kLogs, "l1", "good");
  Append(kLogs, "l2", "evil");
  harness_.RunToEnd();
  EXPECT_EQ(harness_.log.commit_count(), 1u);
  EXPECT_EQ(harness_.log.CommittedOffset(kEdr), 1);
  EXPECT_EQ(harness_.log.CommittedOffset(kLogs), 2);
  EXPECT_EQ(harness_.CommandIds().size(), 4u);
  EXPECT_EQ(Sums(), (std::vector<std::string>{"edr 0-0 1", "logs 0-1 2"}));
}

TEST_F(TaskSourcesTest, ASourceWithoutRecordsStaysWhereItIsAndIsNotTold) {
  Append(kEdr, "e1", "evil");
  harness_.RunToEnd();
  EXPECT_EQ(harness_.log.CommittedOffset(kLogs), 0);
  EXPECT_EQ(Sums(), std::vector<std::string>{"edr 0-0 1"});
}

TEST_F(TaskSourcesTest, AnAbortRewindsAll) {
  Append(kEdr, "e1", "evil");
  Append(kLogs, "l1", "evil");
  harness_.log.PlanFaults({Fault::kAbort});
  harness_.RunToEnd();
  EXPECT_EQ(harness_.observer.aborts, 1u);
  EXPECT_EQ(harness_.CommandIds().size(), 4u);
  EXPECT_EQ(Sums(), (std::vector<std::string>{"edr 0-0 1", "logs 0-0 1"}));
}

// It is heard of while the first source is polled in vain: what the second one has is polled again.
TEST_F(TaskSourcesTest, AnAbortBetweenTwoPollsLosesNothing) {
  harness_.make_committer = test::Hold(holding_);
  harness_.log.PlanFaults({Fault::kAbort});
  Append(kEdr, "e1", "evil");
  ASSERT_TRUE(harness_.Step().ok());
  harness_.clock.Advance(harness_.options.commit_interval);
  ASSERT_TRUE(harness_.Step().ok());
  ASSERT_EQ(holding_.submitted, 1);
  Append(kEdr, "e2", "evil");
  ASSERT_TRUE(harness_.Step().ok());
  Append(kLogs, "l1", "evil");
  ASSERT_TRUE(harness_.Step(Duration(10)).ok());
  EXPECT_EQ(harness_.observer.aborts, 1u);
  harness_.RunToEnd();
  EXPECT_EQ(harness_.CommandIds().size(), 6u);
}

TEST_F(TaskSourcesTest, WhatEachHasConsumedIsTold) {
  Append(kEdr, "e1", "evil");
  Append(kLogs, "l1", "good");
  Append(kLogs, "l2", "good");
  harness_.RunToEnd();
  ASSERT_EQ(harness_.observer.commits.size(), 1u);
  EXPECT_EQ(harness_.observer.commits[0].sources,
            (std::vector<std::string>{"edr-0 1 behind 0", "logs-7 2 behind 0"}));
  EXPECT_EQ(harness_.observer.commits[0].counts.consumed, 3u);
}

TEST_F(TaskSourcesTest, RandomFaultsLoseAndRepeatNothing) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  for (unsigned run = 0; run < 20; ++run) {
    std::mt19937 random(base + run);
    test::Holding holding;
    test::TaskHarness harness({test::KillRule("evil", AutoMode::kEnforce)});
    harness.partitions = {kEdr, kLogs};
    harness.make_committer = test::Hold(holding);
    harness.options.batch_records_max = 1 + random() % 20;
    harness.options.commit_output_bytes_max = 2'000 + random() % 20'000;
    size_t evil = 0;
    for (int i = 0; i < 200; ++i) {
      const bool is_evil = random() % 4 == 0;
      evil += is_evil ? 1 : 0;
      harness.log.Append(random() % 3 == 0 ? kLogs : kEdr, "A1",
                         ProcessEvent("e" + std::to_string(i), is_evil ? "evil" : "good").Text(),
                         harness.clock.Now());
    }
    std::vector<Fault> faults;
    for (int i = 0; i < 40; ++i)
      faults.push_back(random() % 2 == 0 ? Fault::kNone : static_cast<Fault>(random() % 6));
    harness.log.PlanFaults(faults);
    harness.log.Close();
    for (int i = 0; i < 10'000; ++i) {
      holding.holds = random() % 3 > 0;
      const Result<Task::Progress> progress = harness.Step();
      if (progress.ok() && *progress == Task::Progress::kEnded) break;
      if (!progress.ok() || random() % 10 == 0) harness.Restart();
      harness.clock.Advance(Duration(random() % 100));
    }
    const std::vector<std::string> ids = harness.CommandIds();
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size())
        << "a command twice, seed " << base + run;
    EXPECT_EQ(ids.size(), 2 * evil) << "seed " << base + run;
    int64_t consumed = 0;
    for (const json::Value& record : harness.Audit("counts"))
      consumed += *record.Find("consumed")->as_int();
    EXPECT_EQ(consumed, 200) << "seed " << base + run;
    harness.task.reset();  // before `holding`
  }
}

}  // namespace
}  // namespace riposte::pipeline
