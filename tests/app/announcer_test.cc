#include "app/announcer.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/memory/connector.h"
#include "tests/support/manual_clock.h"

namespace riposte::app {
namespace {

using pipeline::ControlRecord;
using std::chrono::hours;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Only a hang lasts that long.
constexpr Duration kDeadline{60'000};
constexpr Time kStart = TimeFromMs(1'800'000'000'000);

Announcement Self(const std::string& instance = "me") {
  return {.instance = instance,
          .group = "riposte",
          .host = "host-1",
          .version = "0.1.0",
          .sha256 = {},
          .run = Uuid::Random()};
}

RulesState State(char set) {
  return {.sha256 = std::string(64, set),
          .rules = 3,
          .last_good = false,
          .problem = {},
          .live_since = kStart};
}

Announcement Other(const std::string& instance, char set, Time announced) {
  Announcement other = Self(instance);
  other.sha256 = std::string(64, set);
  other.announced = announced;
  return other;
}

bool Eventually(const std::function<bool()>& holds) {
  const steady_clock::time_point give_up = steady_clock::now() + kDeadline;
  while (!holds()) {
    if (steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

// A writer whose records reach `control`, as far as the test lets them.
class RulesetWriterTest : public testing::Test {
 protected:
  RulesetWriterTest() { writer_.SetLive(State('a')); }

  std::vector<ControlRecord> Due() { return writer_.Due(*control_.Read(), clock_.Now()); }
  // Everything that is due is written.
  size_t WriteAll() {
    const std::vector<ControlRecord> due = Due();
    for (const ControlRecord& record : due) {
      EXPECT_TRUE(control_.Write(record).ok());
      writer_.Written(record, clock_.Now());
    }
    return due.size();
  }
  void Put(const ControlRecord& record) { EXPECT_TRUE(control_.Write(record).ok()); }
  std::optional<Announcement> Read(const std::string& instance) const {
    const ControlRecord* const record = control_.Read()->Find("ruleset/" + instance);
    return record == nullptr ? std::nullopt : ReadAnnouncement(*record);
  }

  test::ManualClock clock_{kStart};
  memory::MemoryControl control_;
  RulesetWriter writer_{Self(), kAnnounceInterval};
};

TEST_F(RulesetWriterTest, AnnouncesASetOnceAndAgainAtTheInterval) {
  EXPECT_EQ(WriteAll(), 1u);
  const std::optional<Announcement> first = Read("me");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sha256, std::string(64, 'a'));
  EXPECT_EQ(first->rules, 3);
  EXPECT_EQ(first->since, kStart);
  EXPECT_EQ(first->announced, kStart);
  clock_.Advance(kAnnounceInterval - Duration(1));
  EXPECT_EQ(WriteAll(), 0u);
  clock_.Advance(Duration(1));
  EXPECT_EQ(WriteAll(), 1u);
  EXPECT_EQ(Read("me")->announced, kStart + kAnnounceInterval);
  EXPECT_EQ(WriteAll(), 0u);
}

TEST_F(RulesetWriterTest, ASetThatGoesLiveIsDueAtOnce) {
  WriteAll();
  RulesState last_good = State('b');
  last_good.last_good = true;
  writer_.SetLive(last_good);
  EXPECT_EQ(WriteAll(), 1u);
  EXPECT_EQ(Read("me")->sha256, std::string(64, 'b'));
  EXPECT_TRUE(Read("me")->last_good);
}

TEST_F(RulesetWriterTest, ASetThatGoesLiveDuringAWriteIsDueStill) {
  const std::vector<ControlRecord> due = Due();
  ASSERT_THAT(due, SizeIs(1));
  writer_.SetLive(State('b'));
  writer_.Written(due[0], clock_.Now());
  EXPECT_EQ(WriteAll(), 1u);
  EXPECT_EQ(Read("me")->sha256, std::string(64, 'b'));
}

TEST_F(RulesetWriterTest, WhatWasNotWrittenStaysDue) {
  EXPECT_THAT(Due(), SizeIs(1));
  EXPECT_THAT(Due(), SizeIs(1));
  WriteAll();
  clock_.Advance(kAnnounceInterval);
  EXPECT_THAT(Due(), SizeIs(1));
  EXPECT_THAT(Due(), SizeIs(1));
}

TEST_F(RulesetWriterTest, AClockThatIsSetBackDoesNotSilenceIt) {
  WriteAll();
  clock_.Advance(-hours(5));
  EXPECT_EQ(WriteAll(), 1u);
  EXPECT_EQ(WriteAll(), 0u);
}

TEST_F(RulesetWriterTest, NothingIsDueBeforeControlWasRead) {
  control_.SetComplete(false);
  EXPECT_THAT(Due(), IsEmpty());
  control_.SetComplete(true);
  EXPECT_THAT(Due(), SizeIs(1));
}

TEST_F(RulesetWriterTest, TheRecordIsDeletedAtTheEnd) {
  EXPECT_FALSE(writer_.Farewell(*control_.Read())) << "nothing was written";
  WriteAll();
  const std::optional<ControlRecord> farewell = writer_.Farewell(*control_.Read());
  ASSERT_TRUE(farewell);
  EXPECT_EQ(farewell->key, "ruleset/me");
  EXPECT_EQ(farewell->value, "");
  Put(ToRecord(Other("me", 'a', clock_.Now())));
  EXPECT_FALSE(writer_.Farewell(*control_.Read())) << "it is another process' by now";
}

// The life before of this instance, ended by kill -9, is no other process.
TEST_F(RulesetWriterTest, ARestartTakesItsRecordOver) {
  Put(ToRecord(Other("me", 'z', kStart - hours(1))));
  EXPECT_EQ(WriteAll(), 1u);
  EXPECT_EQ(WriteAll(), 0u);
  EXPECT_EQ(writer_.self().instance, "me");
  EXPECT_THAT(control_.Read()->records, SizeIs(1));
}

TEST_F(RulesetWriterTest, TwoProcessesWithOneNameEndUpWithTwo) {
  RulesetWriter second(Self(), kAnnounceInterval);
  second.SetLive(State('b'));
  for (int second_passed = 0; second_passed < 200; ++second_passed) {
    WriteAll();
    for (const ControlRecord& record : second.Due(*control_.Read(), clock_.Now())) {
      Put(record);
      second.Written(record, clock_.Now());
    }
    clock_.Advance(Duration(1000));
  }
  EXPECT_NE(writer_.self().instance, second.self().instance);
  EXPECT_THAT(writer_.self().instance, testing::MatchesRegex("me~[0-9a-f]+"));
  EXPECT_EQ(second.self().instance, "me");
  const Announcements announcements = ReadAnnouncements(*control_.Read());
  EXPECT_EQ(Compare(writer_.self(), announcements, clock_.Now()).different, 1u);
  EXPECT_EQ(Compare(second.self(), announcements, clock_.Now()).different, 1u);
}

TEST_F(RulesetWriterTest, WhatIsLongForgottenIsDeletedAFewAtATime) {
  const Time old = kStart - kForgottenAfter;
  for (int i = 0; i < 40; ++i)
    Put({.key = "ruleset/old" + std::to_string(i), .value = "?", .append_time = old});
  Put(ToRecord(Other("just", 'a', old + kAnnounceInterval)));
  Put({.key = "arming/x", .value = "{}", .append_time = old - hours(1)});
  EXPECT_EQ(WriteAll(), 1u) << "what time it is at the broker is not known yet";
  clock_.Advance(kAnnounceInterval);
  EXPECT_EQ(WriteAll(), 1u + 16u);
  clock_.Advance(kAnnounceInterval);
  EXPECT_TRUE(Read("just"));
  for (int i = 0; i < 3; ++i) {
    WriteAll();
    clock_.Advance(kAnnounceInterval);
  }
  EXPECT_FALSE(Read("just"));
  EXPECT_TRUE(Read("me"));
  EXPECT_THAT(control_.Read()->records, SizeIs(2)) << "ours and the arming";
}

// Records that the broker appends by a clock that is ten minutes behind ours.
TEST_F(RulesetWriterTest, AgesAreByTheBrokersClock) {
  EXPECT_EQ(writer_.BrokerNow(*control_.Read(), clock_.Now()), std::nullopt);
  for (ControlRecord record : Due()) {
    writer_.Written(record, clock_.Now());
    record.append_time -= std::chrono::minutes(10);
    Put(record);
  }
  clock_.Advance(Duration(5000));
  EXPECT_EQ(writer_.BrokerNow(*control_.Read(), clock_.Now()),
            kStart - std::chrono::minutes(10) + Duration(5000));
}

// Passes what is written on to a MemoryControl, if the test does not refuse it.
class PickyControl final : public pipeline::Control {
 public:
  std::shared_ptr<const Snapshot> Read() const override { return inner_.Read(); }
  Status Write(const ControlRecord& record) override {
    ++attempts;
    if (meanwhile) meanwhile();
    if (refuses) return {ErrorCode::kUnavailable, "no broker"};
    return inner_.Write(record);
  }
  void EndWithin(Duration) override {}
  std::atomic<bool> refuses{false};
  std::atomic<int> attempts{0};
  std::function<void()> meanwhile;  // while a record is written

 private:
  memory::MemoryControl inner_;
};

class AnnouncerTest : public testing::Test {
 protected:
  void Begin() {
    announcer_ = std::make_unique<Announcer>(
        Announcer::Options{
            .interval = kAnnounceInterval, .look = Duration(1), .retry = Duration(1)},
        Self(), control_, clock_);
    announcer_->Changed(State('a'));
    announcer_->Start();
  }
  std::string ValueOfMine() const {
    const ControlRecord* const record = snapshot()->Find("ruleset/me");
    return record == nullptr ? "" : record->value;
  }
  std::shared_ptr<const pipeline::Control::Snapshot> snapshot() const {
    snapshot_ = control_.Read();
    return snapshot_;
  }

  test::ManualClock clock_{kStart};
  PickyControl control_;
  mutable std::shared_ptr<const pipeline::Control::Snapshot> snapshot_;
  std::unique_ptr<Announcer> announcer_;
};

TEST_F(AnnouncerTest, FromTheStartToTheEnd) {
  Begin();
  ASSERT_TRUE(Eventually([this] { return ValueOfMine() != ""; }));
  EXPECT_THAT(ValueOfMine(), HasSubstr(std::string(64, 'a')));
  announcer_->Changed(State('b'));
  ASSERT_TRUE(
      Eventually([this] { return ValueOfMine().find(std::string(64, 'b')) != std::string::npos; }));
  const int attempts = control_.attempts;
  clock_.Advance(kAnnounceInterval);
  ASSERT_TRUE(Eventually([&] { return control_.attempts > attempts; })) << "anew";
  EXPECT_TRUE(announcer_->Announced().ok());
  announcer_->Leave();
  announcer_.reset();
  EXPECT_THAT(snapshot()->records, IsEmpty());
}

TEST_F(AnnouncerTest, AWriteThatFailsIsTriedAgain) {
  control_.refuses = true;
  Begin();
  ASSERT_TRUE(Eventually([this] { return control_.attempts >= 3; }));
  EXPECT_EQ(announcer_->Announced().message(), "no broker");
  control_.refuses = false;
  ASSERT_TRUE(Eventually([this] { return ValueOfMine() != ""; }));
  EXPECT_TRUE(Eventually([this] { return announcer_->Announced().ok(); }));
}

TEST_F(AnnouncerTest, OneThatNeverStartedLeavesNoTrace) {
  announcer_ = std::make_unique<Announcer>(Announcer::Options{}, Self(), control_, clock_);
  announcer_->Changed(State('a'));
  EXPECT_EQ(announcer_->Agreed().same, 1u);
  announcer_.reset();
  EXPECT_EQ(control_.attempts, 0);
}

TEST_F(AnnouncerTest, OthersAreComparedWhileTheyLive) {
  Begin();
  ASSERT_TRUE(control_.Write(ToRecord(Other("same", 'a', kStart))).ok());
  ASSERT_TRUE(control_.Write(ToRecord(Other("other", 'b', kStart))).ok());
  ASSERT_TRUE(control_.Write({.key = "ruleset/x", .value = "?", .append_time = kStart}).ok());
  const Agreement agreed = announcer_->Agreed();
  EXPECT_EQ(agreed.same, 2u);
  EXPECT_EQ(agreed.different, 1u);
  EXPECT_EQ(agreed.example, "other");
  EXPECT_EQ(agreed.ignored, 1u);
  // Both are killed: their records stay, and this instance alone is live.
  clock_.Advance(kStaleAfter + Duration(1));
  ASSERT_TRUE(Eventually([this] { return announcer_->Agreed().different == 0; }));
  EXPECT_EQ(announcer_->Agreed().same, 1u);
}

TEST_F(AnnouncerTest, TheTimeThatAWriteTakesIsNotTakenOffTheOthersAges) {
  ASSERT_TRUE(control_.Write(ToRecord(Other("other", 'b', kStart))).ok());
  control_.meanwhile = [this] { clock_.Advance(kStaleAfter + Duration(1)); };
  Begin();
  ASSERT_TRUE(Eventually([this] { return ValueOfMine() != ""; }));
  for (int look = 0; look < 20; ++look) {
    EXPECT_EQ(announcer_->Agreed().different, 0u);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace
}  // namespace riposte::app
