#include "engine/pipeline/poison.h"

#include <gtest/gtest.h>

#include "tests/engine/pipeline/task_harness.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;
using test::kPartition;
using test::ProcessEvent;
using test::TaskHarness;

// Knows what the test says, and keeps what it was told.
class ScriptedHistory final : public CrashHistory {
 public:
  explicit ScriptedHistory(std::vector<CrashedRecord> crashed) : crashed_(std::move(crashed)) {}
  std::vector<CrashedRecord> OnAssigned(const PartitionId& partition,
                                        int64_t start_offset) override {
    EXPECT_EQ(partition, kPartition);
    assigned_from = start_offset;
    return crashed_;
  }
  void OnCommitted(const PartitionId& partition, int64_t next_offset) override {
    EXPECT_EQ(partition, kPartition);
    committed.push_back(next_offset);
  }
  int64_t assigned_from = -1;
  std::vector<int64_t> committed;

 private:
  const std::vector<CrashedRecord> crashed_;
};

TEST(PoisonTest, WithoutAHistoryNothingIs) {
  Poison poison(nullptr, kPartition, 0);
  EXPECT_EQ(poison.CrashesIfPoison(0), 0);
  poison.OnCommitted(10);
}

TEST(PoisonTest, ThreeCrashesAreEnoughAndTwoAreNot) {
  ScriptedHistory history({{.offset = 5, .crashes = 2}, {.offset = 6, .crashes = 3}});
  const Poison poison(&history, kPartition, 4);
  EXPECT_EQ(history.assigned_from, 4);
  EXPECT_EQ(poison.CrashesIfPoison(4), 0);
  EXPECT_EQ(poison.CrashesIfPoison(5), 0);
  EXPECT_EQ(poison.CrashesIfPoison(6), 3);
  EXPECT_EQ(poison.CrashesIfPoison(7), 0);
}

TEST(PoisonTest, TheHistoryHearsOnlyOfItsOwnRecords) {
  ScriptedHistory history({{.offset = 5, .crashes = 2}, {.offset = 8, .crashes = 3}});
  Poison poison(&history, kPartition, 0);
  poison.OnCommitted(5);
  EXPECT_TRUE(history.committed.empty()) << "up to it is not with it";
  poison.OnCommitted(6);
  poison.OnCommitted(8);
  poison.OnCommitted(9);
  poison.OnCommitted(20);
  EXPECT_EQ(history.committed, (std::vector<int64_t>{6, 9}));
  EXPECT_EQ(poison.CrashesIfPoison(8), 0);
}

// Three events that the rule matches; the one in the middle crashed `crashes` times.
struct PoisonedTask : testing::Test {
  void Run(int64_t crashes, std::vector<Fault> faults = {}) {
    history.emplace(std::vector<CrashedRecord>{{.offset = 1, .crashes = crashes}});
    harness.crashes = &*history;
    for (const char* const id : {"e1", "e2", "e3"}) harness.Append(ProcessEvent(id, "evil"));
    harness.log.PlanFaults(std::move(faults));
    harness.RunToEnd();
  }
  // Offsets of the alerts of rules.
  std::vector<int64_t> Fired() const {
    std::vector<int64_t> offsets;
    for (const json::Value& alert : harness.Outputs(OutTopic::kAlerts))
      if (alert.Find("rule") != nullptr)
        offsets.push_back(*alert.Find("origin")->Find("offset")->as_int());
    return offsets;
  }
  std::vector<json::Value> PoisonAlerts() const {
    std::vector<json::Value> found;
    for (json::Value& alert : harness.Outputs(OutTopic::kAlerts))
      if (alert.StringOr("kind", "") == "poison") found.push_back(std::move(alert));
    return found;
  }
  void ExpectPutAwayOnce() const {
    const std::vector<json::Value> letters = harness.Outputs(OutTopic::kDeadLetter);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].StringOr("reason", ""), "poison");
    EXPECT_EQ(*letters[0].Find("offset")->as_int(), 1);
    EXPECT_EQ(letters[0].StringOr("encoding", ""), "base64");
    ASSERT_EQ(PoisonAlerts().size(), 1u);
    EXPECT_EQ(*PoisonAlerts()[0].Find("crashes")->as_int(), 3);
    EXPECT_EQ(Fired(), (std::vector<int64_t>{0, 2}));
    const Counts counts = harness.Accounted();
    EXPECT_EQ(counts.consumed, 3u);
    EXPECT_EQ(counts.matched, 2u);
    EXPECT_EQ(counts.dead_lettered, 1u);
    EXPECT_EQ(history->committed, std::vector<int64_t>{3});
  }

  TaskHarness harness{{test::KillRule("evil", AutoMode::kEnforce)}};
  std::optional<ScriptedHistory> history;
};

TEST_F(PoisonedTask, PutsItAwayUnparsedAndGoesOn) {
  Run(3);
  ExpectPutAwayOnce();
  ASSERT_EQ(harness.observer.commits.size(), 1u);
  const Counts& told = harness.observer.commits[0].counts;
  EXPECT_EQ(told.rejects[static_cast<size_t>(event::Reject::kPoison)], 1u);
  EXPECT_EQ(told.rejects[static_cast<size_t>(event::Reject::kNone)], 2u);
}

TEST_F(PoisonedTask, AnAbortChangesNothing) {
  Run(3, {Fault::kAbort, Fault::kUncertainNo});
  EXPECT_EQ(harness.observer.aborts, 2u);
  ExpectPutAwayOnce();
}

TEST_F(PoisonedTask, TwoCrashesAreNotEnough) {
  Run(2);
  EXPECT_EQ(Fired(), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_TRUE(harness.Outputs(OutTopic::kDeadLetter).empty());
  EXPECT_TRUE(PoisonAlerts().empty());
  EXPECT_EQ(history->committed, std::vector<int64_t>{3}) << "it is survived";
}

TEST_F(PoisonedTask, ATombstoneMayBePoisonToo) {
  history.emplace(std::vector<CrashedRecord>{{.offset = 0, .crashes = 3}});
  harness.crashes = &*history;
  harness.AppendTombstone();
  harness.RunToEnd();
  EXPECT_EQ(harness.Accounted().dead_lettered, 1u);
  EXPECT_EQ(harness.Accounted().empty, 0u);
}

}  // namespace
}  // namespace riposte::pipeline
