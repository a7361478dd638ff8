#include "engine/trigger/correlator.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/trigger/step_timeline.h"
#include "tests/engine/trigger/trigger_rules.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

constexpr Duration kMs{1};
constexpr WindowOptions kOptions{.allowed_lateness = 20 * kMs, .groups_max = 6};

rule::Count CountOf(double threshold, const std::vector<std::string>& group_by,
                    std::vector<rule::Step> of = {}) {
  return {.threshold = threshold,
          .within = 10 * kMs,
          .cooldown = 5 * kMs,
          .group_by = FieldsOf(group_by),
          .of = std::move(of)};
}

rule::Step Absent(const std::vector<std::string>& by) {
  rule::Step step = StepBy(by);
  step.absent = true;
  return step;
}

// Two matches of a user on an asset; that and then a match of the asset; two of those of an asset,
// or one and a single match anywhere; a match without another.
std::vector<rule::Rule> Rules() {
  return {
      RuleOf("pair", CountOf(2, {"asset", "user"})),
      RuleOf("then",
             rule::Sequence{.within = 30 * kMs,
                            .steps = {StepOfFirings("pair", {"asset"}, {0}), StepBy({"asset"})}}),
      RuleOf("both", CountOf(2, {}, {StepOfFirings("then", {"asset"}, {0})})),
      RuleOf("single", rule::SingleMatch{}),
      RuleOf("any", CountOf(2, {},
                            {StepOfFirings("single", {}, {}), StepOfFirings("pair", {}, {}),
                             StepOfFirings("alone", {}, {})})),
      RuleOf("alone",
             rule::Sequence{.within = 10 * kMs, .steps = {StepBy({"asset"}), Absent({"asset"})}}),
  };
}
enum RuleIndex : uint32_t { kPair, kThen, kBoth, kSingle, kAny, kAlone };

std::unique_ptr<Correlator> Make(std::shared_ptr<const MatchValues> values) {
  return Correlator::Make(std::move(values), kOptions).value();
}

class CorrelatorTest : public testing::Test {
 protected:
  Contribution To(uint32_t rule, int64_t ms, const std::vector<std::string>& group,
                  StepSet parts = 1) {
    return Numbered(rule, ms, group, parts, ++calls_);
  }
  Contribution Numbered(uint32_t rule, int64_t ms, const std::vector<std::string>& group,
                        StepSet parts, uint64_t number) const {
    Contribution contribution;
    contribution.rule = rule;
    contribution.key = KeyWith(group);
    contribution.route = values_->RouteOf(rule, contribution.key);
    contribution.parts = parts;
    contribution.place = {.time = TimeFromMs(ms), .order = OrderOf(number)};
    contribution.event = "e" + std::to_string(number);
    return contribution;
  }
  void Take(const Contribution& contribution) {
    ASSERT_TRUE(correlator_->Take(contribution, effects_));
  }
  void OnTime(int64_t ms) {
    ++calls_;
    while (correlator_->GoOn(TimeFromMs(ms), calls_, effects_)) {
    }
  }
  // "rule@time", in order; what fired is forgotten then.
  std::string Fired() {
    std::string text;
    for (const Firing& firing : effects_.firings)
      text += (text.empty() ? "" : " ") + std::to_string(firing.rule) + "@" +
              std::to_string(ToMs(firing.completion.time));
    effects_.firings.clear();
    return text;
  }

  std::shared_ptr<const MatchValues> values_ = ValuesOf(Rules());
  std::unique_ptr<Correlator> correlator_ = Make(values_);
  Effects effects_;
  uint64_t calls_ = 0;
};

TEST_F(CorrelatorTest, AFiringTellsItsGroupAndGoesToOtherRules) {
  Take(To(kPair, 100, {"pc", "ann"}));
  EXPECT_EQ(Fired(), "");
  Take(To(kPair, 103, {"pc", "ann"}));
  ASSERT_EQ(effects_.firings.size(), 1u);
  EXPECT_EQ(effects_.firings[0].key, KeyWith({"pc", "ann"}));
  EXPECT_EQ(effects_.firings[0].completion.matches, 2);
  EXPECT_EQ(effects_.firings[0].order, OrderOf(2) + 1);
  ASSERT_EQ(effects_.chained.size(), 2u);
  EXPECT_EQ(effects_.chained[0].rule, kThen);
  EXPECT_EQ(effects_.chained[0].route, "pc");
  EXPECT_EQ(effects_.chained[0].place, (Place{.time = TimeFromMs(103), .order = OrderOf(2) + 1}));
  EXPECT_EQ(effects_.chained[0].event, "e2");
  EXPECT_EQ(effects_.chained[1].rule, kAny);
  EXPECT_EQ(effects_.fates.of(kPair)[static_cast<size_t>(Fate::kFired)], 1u);
  EXPECT_EQ(correlator_->groups(), 1u) << "what is for other rules was not taken";
}

TEST_F(CorrelatorTest, ChainsRunToTheirEnd) {
  for (const char* pc : {"pc1", "pc1", "pc2", "pc2"}) Take(To(kPair, 100, {pc, "ann"}));
  correlator_->RunChains(effects_);
  EXPECT_TRUE(effects_.chained.empty());
  EXPECT_EQ(Fired(), "0@100 0@100 4@100");
  Take(To(kThen, 101, {"pc1"}, 2));
  Take(To(kThen, 102, {"pc1"}, 2));
  correlator_->RunChains(effects_);
  EXPECT_EQ(Fired(), "1@101");
  Take(To(kThen, 103, {"pc2"}, 2));
  correlator_->RunChains(effects_);
  EXPECT_EQ(Fired(), "1@103") << "another asset's group";
}

TEST_F(CorrelatorTest, ASingleMatchIsFiredByTheCaller) {
  for (int i = 0; i < 2; ++i) {
    Take(To(kSingle, 100, {}));
    EXPECT_EQ(Fired(), "");
    correlator_->RunChains(effects_);
  }
  EXPECT_EQ(Fired(), "4@100");
  EXPECT_EQ(effects_.fates.of(kSingle)[static_cast<size_t>(Fate::kFired)], 2u);
}

TEST_F(CorrelatorTest, WhatIsDueFiresByRuleDeadlineAndKey) {
  Take(To(kPair, 110, {"pc", "ann"}));
  Take(To(kPair, 110, {"pc", "ann"}));
  Take(To(kPair, 111, {"pc", "ann"}));
  Take(To(kAlone, 100, {"z"}));
  Take(To(kAlone, 100, {"b"}));
  Take(To(kAlone, 99, {"q"}));
  effects_.Clear();
  EXPECT_EQ(correlator_->NextDeadline(), TimeFromMs(109));
  OnTime(109);
  EXPECT_EQ(Fired(), "");
  OnTime(116);
  ASSERT_EQ(effects_.closed.size(), 2u);
  EXPECT_EQ(effects_.closed[0].key, KeyWith({"pc", "ann"}));
  EXPECT_EQ(effects_.closed[0].summary.joined.count, 1);
  EXPECT_EQ(effects_.closed[1].rule, kAny) << "of the same moment, and fired within this call";
  ASSERT_EQ(effects_.firings.size(), 4u);
  EXPECT_EQ(effects_.firings[0].key, KeyWith({"q"}));
  EXPECT_EQ(effects_.firings[1].key, KeyWith({"b"}));
  EXPECT_EQ(effects_.firings[3].key, KeyWith({"z"}));
  EXPECT_EQ(effects_.firings[3].order, OrderOf(calls_ - 3) + 1) << "two are done behind it";
  EXPECT_EQ(Fired(), "5@109 5@110 4@110 5@110")
      << "each with its chains; firings at one time are several occurrences";
}

TEST_F(CorrelatorTest, WhatOthersOwnIsLeftToTheCaller) {
  correlator_ = Correlator::Make(values_, kOptions, [](const Contribution& to) {
                  return to.rule != kThen && to.rule != kBoth;
                }).value();
  for (const char* pc : {"pc1", "pc1", "pc2", "pc2"}) Take(To(kPair, 100, {pc, "ann"}));
  correlator_->RunChains(effects_);
  EXPECT_EQ(Fired(), "0@100 0@100 4@100");
  ASSERT_EQ(effects_.chained.size(), 2u);
  EXPECT_EQ(effects_.chained[0].rule, kThen);
  EXPECT_EQ(effects_.chained[0].route, "pc1");
  EXPECT_EQ(effects_.chained[1].route, "pc2");
  const std::vector<Contribution> left = effects_.chained;
  correlator_->RunChains(effects_);
  EXPECT_EQ(effects_.chained, left);
}

TEST_F(CorrelatorTest, TimeGoesOnMomentByMoment) {
  Take(To(kAlone, 100, {"a"}));
  Take(To(kAlone, 102, {"b"}));
  uint64_t next_index = 9;
  ASSERT_TRUE(correlator_->GoOn(TimeFromMs(120), next_index, effects_));
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(111));
  EXPECT_EQ(Fired(), "5@110");
  ASSERT_TRUE(correlator_->GoOn(TimeFromMs(120), next_index, effects_));
  EXPECT_EQ(next_index, 11u);
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(113));
  EXPECT_EQ(Fired(), "5@112 4@112") << "with the chains of both";
}

TEST_F(CorrelatorTest, OfAMomentOneGroupIsDoneAtATime) {
  for (const char* pc : {"c", "a", "b"}) Take(To(kAlone, 100, {pc}));
  uint64_t next_index = 9;
  for (const char* pc : {"a", "b", "c"}) {
    EXPECT_EQ(correlator_->NextDeadline(), TimeFromMs(110)) << "the moment is not done";
    effects_.Clear();
    ASSERT_TRUE(correlator_->GoOn(TimeFromMs(120), next_index, effects_));
    EXPECT_EQ(effects_.firings.at(0).key, KeyWith({pc}));
    EXPECT_EQ(correlator_->watermark(), TimeFromMs(111)) << "not beyond the moment";
  }
  EXPECT_EQ(next_index, 12u);
}

TEST_F(CorrelatorTest, WithNothingDueTimeIsThere) {
  Take(To(kAlone, 100, {"a"}));
  uint64_t next_index = 9;
  EXPECT_FALSE(correlator_->GoOn(TimeFromMs(110), next_index, effects_)) << "due behind it only";
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(110));
  EXPECT_FALSE(correlator_->GoOn(TimeFromMs(90), next_index, effects_));
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(110));
  EXPECT_EQ(next_index, 9u);
  EXPECT_EQ(Fired(), "");
}

TEST_F(CorrelatorTest, TheWatermarkNeverGoesBack) {
  OnTime(100);
  OnTime(90);
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(100));
}

TEST_F(CorrelatorTest, WhatIsNotOfThisRuleSetIsNotTaken) {
  Contribution other = To(kPair, 100, {"pc", "ann"});
  other.rule = 77;
  EXPECT_FALSE(correlator_->Take(other, effects_));
  other.rule = kThen;
  EXPECT_FALSE(correlator_->Take(other, effects_));
  EXPECT_EQ(correlator_->groups(), 0u);
  EXPECT_TRUE(effects_.fates.rules().empty());
}

TEST_F(CorrelatorTest, AGroupThatWentAtTheBoundIsTold) {
  for (char c = 'a'; c <= 'g'; ++c) Take(To(kPair, 100, {"pc", std::string(1, c)}));
  ASSERT_EQ(effects_.evicted.size(), 1u);
  EXPECT_EQ(effects_.evicted[0], (EvictedGroup{.rule = kPair, .key = KeyWith({"pc", "a"})}));
}

TEST_F(CorrelatorTest, AStateIsRestoredUnderItsRuleOnly) {
  correlator_->BeginBatch();
  Take(To(kPair, 100, {"pc", "ann"}));
  std::vector<ChangedGroup> changed;
  correlator_->AppendChanged(changed);
  ASSERT_EQ(changed.size(), 1u);
  const std::string& state = *changed[0].state;

  correlator_ = Make(values_);
  correlator_->StartAt(TimeFromMs(90));
  EXPECT_FALSE(correlator_->Restore(kThen, changed[0].key, state));
  EXPECT_FALSE(correlator_->Restore(kSingle, changed[0].key, state));
  EXPECT_FALSE(correlator_->Restore(99, changed[0].key, state));
  EXPECT_FALSE(correlator_->Restore(kPair, KeyWith({"pc"}), state));
  EXPECT_TRUE(correlator_->Restore(kPair, changed[0].key, state));
  EXPECT_EQ(correlator_->NextDeadline(), TimeFromMs(130)) << "it is forgotten behind that";
  Take(To(kPair, 101, {"pc", "ann"}));
  EXPECT_EQ(Fired(), "0@101");
}

TEST_F(CorrelatorTest, AReloadKeepsWhatHasTheSameDefinition) {
  Take(To(kPair, 100, {"pc", "ann"}));
  Take(To(kAlone, 100, {"pc"}));
  Take(To(kAny, 100, {}, 2));
  correlator_->BeginBatch();
  OnTime(105);
  Take(To(kAlone, 103, {"pc2"}));
  Take(To(kAny, 103, {}, 2));
  EXPECT_EQ(Fired(), "4@103");

  // In another order; "any" counts to three, "then" is gone with "both", "more" is new.
  std::vector<rule::Rule> rules = {Rules()[kAlone], Rules()[kAny], Rules()[kPair],
                                   RuleOf("more", CountOf(2, {"user"}))};
  rules[0].name = "other name";
  std::get<rule::Count>(rules[1].trigger).threshold = 3;
  rules[1] = RuleOf("any", rules[1].trigger);
  values_ = ValuesOf(rules);
  const std::unique_ptr<Correlator> old = std::exchange(correlator_, Make(values_));
  const Correlator::Reload reload = correlator_->TakeOver(*old);
  EXPECT_EQ(reload.kept, (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(reload.begun, (std::vector<uint32_t>{1, 3}));
  EXPECT_EQ(reload.ended, (std::vector<Uuid>{IdOfRule("then"), IdOfRule("both"), IdOfRule("any")}));
  EXPECT_EQ(correlator_->groups(), 3u);
  EXPECT_EQ(correlator_->watermark(), TimeFromMs(105));

  correlator_->UndoNewest();
  EXPECT_EQ(correlator_->groups(), 2u);
  EXPECT_EQ(correlator_->watermark(), Time::min());
  EXPECT_EQ(correlator_->open_batches(), 0u);
  Take(To(2, 101, {"pc", "ann"}));
  OnTime(111);
  EXPECT_EQ(Fired(), "2@101 0@110");
}

// Each call of a batch.
struct Call {
  bool on_time = false;
  Time watermark{};
  Contribution contribution;
};
using Calls = std::vector<Call>;

// A correlator in which batches are begun in vain, undone and repeated, and which is taken over by
// another, tells what one tells that sees each batch once.
class CorrelatorRandomTest : public CorrelatorTest {
 protected:
  struct Told {
    Effects effects;
    std::vector<ChangedGroup> changed;
  };

  Calls RandomCalls(Randomness& random) {
    Calls calls(static_cast<size_t>(random.From(1, 12)));
    for (Call& call : calls) {
      now_ += random.From(0, 3);
      call.on_time = random.OneIn(4);
      call.watermark = TimeFromMs(now_ - random.From(0, 15));
      if (!call.on_time) call.contribution = RandomContribution(random);
    }
    return calls;
  }

  Contribution RandomContribution(Randomness& random) {
    const int64_t at = random.OneIn(4) ? now_ - random.From(0, 30) : now_;
    const std::string pc = "pc" + std::to_string(random.From(1, 8));
    switch (random.From(0, 3)) {
      case 0:
        return To(kThen, at, {pc}, 2);
      case 1:
        return To(kSingle, at, {});
      case 2:
        return To(kAlone, at, {pc}, static_cast<StepSet>(random.From(1, 3)));
      default:
        return To(kPair, at, {pc, random.OneIn(3) ? "ann" : "bob"});
    }
  }

  static Told Run(Correlator& correlator, const Calls& calls, uint64_t from) {
    Told told;
    for (const Call& call : calls) {
      ++from;
      if (call.on_time) {
        uint64_t index = from << 20;
        while (correlator.GoOn(call.watermark, index, told.effects)) {
        }
      } else {
        EXPECT_TRUE(correlator.Take(call.contribution, told.effects));
      }
      correlator.RunChains(told.effects);
    }
    correlator.AppendChanged(told.changed);
    return told;
  }

  void Compare(const Told& got, const Told& expected) {
    ASSERT_EQ(got.effects.firings, expected.effects.firings);
    ASSERT_EQ(got.effects.closed, expected.effects.closed);
    ASSERT_EQ(got.effects.evicted, expected.effects.evicted);
    ASSERT_EQ(got.changed, expected.changed);
    for (const uint32_t rule : expected.effects.fates.rules())
      ASSERT_EQ(got.effects.fates.of(rule), expected.effects.fates.of(rule));
    for (const Firing& firing : got.effects.firings)
      ASSERT_TRUE(orders_.insert(firing.order).second);
    fired_ += got.effects.firings.size();
    evicted_ += got.effects.evicted.size();
  }

  void Mirror(const std::vector<ChangedGroup>& changed) {
    for (const ChangedGroup& group : changed) {
      if (group.state)
        mirror_[{group.rule, group.key}] = *group.state;
      else
        ASSERT_EQ(mirror_.erase({group.rule, group.key}), 1u);
    }
  }

  void RunTimeline(uint64_t seed) {
    Randomness random(seed);
    values_ = ValuesOf(Rules());
    correlator_ = Make(values_);
    const std::unique_ptr<Correlator> straight = Make(values_);
    mirror_.clear();
    orders_.clear();
    now_ = 100;
    Calls before;
    Told of_before;
    for (uint64_t batch = 1; batch < 30 && !HasFailure(); ++batch) {
      const Calls calls = RandomCalls(random);
      if (random.OneIn(3)) {
        correlator_->BeginBatch();
        Run(*correlator_, RandomCalls(random), batch * 100);
        if (random.OneIn(2)) TakeOver();
        correlator_->UndoNewest();
      }
      correlator_->BeginBatch();
      Told got = Run(*correlator_, calls, batch * 100);
      if (!before.empty() && random.OneIn(3)) {
        // The one that was being committed is aborted, too.
        correlator_->UndoNewest();
        correlator_->UndoNewest();
        correlator_->BeginBatch();
        Run(*correlator_, before, (batch - 1) * 100);
        correlator_->BeginBatch();
        got = Run(*correlator_, calls, batch * 100);
      }
      if (!before.empty()) correlator_->CommitOldest();
      if (random.OneIn(4)) TakeOver();
      straight->BeginBatch();
      const Told expected = Run(*straight, calls, batch * 100);
      straight->CommitOldest();
      Compare(got, expected);
      Mirror(got.changed);
      before = calls;
    }
    ASSERT_EQ(mirror_.size(), correlator_->groups());
    RestoreAll();
  }

  void TakeOver() {
    const std::unique_ptr<Correlator> old = std::exchange(correlator_, Make(ValuesOf(Rules())));
    ASSERT_EQ(correlator_->TakeOver(*old).kept.size(), 5u);
  }

  void RestoreAll() {
    const std::unique_ptr<Correlator> restored = Make(values_);
    restored->StartAt(correlator_->watermark());
    for (const auto& [group, state] : mirror_)
      ASSERT_TRUE(restored->Restore(group.first, group.second, state));
    ASSERT_EQ(restored->groups(), correlator_->groups());
  }

  int64_t now_ = 0;
  std::map<std::pair<uint32_t, std::string>, std::string> mirror_;
  std::set<uint64_t> orders_;
  uint64_t fired_ = 0, evicted_ = 0;
};

TEST_F(CorrelatorRandomTest, WhatWasUndoneHasNotBeen) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 300);
  const uint64_t first = test::NumberFromEnvironment("RIPOSTE_SEED", 1);
  for (uint64_t seed = first; seed < first + timelines && !HasFailure(); ++seed) {
    SCOPED_TRACE("RIPOSTE_SEED=" + std::to_string(seed));
    RunTimeline(seed);
  }
  std::cout << fired_ << " fired, " << evicted_ << " evicted\n";
  EXPECT_GT(fired_, 10 * timelines);
  EXPECT_GT(evicted_, timelines / 4);
}

}  // namespace
}  // namespace riposte::trigger
