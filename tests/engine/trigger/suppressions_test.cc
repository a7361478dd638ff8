#include "engine/trigger/suppressions.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/trigger/naive_suppressions.h"
#include "tests/engine/trigger/step_timeline.h"
#include "tests/engine/trigger/trigger_rules.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

constexpr Duration kMs{1};
constexpr SuppressOptions kOptions{.allowed_lateness = 20 * kMs, .keys_max = 4};
constexpr uint32_t kShort = 0, kNone = 1, kLong = 2;

// Silent for 10 ms, never, for 30 ms.
std::vector<rule::Rule> Rules() {
  std::vector<rule::Rule> rules = {RuleOf("short", rule::SingleMatch{}),
                                   RuleOf("none", rule::SingleMatch{}),
                                   RuleOf("long", rule::SingleMatch{})};
  rules[kShort].suppress = rule::Suppress{.by = FieldsOf({"asset"}), .span = 10 * kMs};
  rules[kLong].suppress = rule::Suppress{.by = FieldsOf({"asset"}), .span = 30 * kMs};
  return rules;
}

std::unique_ptr<Suppressions> Make(std::vector<rule::Rule> rules = Rules()) {
  rule::RuleSet set;
  set.schema = TriggerSchema();
  set.rules = std::move(rules);
  return std::make_unique<Suppressions>(
      std::make_shared<const SuppressKeys>(std::make_shared<const rule::RuleSet>(std::move(set))),
      kOptions);
}

class SuppressionsTest : public testing::Test {
 protected:
  bool IsSilent(uint32_t rule, const std::string& asset, int64_t ms,
                std::vector<std::string_view> targets = {}) {
    return suppressions_->Judge(rule, KeyWith({asset}), TimeFromMs(ms), targets, effects_).silent;
  }
  void OnTime(int64_t ms) { suppressions_->OnTime(TimeFromMs(ms), effects_); }
  // "rule:asset+silenced", in order; forgotten then.
  std::string Ended() {
    std::string text;
    for (const EndedSpan& ended : effects_.ended)
      text += (text.empty() ? "" : " ") + std::to_string(ended.rule) + ":" +
              ValuesOfKey(ended.key).at(0) + "+" + std::to_string(ended.span.silenced);
    effects_.ended.clear();
    return text;
  }
  std::vector<ChangedGroup> Changed() const {
    std::vector<ChangedGroup> changed;
    suppressions_->AppendChanged(changed);
    return changed;
  }

  std::unique_ptr<Suppressions> suppressions_ = Make();
  SuppressEffects effects_;
};

TEST_F(SuppressionsTest, EachRuleAndKeyHasSpansOfItsOwn) {
  EXPECT_FALSE(IsSilent(kShort, "a", 100));
  EXPECT_FALSE(IsSilent(kShort, "b", 100));
  EXPECT_FALSE(IsSilent(kLong, "a", 100));
  EXPECT_TRUE(IsSilent(kShort, "a", 110));
  EXPECT_FALSE(IsSilent(kShort, "a", 111));
  EXPECT_TRUE(IsSilent(kLong, "a", 130));
  EXPECT_EQ(Ended(), "0:a+1");
  EXPECT_EQ(suppressions_->keys(), 3u);
}

TEST_F(SuppressionsTest, AFirstCommandForAnotherTargetIsNeverSilent) {
  EXPECT_FALSE(IsSilent(kShort, "a", 100, {"x"}));
  EXPECT_TRUE(IsSilent(kShort, "a", 101, {"x"}));
  EXPECT_FALSE(IsSilent(kShort, "a", 102, {"x", "y"}));
  EXPECT_TRUE(IsSilent(kShort, "a", 103, {"y"}));
}

TEST_F(SuppressionsTest, TimeEndsSpansByRuleDeadlineAndKey) {
  for (const char* asset : {"b", "a"})
    for (int i = 0; i < 2; ++i) IsSilent(kShort, asset, 105);
  for (int i = 0; i < 3; ++i) IsSilent(kLong, "c", 50);
  IsSilent(kShort, "d", 100);
  EXPECT_EQ(suppressions_->NextDeadline(), TimeFromMs(80));
  OnTime(115);
  EXPECT_EQ(Ended(), "2:c+2") << "of d nothing was silenced";
  OnTime(116);
  EXPECT_EQ(Ended(), "0:a+1 0:b+1");
  EXPECT_EQ(suppressions_->keys(), 0u);
  EXPECT_EQ(suppressions_->NextDeadline(), std::nullopt);
}

TEST_F(SuppressionsTest, WhatIsToldMuchLaterIsSilencedToo) {
  OnTime(1000);
  EXPECT_FALSE(IsSilent(kShort, "a", 100));
  EXPECT_EQ(suppressions_->NextDeadline(), TimeFromMs(1020));
  OnTime(1020);
  EXPECT_TRUE(IsSilent(kShort, "a", 105));
  EXPECT_EQ(suppressions_->NextDeadline(), TimeFromMs(1040));
  OnTime(1041);
  EXPECT_EQ(Ended(), "0:a+1");
}

TEST_F(SuppressionsTest, AtItsBoundARuleForgetsItsOwnLeastRecentKey) {
  IsSilent(kLong, "other", 100);
  for (const char* asset : {"a", "b", "c", "d", "a"}) IsSilent(kShort, asset, 100);
  EXPECT_TRUE(effects_.evicted.empty());
  for (const char* asset : {"e", "f", "g"}) EXPECT_FALSE(IsSilent(kShort, asset, 100));
  EXPECT_EQ(Ended(), "");
  EXPECT_FALSE(IsSilent(kShort, "h", 100));
  ASSERT_EQ(effects_.evicted.size(), 4u);
  EXPECT_EQ(effects_.evicted[0], (EvictedGroup{.rule = kShort, .key = KeyWith({"b"})}));
  EXPECT_EQ(effects_.evicted[3], (EvictedGroup{.rule = kShort, .key = KeyWith({"a"})}));
  EXPECT_EQ(Ended(), "0:a+1");
  EXPECT_TRUE(IsSilent(kLong, "other", 100));
}

TEST_F(SuppressionsTest, ABatchIsTakenBack) {
  IsSilent(kShort, "a", 100);
  suppressions_->BeginBatch();
  EXPECT_TRUE(IsSilent(kShort, "a", 101));
  OnTime(111);
  EXPECT_EQ(suppressions_->keys(), 0u);
  EXPECT_EQ(
      Changed(),
      (std::vector<ChangedGroup>{{.rule = kShort, .key = KeyWith({"a"}), .state = std::nullopt}}));
  suppressions_->UndoNewest();
  effects_.Clear();
  EXPECT_EQ(suppressions_->NextDeadline(), TimeFromMs(110));
  EXPECT_TRUE(IsSilent(kShort, "a", 101));
  OnTime(111);
  EXPECT_EQ(Ended(), "0:a+1");
}

TEST_F(SuppressionsTest, AStateIsRestoredUnderItsRuleOnly) {
  suppressions_->BeginBatch();
  for (int i = 0; i < 2; ++i) IsSilent(kShort, "a", 100, {"x"});
  const ChangedGroup group = Changed().at(0);
  suppressions_ = Make();
  EXPECT_FALSE(suppressions_->Restore(kNone, group.key, *group.state));
  EXPECT_FALSE(suppressions_->Restore(7, group.key, *group.state));
  EXPECT_FALSE(suppressions_->Restore(kShort, KeyWith({"a", "b"}), *group.state));
  EXPECT_FALSE(suppressions_->Restore(kShort, group.key, *group.state + "x"));
  EXPECT_FALSE(suppressions_->Restore(kShort, group.key, std::string("\x01\x00", 2)));
  EXPECT_EQ(suppressions_->keys(), 0u);
  EXPECT_TRUE(suppressions_->Restore(kShort, group.key, *group.state));
  EXPECT_TRUE(IsSilent(kShort, "a", 101, {"x"}));
  OnTime(111);
  EXPECT_EQ(Ended(), "0:a+2");
}

TEST_F(SuppressionsTest, ThereIsNoMoreRoomThanTheBound) {
  suppressions_->BeginBatch();
  IsSilent(kShort, "a", 100);
  const std::string state = *Changed().at(0).state;
  suppressions_ = Make();
  for (const char* asset : {"a", "b", "c", "d"})
    EXPECT_TRUE(suppressions_->Restore(kShort, KeyWith({asset}), state));
  EXPECT_FALSE(suppressions_->Restore(kShort, KeyWith({"e"}), state));
  EXPECT_TRUE(suppressions_->Restore(kShort, KeyWith({"a"}), state)) << "there already";
}

TEST_F(SuppressionsTest, AReloadKeepsWhatIsSilencedTheSameWay) {
  IsSilent(kShort, "a", 100);
  IsSilent(kLong, "a", 100);
  suppressions_->BeginBatch();
  OnTime(105);
  IsSilent(kLong, "b", 100);
  std::vector<rule::Rule> rules = {Rules()[kLong], Rules()[kShort]};
  rules[0].trigger = rule::Count{.group_by = FieldsOf({"asset"})};
  rules[1].suppress->span = 11 * kMs;
  const std::unique_ptr<Suppressions> old = std::exchange(suppressions_, Make(rules));
  suppressions_->TakeOver(*old);
  EXPECT_EQ(suppressions_->keys(), 2u);
  EXPECT_EQ(suppressions_->NextDeadline(), TimeFromMs(130));
  EXPECT_EQ(suppressions_->open_batches(), 1u);
  suppressions_->UndoNewest();
  EXPECT_EQ(suppressions_->keys(), 1u);
  EXPECT_TRUE(IsSilent(0, "a", 130));
  EXPECT_FALSE(IsSilent(1, "a", 101)) << "another span begins anew";
}

// Beside the reference, with batches that are undone, states that are restored, and reloads.
class SuppressionsRandomTest : public SuppressionsTest {
 protected:
  void RunTimeline(Randomness& random) {
    suppressions_ = Make();
    NaiveSuppressions naive({10 * kMs, Duration(0), 30 * kMs}, kOptions);
    int64_t now = 1000;
    for (int call = 0; call < 120 && !HasFailure(); ++call) {
      now += random.From(0, 3);
      SuppressEffects expected;
      effects_.Clear();
      switch (random.From(0, 9)) {
        case 0:
          now += random.OneIn(5) ? 60 : 0;
          OnTime(now - random.From(0, 15));
          naive.OnTime(TimeFromMs(last_watermark_), expected);
          break;
        case 1:
          if (suppressions_->open_batches() == 2) Commit(naive);
          suppressions_->BeginBatch();
          naive.BeginBatch();
          break;
        case 2:
          if (suppressions_->open_batches() == 0) break;
          ++undone_;
          suppressions_->UndoNewest();
          naive.UndoNewest();
          break;
        case 3:
          if (random.OneIn(4)) Reload();
          break;
        default:
          Alert(random, now, naive, expected);
      }
      ASSERT_EQ(effects_.ended, expected.ended);
      ASSERT_EQ(effects_.evicted, expected.evicted);
      ASSERT_EQ(suppressions_->NextDeadline(), naive.NextDeadline());
      ended_ += expected.ended.size();
      evicted_ += expected.evicted.size();
      if (suppressions_->open_batches() > 0) {
        ASSERT_EQ(Told(Changed()), naive.Changed());
      }
    }
  }

  void OnTime(int64_t ms) {
    last_watermark_ = ms;
    SuppressionsTest::OnTime(ms);
  }

  void Alert(Randomness& random, int64_t now, NaiveSuppressions& naive, SuppressEffects& expected) {
    const int64_t at = now - (random.OneIn(4) ? random.From(0, 60) : 0);
    const uint32_t rule = random.OneIn(2) ? kShort : kLong;
    const std::string key = KeyWith({std::string(1, static_cast<char>('a' + random.From(0, 5)))});
    std::vector<std::string_view> targets;
    for (const std::string_view target : {"x", "y", "z"})
      if (random.OneIn(8)) targets.push_back(target);
    const Suppressions::Verdict verdict =
        suppressions_->Judge(rule, key, TimeFromMs(at), targets, effects_);
    ASSERT_EQ(verdict, naive.Judge(rule, key, TimeFromMs(at), targets, expected));
    silent_ += verdict.silent ? 1 : 0;
    loud_ += verdict.silent ? 0 : 1;
  }

  void Commit(NaiveSuppressions& naive) {
    suppressions_->CommitOldest();
    naive.CommitOldest();
  }

  void Reload() {
    const std::unique_ptr<Suppressions> old = std::exchange(suppressions_, Make());
    suppressions_->TakeOver(*old);
  }

  // What the written states hold.
  static NaiveSuppressions::Told Told(const std::vector<ChangedGroup>& changed) {
    NaiveSuppressions::Told told;
    for (const ChangedGroup& group : changed) {
      auto& span = told[{group.rule, group.key}];
      if (!group.state) continue;
      SuppressState state;
      ByteReader in(*group.state);
      EXPECT_TRUE(Suppressor(Duration(1)).Read(in, state));
      span = {state.first.value_or(Time{}), state.silenced, state.targets.size()};
    }
    return told;
  }

  int64_t last_watermark_ = 0;
  uint64_t silent_ = 0, loud_ = 0, ended_ = 0, evicted_ = 0, undone_ = 0;
};

TEST_F(SuppressionsRandomTest, AgreesWithTheReference) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 500);
  Randomness random(test::NumberFromEnvironment("RIPOSTE_SEED", 1));
  for (uint64_t i = 0; i < timelines && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    RunTimeline(random);
  }
  std::cout << timelines << " timelines, " << silent_ << " silent, " << loud_ << " not, " << ended_
            << " ended, " << evicted_ << " evicted, " << undone_ << " batches undone\n";
  EXPECT_GT(silent_, timelines);
  EXPECT_GT(loud_, timelines);
  EXPECT_GT(ended_, timelines);
  EXPECT_GT(evicted_, timelines / 2);
  EXPECT_GT(undone_, timelines);
}

}  // namespace
}  // namespace riposte::trigger
