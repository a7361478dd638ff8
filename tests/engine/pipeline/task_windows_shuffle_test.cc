// What a state task does with groups of other state tasks, and with what they send it.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/owner.h"
#include "engine/pipeline/task_windows.h"
#include "engine/state/memory_store.h"
#include "engine/state/segments.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ContributionTo;
using test::kShuffleTime;
using Arrived = TaskWindows::Arrived;

constexpr Time kNow = kShuffleTime;
constexpr int32_t kTasks = 4;

// A text that state task `number` owns.
std::string OwnedBy(int32_t number, const std::string& beginning) {
  for (int i = 0;; ++i) {
    std::string text = beginning + std::to_string(i);
    if (OwnerOf(text, kTasks) == number) return text;
  }
}
// A user whose groups, without an asset, it owns.
std::string UserOf(int32_t number) {
  for (int i = 0;; ++i) {
    std::string user = "u" + std::to_string(i);
    if (OwnerOf(trigger::KeyWith({user}), kTasks) == number) return user;
  }
}

class TaskWindowsShuffleTest : public testing::Test {
 protected:
  std::unique_ptr<TaskWindows> Make(const std::vector<std::string>& inputs = {"edr/0"}) {
    return TaskWindows::Make(values_, inputs, store_, {.number = 1, .state_tasks = kTasks}, kNow)
        .value();
  }
  void See(uint32_t rule, const std::string& asset, const std::string& user, Time time) {
    const match::Match match{.rule = rule, .part = 0};
    const auto seen = events_.Of(asset, user, time);
    windows_->OnMatches(*seen.event, {&match, 1}, seen.subject);
  }
  Arrived Send(const std::string& asset, Time time, Time append_time) {
    return windows_->OnShuffle(ContributionTo(*values_, test::kPairRule, {asset, UserOf(3)}, time),
                               append_time);
  }
  Arrived Send(const std::string& asset, Time time) { return Send(asset, time, time); }
  void Commit() {
    ASSERT_TRUE(store_.Apply(windows_->Seal(), {}).ok());
    windows_->OnCommitted();
  }

  const std::string own_ = OwnedBy(1, "own"), foreign_ = OwnedBy(2, "foreign");
  std::shared_ptr<const trigger::MatchValues> values_ = trigger::ValuesOf(test::ShuffleRules());
  state::MemoryStore store_;
  test::ShuffleEvents events_;
  std::unique_ptr<TaskWindows> windows_ = Make();
};

TEST_F(TaskWindowsShuffleTest, WhatOthersOwnIsHandedOut) {
  See(test::kPairRule, own_, "ann", kShuffleTime);
  EXPECT_EQ(windows_->groups(), 1u);
  EXPECT_TRUE(windows_->outgoing().empty());
  See(test::kPairRule, foreign_, "ann", kShuffleTime);
  EXPECT_EQ(windows_->groups(), 1u);
  ASSERT_EQ(windows_->outgoing().size(), 1u);
  EXPECT_EQ(windows_->outgoing()[0].to, 2);
  EXPECT_EQ(windows_->outgoing()[0].watermark, Time::min());
  EXPECT_EQ(windows_->outgoing()[0].contribution.key, trigger::KeyWith({foreign_, "ann"}));
  windows_->Forget();
  EXPECT_TRUE(windows_->outgoing().empty());
}

TEST_F(TaskWindowsShuffleTest, WhatIsHandedOutIsToBeCommitted) {
  EXPECT_FALSE(windows_->changed());
  See(test::kPairRule, foreign_, "ann", kShuffleTime);
  EXPECT_TRUE(windows_->changed());
}

TEST_F(TaskWindowsShuffleTest, AFiringGoesToTheOwnerOfTheNextGroup) {
  for (int i = 0; i < 2; ++i) See(test::kPairRule, own_, UserOf(3), kShuffleTime);
  ASSERT_EQ(windows_->effects().firings.size(), 1u);
  ASSERT_EQ(windows_->outgoing().size(), 1u);
  EXPECT_EQ(windows_->outgoing()[0].to, 3);
  EXPECT_EQ(windows_->outgoing()[0].contribution.rule, test::kUsersRule);
  EXPECT_TRUE(windows_->effects().chained.empty());
  for (int i = 0; i < 2; ++i) See(test::kPairRule, own_, UserOf(1), kShuffleTime);
  ASSERT_EQ(windows_->effects().firings.size(), 3u);
  EXPECT_EQ(windows_->effects().firings[2].rule, test::kUsersRule);
  EXPECT_EQ(windows_->outgoing().size(), 1u);
}

TEST_F(TaskWindowsShuffleTest, WhatArrivesIsTakenInTheOrderOfThisTask) {
  EXPECT_EQ(Send(own_, kShuffleTime), Arrived::kTaken);
  EXPECT_TRUE(windows_->changed());
  EXPECT_EQ(Send(own_, kShuffleTime + seconds(1)), Arrived::kTaken);
  ASSERT_EQ(windows_->effects().firings.size(), 1u);
  const trigger::Completion& completion = windows_->effects().firings[0].completion;
  ASSERT_EQ(completion.events.size(), 2u);
  EXPECT_LT(completion.events[0].place.order, completion.events[1].place.order);
}

TEST_F(TaskWindowsShuffleTest, WhatIsNotThisTasksOrRuleSetsChangesNothing) {
  EXPECT_EQ(Send(foreign_, kShuffleTime), Arrived::kNotOwned);
  trigger::Contribution other =
      ContributionTo(*values_, test::kPairRule, {own_, "ann"}, kShuffleTime);
  other.parts = 6;
  EXPECT_EQ(windows_->OnShuffle(other, kShuffleTime), Arrived::kNoContribution);
  EXPECT_EQ(windows_->groups(), 0u);
  EXPECT_FALSE(windows_->changed());
}

TEST_F(TaskWindowsShuffleTest, ATimeThatArrivesIsBelievedAsFarAsAnEvents) {
  Send(own_, kShuffleTime + hours(1), kShuffleTime);
  Send(own_, kShuffleTime + minutes(5), kShuffleTime);
  ASSERT_EQ(windows_->effects().firings.size(), 1u);
  EXPECT_EQ(windows_->effects().firings[0].completion.time, kShuffleTime + minutes(5));
  EXPECT_TRUE(windows_->OnSender("edr/9", kShuffleTime + hours(1), kShuffleTime, kNow));
  windows_->OnRecord(0, kShuffleTime + minutes(9), kShuffleTime + minutes(9), kNow);
  windows_->OnTime(kNow);
  EXPECT_EQ(Send(own_, kShuffleTime + hours(2)), Arrived::kTaken);
}

TEST_F(TaskWindowsShuffleTest, TimeWaitsForSendersWhileTheirRecordsWait) {
  Send(own_, kShuffleTime);
  windows_->OnSender("edr/9", kShuffleTime, kShuffleTime, kNow);
  const Time later = kNow + seconds(30);
  windows_->OnRecord(0, kShuffleTime + hours(1), kShuffleTime + hours(1), later);
  windows_->OnShuffleBacklog(later);
  windows_->OnTime(later);
  EXPECT_EQ(windows_->watermark(), kShuffleTime);
  windows_->OnTime(later + seconds(29));
  EXPECT_EQ(windows_->watermark(), kShuffleTime);
  windows_->OnRecord(0, kShuffleTime + hours(1), kShuffleTime + hours(1), later + seconds(30));
  windows_->OnTime(later + seconds(30));
  EXPECT_EQ(windows_->watermark(), kShuffleTime + hours(1));
}

TEST_F(TaskWindowsShuffleTest, OthersAreToldOfItsOwnInputsOnly) {
  windows_->OnSender("edr/9", kShuffleTime - hours(1), kShuffleTime, kNow);
  windows_->OnRecord(0, kShuffleTime, kShuffleTime, kNow);
  See(test::kPairRule, foreign_, "ann", kShuffleTime);
  windows_->OnTime(kNow);
  See(test::kPairRule, foreign_, "ann", kShuffleTime);
  EXPECT_EQ(windows_->told(), kShuffleTime);
  ASSERT_EQ(windows_->outgoing().size(), 2u);
  EXPECT_EQ(windows_->outgoing()[0].watermark, Time::min()) << "as it was found";
  EXPECT_EQ(windows_->outgoing()[1].watermark, kShuffleTime);
  EXPECT_TRUE(windows_->inputs_idle(kNow + seconds(30)));
}

// Two that fire at different moments of one OnTime: who reads the first is not to be beyond the
// second.
TEST_F(TaskWindowsShuffleTest, WhatWasDueIsToldWithHowFarTheTaskWasBefore) {
  rule::Step absent = trigger::StepBy({"asset", "user"});
  absent.absent = true;
  rule::Count each = test::PairOf({});
  each.threshold = 1;
  each.of = {trigger::StepOfFirings("alone", {"user"}, {1})};
  values_ = trigger::ValuesOf(
      {trigger::RuleOf("alone",
                       rule::Sequence{.within = seconds(8),
                                      .steps = {trigger::StepBy({"asset", "user"}), absent}}),
       trigger::RuleOf("each", each)});
  windows_ = Make();
  windows_->OnRecord(0, kShuffleTime, kShuffleTime, kNow);
  windows_->OnTime(kNow);
  See(0, own_, UserOf(2), kShuffleTime);
  See(0, own_, UserOf(3), kShuffleTime + seconds(1));
  windows_->OnRecord(0, kShuffleTime + hours(1), kShuffleTime + hours(1), kNow);
  windows_->OnTime(kNow);
  ASSERT_EQ(windows_->outgoing().size(), 2u);
  EXPECT_EQ(windows_->outgoing()[0].contribution.place.time, kShuffleTime + seconds(8));
  EXPECT_EQ(windows_->outgoing()[1].contribution.place.time, kShuffleTime + seconds(9));
  for (const Outgoing& outgoing : windows_->outgoing()) EXPECT_EQ(outgoing.watermark, kShuffleTime);
  EXPECT_EQ(windows_->told(), kShuffleTime + hours(1));
}

TEST_F(TaskWindowsShuffleTest, AnAbortTakesBackWhatWasHandedOutAndHeard) {
  windows_->OnRecord(0, kShuffleTime, kShuffleTime, kNow);
  windows_->OnTime(kNow);
  Commit();
  windows_->OnSender("edr/9", kShuffleTime - hours(1), kShuffleTime, kNow);
  windows_->OnRecord(0, kShuffleTime + seconds(9), kShuffleTime + seconds(9), kNow);
  Send(own_, kShuffleTime);
  windows_->OnTime(kNow);
  See(test::kPairRule, foreign_, "ann", kShuffleTime);
  windows_->Undo();
  EXPECT_TRUE(windows_->outgoing().empty());
  EXPECT_EQ(windows_->groups(), 0u);
  EXPECT_EQ(windows_->told(), kShuffleTime);
  const std::vector<state::Change> changes = windows_->Seal();
  ASSERT_EQ(changes.size(), 1u) << "the clock's";
  EXPECT_EQ(changes[0].value->find("edr/9"), std::string::npos);
}

// A firing that waits for all sources shows how far time is.
TEST_F(TaskWindowsShuffleTest, ARestartWithOtherInputsKnowsTheSourcesByName) {
  windows_ = Make({"edr/0", "edr/1"});
  windows_->OnRecord(0, kShuffleTime, kShuffleTime, kNow);
  windows_->OnRecord(1, kShuffleTime + seconds(5), kShuffleTime + seconds(5), kNow);
  windows_->OnSender("edr/9", kShuffleTime + seconds(9), kShuffleTime + seconds(9), kNow);
  windows_->OnTime(kNow);
  Commit();
  windows_ = Make({"fim/0", "edr/1"});
  windows_->OnTime(kNow);
  EXPECT_EQ(windows_->told(), Time::min()) << "nothing of fim/0";
  windows_->OnRecord(0, kShuffleTime + hours(1), kShuffleTime + hours(1), kNow);
  windows_->OnTime(kNow);
  EXPECT_EQ(windows_->told(), kShuffleTime + seconds(5)) << "of edr/1";
}

TEST_F(TaskWindowsShuffleTest, AClockOfVeryManySendersIsReadBackAndLeavesNothingBehind) {
  for (int i = 0; i < 1'000; ++i)
    ASSERT_TRUE(windows_->OnSender("a sender of some length/" + std::to_string(i), kShuffleTime,
                                   kShuffleTime, kNow));
  Commit();
  const auto records = [this] {
    size_t count = 0;
    EXPECT_TRUE(
        store_.Scan("", [&](std::string_view, std::string_view) { return ++count > 0; }).ok());
    return count;
  };
  EXPECT_GT(records(), 1u);
  windows_ = Make();
  windows_->OnTime(kNow + trigger::Watermark::kGoneWait);
  Commit();
  EXPECT_EQ(records(), 1u);
}

}  // namespace
}  // namespace riposte::pipeline
