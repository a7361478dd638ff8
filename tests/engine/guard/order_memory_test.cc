#include "engine/guard/order_memory.h"

#include <map>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/remediate/ids.h"
#include "tests/support/environment.h"

namespace riposte::guard {
namespace {

using remediate::Action;
using schema::EventType;

constexpr Time kStart = TimeFromMs(1'000'000'000);
constexpr Duration kMs{1};
constexpr MemoryOptions kOptions{.skew = 5 * kMs, .orders_max = 1000};

Uuid Id(uint64_t number) {
  Uuid id;
  for (size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

remediate::Command CommandOf(uint64_t id, std::string asset, Action action = Action::kDeleteFile,
                             std::string path = "/evil") {
  remediate::Command command;
  command.id = Id(id);
  command.action = action;
  command.asset.id = std::move(asset);
  if (action != Action::kIsolateAsset && action != Action::kReleaseAsset)
    command.file = remediate::FileTarget{.path = std::move(path), .sha256 = "ab"};
  command.event_time = kStart;
  command.not_after = kStart + 20 * kMs;
  return command;
}

Known Find(const OrderMemory& memory, const remediate::Command& command, Time now = kStart) {
  return memory.Find(command, EventType::kProcess, now).known;
}

TEST(OrderMemoryTest, EachAssetHasItsOwn) {
  OrderMemory memory(kOptions);
  EXPECT_EQ(memory.Remember(CommandOf(1, "A1"), kStart), Remembered::kYes);
  EXPECT_EQ(Find(memory, CommandOf(2, "A1")), Known::kInFlight);
  EXPECT_EQ(Find(memory, CommandOf(2, "A2")), Known::kNothing);
  EXPECT_FALSE(memory.Take("A2", {.command_id = Id(1), .outcome = Reported::kFailed}, kStart));
  EXPECT_TRUE(memory.Take("A1", {.command_id = Id(1), .outcome = Reported::kFailed}, kStart));
  EXPECT_EQ(Find(memory, CommandOf(2, "A1")), Known::kNothing);
}

TEST(OrderMemoryTest, AnAbsurdlyLongAssetIsAnAsset) {
  OrderMemory memory(kOptions);
  const std::string id(100'000, 'a');
  memory.BeginBatch();
  memory.Remember(CommandOf(1, id), kStart);
  EXPECT_EQ(Find(memory, CommandOf(1, id)), Known::kSameCommand);
  EXPECT_EQ(Find(memory, CommandOf(1, id + "b")), Known::kNothing);
  std::vector<ChangedAsset> changed;
  memory.AppendChanged(changed);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_LE(changed.front().key.size(), 256u);
}

TEST(OrderMemoryTest, WhatCountsNoMoreIsForgotten) {
  OrderMemory memory(kOptions);
  EXPECT_EQ(memory.NextToForget(), std::nullopt);
  memory.Remember(CommandOf(1, "A1"), kStart);
  EXPECT_EQ(memory.NextToForget(), kStart + 25 * kMs);
  memory.Forget(kStart + 25 * kMs);
  EXPECT_EQ(memory.orders(), 1u);
  memory.Forget(kStart + 26 * kMs);
  EXPECT_EQ(memory.orders(), 0u);
  EXPECT_EQ(memory.assets(), 0u);
  EXPECT_EQ(memory.NextToForget(), std::nullopt);
}

TEST(OrderMemoryTest, AtTheBoundAnAssetTakesNothingFromAnother) {
  OrderMemory memory({.skew = 5 * kMs, .orders_max = 3});
  EXPECT_EQ(memory.Remember(CommandOf(1, "A1"), kStart), Remembered::kYes);
  EXPECT_EQ(memory.Remember(CommandOf(2, "A2", Action::kDeleteFile, "/a"), kStart),
            Remembered::kYes);
  EXPECT_EQ(memory.Remember(CommandOf(3, "A2", Action::kDeleteFile, "/b"), kStart),
            Remembered::kYes);
  EXPECT_EQ(memory.Remember(CommandOf(4, "A2", Action::kDeleteFile, "/c"), kStart),
            Remembered::kForAnOlder);
  EXPECT_EQ(memory.Remember(CommandOf(5, "A3"), kStart), Remembered::kNo);
  EXPECT_EQ(Find(memory, CommandOf(1, "A1")), Known::kSameCommand);
  EXPECT_EQ(Find(memory, CommandOf(2, "A2")), Known::kNothing);
  EXPECT_EQ(Find(memory, CommandOf(5, "A3")), Known::kNothing);
  remediate::Command later = CommandOf(5, "A3");
  later.not_after += 20 * kMs;
  EXPECT_EQ(memory.Remember(later, kStart + 26 * kMs), Remembered::kYes) << "the rest is over";
  EXPECT_EQ(memory.orders(), 1u);
}

TEST(OrderMemoryTest, WhatIsNoStateIsNotRestored) {
  OrderMemory memory({.skew = 5 * kMs, .orders_max = 1});
  memory.BeginBatch();
  memory.Remember(CommandOf(1, "A1"), kStart);
  std::vector<ChangedAsset> changed;
  memory.AppendChanged(changed);
  memory.CommitOldest();
  const std::string state = changed.at(0).state.value();
  OrderMemory other({.skew = 5 * kMs, .orders_max = 1});
  EXPECT_FALSE(other.Restore("A1", state.substr(1)));
  EXPECT_FALSE(other.Restore("A1", state + "x"));
  EXPECT_FALSE(other.Restore("A1", std::string("\x01\0", 2))) << "none is not stored";
  EXPECT_EQ(other.assets(), 0u);
  EXPECT_TRUE(other.Restore("A1", state));
  EXPECT_TRUE(other.Restore("A1", state));
  EXPECT_EQ(other.orders(), 1u);
  EXPECT_FALSE(other.Restore("A2", state)) << "no room";
  EXPECT_EQ(other.assets(), 1u);
}

TEST(OrderMemoryTest, TheMemoryGrowsWithTheOrders) {
  OrderMemory memory(kOptions);
  const size_t before = memory.MemoryBytes();
  for (uint64_t i = 0; i < 100; ++i) memory.Remember(CommandOf(i, "A" + std::to_string(i)), kStart);
  EXPECT_GE(memory.MemoryBytes() - before, 100 * sizeof(Order));
}

TEST(RememberedTest, HasNamesAndSaysWhyNot) {
  EXPECT_EQ(RememberedName(Remembered::kYes), "remembered");
  EXPECT_EQ(RememberedName(Remembered::kForAnOlder), "older_forgotten");
  EXPECT_EQ(RememberedName(Remembered::kNo), "not_remembered");
  EXPECT_TRUE(RememberedSentence(Remembered::kYes).empty());
  EXPECT_FALSE(RememberedSentence(Remembered::kForAnOlder).empty());
  EXPECT_FALSE(RememberedSentence(Remembered::kNo).empty());
}

// A plain list of all that happened, judged by the words of the design.
class Reference {
 public:
  struct Happened {
    Time now;
    bool ordered;
    remediate::Command command;  // ordered; of a report its asset
    Report report;
  };
  std::vector<Happened> all;

  Known Judge(const remediate::Command& command, EventType type, Time now) const {
    bool same = false, in_flight = false, in_force = false;
    for (size_t i = 0; i < all.size(); ++i) {
      const remediate::Command& other = all[i].command;
      if (!all[i].ordered || other.asset.id != command.asset.id) continue;
      const bool is_over = now > other.not_after + kOptions.skew;
      same |= other.id == command.id && !is_over;
      if (other.action != command.action ||
          remediate::TargetIdentity(other) != remediate::TargetIdentity(command))
        continue;
      const Known standing = StandingOf(i, all.size()).first;
      in_flight |= standing == Known::kInFlight && !is_over;
      if (standing != Known::kInForce) continue;
      const bool lasts = !is_over || other.action == Action::kIsolateAsset;
      const bool is_new_file = type == EventType::kFile && command.file &&
                               command.event_time > StandingOf(i, all.size()).second;
      in_force |= lasts && !is_new_file;
    }
    if (same) return Known::kSameCommand;
    if (in_flight) return Known::kInFlight;
    return in_force ? Known::kInForce : Known::kNothing;
  }

 private:
  // In flight, in force since when, or nothing, of the order at `at`, after the first `end`.
  std::pair<Known, Time> StandingOf(size_t at, size_t end) const {
    const remediate::Command& order = all[at].command;
    std::pair<Known, Time> standing{Known::kInFlight, {}};
    for (size_t i = at + 1; i < end; ++i) {
      if (all[i].ordered || all[i].command.asset.id != order.asset.id) continue;
      const Report& report = all[i].report;
      const bool lasts = order.action == Action::kIsolateAsset && standing.first == Known::kInForce;
      if (all[i].now > order.not_after + kOptions.skew && !lasts) break;  // nobody knows it
      if (report.outcome == Reported::kReleased) {
        if (order.action == Action::kIsolateAsset) standing = {Known::kNothing, {}};
      } else if (report.command_id == order.id) {
        standing = After(standing, report);
      } else if (IsSuccess(report) && EndsIt(at, i)) {
        standing = {Known::kNothing, {}};
      }
    }
    return standing;
  }

  static bool IsSuccess(const Report& report) {
    return report.outcome == Reported::kSucceeded || report.outcome == Reported::kAlreadyDone;
  }

  static std::pair<Known, Time> After(std::pair<Known, Time> standing, const Report& report) {
    const bool waits = standing.first == Known::kInFlight;
    if (IsSuccess(report)) return waits ? std::pair(Known::kInForce, report.time) : standing;
    if (report.outcome == Reported::kUnknown) return standing;
    if (report.outcome == Reported::kUndone || waits) return {Known::kNothing, {}};
    return standing;
  }

  // Whether the success that is reported at `report` is one of the reverse, ordered later.
  bool EndsIt(size_t at, size_t report) const {
    for (size_t i = at + 1; i < report; ++i) {
      const remediate::Command& other = all[i].command;
      if (!all[i].ordered || other.id != all[report].report.command_id) continue;
      if (other.asset.id != all[at].command.asset.id) continue;
      if (all[report].now > other.not_after + kOptions.skew) continue;
      if (StandingOf(i, report).first != Known::kInFlight) continue;
      if (Reverses(all[at].command.action, other.action) &&
          remediate::TargetIdentity(other) == remediate::TargetIdentity(all[at].command))
        return true;
    }
    return false;
  }

  static bool Reverses(Action a, Action b) {
    const std::pair<Action, Action> pair = std::minmax(a, b);
    return pair == std::pair(Action::kIsolateAsset, Action::kReleaseAsset) ||
           pair == std::pair(Action::kQuarantineFile, Action::kUnquarantineFile);
  }
};

// Batches of orders and reports: some committed, some undone, with the next one open or not; now
// and then all starts anew from what the changelog has.
class OrderMemoryRandomTest : public testing::Test {
 protected:
  explicit OrderMemoryRandomTest()
      : random_(test::NumberFromEnvironment("RIPOSTE_SEED", 1)),
        memory_(std::make_unique<OrderMemory>(kOptions)) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  // Its id is of all that makes it: asset, action, target and trigger.
  remediate::Command RandomCommand() {
    const uint64_t id = Below(2 * 6 * 2 * 4);
    remediate::Command command =
        CommandOf(id, id % 2 == 0 ? "A1" : "A2", static_cast<Action>(id / 2 % 6),
                  id / 12 % 2 == 0 ? "/a" : "/b");
    command.event_time = now_ + (static_cast<int64_t>(Below(20)) - 12) * kMs;
    command.not_after = now_ + static_cast<int64_t>(Below(20)) * kMs;
    return command;
  }

  void JudgeAndOrder() {
    const remediate::Command command = RandomCommand();
    const EventType type = Below(2) == 0 ? EventType::kFile : EventType::kProcess;
    const Known known = memory_->Find(command, type, now_).known;
    ASSERT_EQ(known, reference_.Judge(command, type, now_)) << "after " << reference_.all.size();
    ++seen_[static_cast<size_t>(known)];
    if (known != Known::kNothing || Below(4) == 0) return;
    ASSERT_EQ(memory_->Remember(command, now_), Remembered::kYes);
    reference_.all.push_back({.now = now_, .ordered = true, .command = command, .report = {}});
  }

  void Report() {
    if (reference_.all.empty()) return;
    const size_t recent = std::min<uint64_t>(reference_.all.size(), 12);
    const Reference::Happened about = reference_.all[reference_.all.size() - 1 - Below(recent)];
    const guard::Report report{.command_id = about.command.id,
                               .outcome = static_cast<Reported>(Below(9)),
                               .time = now_ - static_cast<int64_t>(Below(4)) * kMs};
    memory_->Take(about.command.asset.id, report, now_);
    reference_.all.push_back(
        {.now = now_, .ordered = false, .command = about.command, .report = report});
  }

  void Begin() {
    memory_->BeginBatch();
    begun_.push_back(reference_.all.size());
  }
  void Seal() {
    std::vector<ChangedAsset>& changed = sealed_.emplace_back();
    memory_->AppendChanged(changed);
  }
  void CommitOldest() {
    memory_->CommitOldest();
    begun_.erase(begun_.begin());
    for (const ChangedAsset& asset : sealed_.front())
      if (asset.state)
        changelog_[asset.key] = *asset.state;
      else
        changelog_.erase(asset.key);
    sealed_.erase(sealed_.begin());
  }
  void UndoAll() {
    while (!begun_.empty()) {
      memory_->UndoNewest();
      reference_.all.resize(begun_.back());
      begun_.pop_back();
    }
    sealed_.clear();
  }
  void Restart() {
    memory_ = std::make_unique<OrderMemory>(kOptions);
    for (const auto& [key, state] : changelog_) ASSERT_TRUE(memory_->Restore(key, state));
  }

  void RunBatch() {
    Begin();
    for (uint64_t left = Below(12); left > 0 && !HasFatalFailure(); --left) {
      now_ += static_cast<int64_t>(Below(3)) * kMs;
      if (Below(3) == 0)
        Report();
      else
        JudgeAndOrder();
      if (Below(10) == 0) memory_->Forget(now_);
    }
  }

  std::mt19937_64 random_;
  Time now_ = kStart;
  std::unique_ptr<OrderMemory> memory_;
  Reference reference_;
  std::vector<size_t> begun_;                      // what had happened, for each open batch
  std::vector<std::vector<ChangedAsset>> sealed_;  // for each open batch but the newest
  std::map<std::string, std::string> changelog_;   // as of what is committed
  std::array<size_t, 4> seen_{};
};

TEST_F(OrderMemoryRandomTest, IsWhatAListOfAllThatHappenedIs) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 200);
  for (uint64_t i = 0; i < timelines && !HasFatalFailure(); ++i) {
    reference_.all.clear();
    changelog_.clear();
    Restart();
    for (int batch = 0; batch < 40 && !HasFatalFailure(); ++batch) {
      RunBatch();
      Seal();
      if (begun_.size() == 2) CommitOldest();
      if (Below(5) == 0) UndoAll();
      if (Below(10) != 0) continue;
      while (!begun_.empty()) CommitOldest();
      Restart();
    }
    UndoAll();
  }
  for (const size_t seen : seen_) EXPECT_GT(seen, timelines) << "each answer was given";
}

}  // namespace
}  // namespace riposte::guard
