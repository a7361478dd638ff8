#include "engine/pipeline/task_windows.h"

#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "rules/rule/trigger_print.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::EngineSchema;
using test::EventJson;
using test::FieldOf;

rule::Rule Complete(rule::Rule rule) {
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, EngineSchema()->catalogue);
  return rule;
}

// Two of an asset within 10 s; a then b of an asset, and no c for 5 s; what single matches there
// are, three of them within a minute. Of `big`, of which an asset may have very many.
rule::RuleSetPtr Rules() {
  rule::Rule pair = test::RuleFor("pair");
  pair.trigger = rule::Count{.threshold = 2,
                             .within = seconds(10),
                             .cooldown = seconds(3),
                             .group_by = {FieldOf("event.asset")}};
  rule::Rule chain = test::RuleFor("chain");
  rule::Sequence sequence{.within = seconds(8)};
  for (const char* name : {"a", "b", "c"})
    sequence.steps.push_back(
        {.name = name, .absent = name == std::string("c"), .by = {FieldOf("event.asset")}});
  chain.trigger = sequence;
  rule::Rule big = test::RuleFor("big");
  big.trigger = rule::Count{.threshold = 5'000,
                            .within = minutes(30),
                            .cooldown = minutes(1),
                            .group_by = {FieldOf("event.asset")}};
  return test::RuleSetOf({Complete(pair), Complete(chain), Complete(big)});
}
enum RuleIndex : uint32_t { kPair, kChain, kBig };

const std::vector<std::string> kInputs = {"edr/0"};

struct Step {
  Time at{};
  std::string asset;
  std::vector<match::Match> parts;  // of one rule; none: only time goes on
};

// One task's windows over a changelog, and where it is in its input.
class Life {
 public:
  Life(const rule::RuleSetPtr& rules, const std::vector<Step>& input)
      : values_(std::make_shared<const trigger::MatchValues>(rules)), input_(input) {
    Start();
  }

  void Start() {
    windows_.reset();
    sealed_.reset();
    open_ = {};
    Result<std::unique_ptr<TaskWindows>> made = TaskWindows::Make(
        values_, kInputs, store_, {.idle_wait = std::chrono::hours(100)}, Now(committed_));
    ASSERT_TRUE(made.ok()) << made.status().message();
    windows_ = std::move(made).value();
    next_ = committed_;
  }
  bool at_end() const { return next_ == input_.size(); }
  bool is_sealed() const { return sealed_.has_value(); }
  bool committed_all() const { return committed_ == input_.size(); }

  void Work() {
    const Step& step = input_[next_];
    const Time now = Now(next_);
    windows_->OnRecord(0, step.at, step.at, now);
    if (!step.parts.empty()) {
      EventJson json("PROCESS");
      json.With("id", "e" + std::to_string(next_)).With("asset", step.asset);
      json.With("time", FormatTime(step.at));
      const event::Event& event = decoder_.Decode(json);
      const remediate::Origin origin{.topic = "edr",
                                     .partition = 0,
                                     .offset = static_cast<int64_t>(next_),
                                     .index = 0,
                                     .append_time = step.at};
      windows_->OnMatches(event, step.parts, remediate::SubjectOf(event, origin));
    }
    windows_->OnTime(now);
    for (const trigger::Firing& firing : windows_->effects().firings)
      open_.push_back(Describe(firing));
    windows_->Forget();
    ++next_;
  }
  void Seal() { sealed_ = {windows_->Seal(), std::exchange(open_, {}), next_}; }
  void Commit() {
    ASSERT_TRUE(store_.Apply(sealed_->changes, {}).ok());
    fired_.insert(fired_.end(), sealed_->fired.begin(), sealed_->fired.end());
    committed_ = sealed_->next;
    sealed_.reset();
    windows_->OnCommitted();
  }
  void Abort() {
    windows_->Undo();
    sealed_.reset();
    open_ = {};
    next_ = committed_;
  }

  const std::vector<std::string>& fired() const { return fired_; }
  const TaskWindows& windows() const { return *windows_; }
  std::map<std::string, std::string> Stored() const {
    std::map<std::string, std::string> stored;
    const auto add = [&](std::string_view key, std::string_view value) {
      return stored.emplace(key, value).second;
    };
    EXPECT_TRUE(store_.Scan("", add).ok());
    return stored;
  }

 private:
  struct Sealed {
    std::vector<state::Change> changes;
    std::vector<std::string> fired;
    size_t next = 0;
  };
  Time Now(size_t step) const { return input_[std::min(step, input_.size() - 1)].at; }
  static std::string Describe(const trigger::Firing& firing) {
    std::string text =
        std::to_string(firing.rule) + " " + trigger::ValuesOfKey(firing.key).front() + " " +
        FormatTime(firing.completion.time) + " " + std::to_string(firing.completion.matches) +
        " #" + std::to_string(firing.order) + ":";
    for (const trigger::Kept& kept : firing.completion.events) {
      const std::optional<remediate::Subject> subject = remediate::ReadSubject(kept.event);
      text += " " + (subject ? std::string(subject->event_id) : "?");
    }
    return text;
  }

  const std::shared_ptr<const trigger::MatchValues> values_;
  const std::vector<Step>& input_;
  state::MemoryStore store_;
  std::unique_ptr<TaskWindows> windows_;
  test::EngineDecoder decoder_;
  size_t next_ = 0, committed_ = 0;
  std::optional<Sealed> sealed_;
  std::vector<std::string> open_, fired_;
};

Time At(int64_t second) { return test::TimeAt(test::kEventTime) + seconds(second); }

std::vector<std::string> FiredOf(const std::vector<Step>& input) {
  Life life(Rules(), input);
  while (!life.at_end()) life.Work();
  life.Seal();
  life.Commit();
  return life.fired();
}

TEST(TaskWindowsTest, WhatMatchesIsCountedAndFires) {
  const std::vector<std::string> fired = FiredOf(
      {{At(0), "A1", {{kPair, 0}}}, {At(5), "A2", {{kPair, 0}}}, {At(10), "A1", {{kPair, 0}}}});
  ASSERT_EQ(fired.size(), 1u);
  EXPECT_EQ(fired[0].substr(0, 31), "0 a1 2026-11-25T01:00:10.000Z 2");
  EXPECT_TRUE(fired[0].ends_with(": e0 e2")) << fired[0];
}

TEST(TaskWindowsTest, TimeThatGoesOnDecidesAnAbsence) {
  const std::vector<Step> waits = {{At(0), "A1", {{kChain, 0}}}, {At(1), "A1", {{kChain, 1}}}};
  EXPECT_TRUE(FiredOf(waits).empty());
  std::vector<Step> over = waits;
  over.push_back({At(9), "", {}});
  EXPECT_EQ(FiredOf(over).size(), 1u);
  std::vector<Step> broken = waits;
  broken.push_back({At(7), "A1", {{kChain, 2}}});
  broken.push_back({At(60), "", {}});
  EXPECT_TRUE(FiredOf(broken).empty());
}

TEST(TaskWindowsTest, ATakeoverGoesOnWhereTheLastTransactionEnded) {
  const std::vector<Step> input = {{At(0), "A1", {{kPair, 0}}},
                                   {At(1), "A1", {{kChain, 0}, {kChain, 1}}},
                                   {At(2), "A1", {{kPair, 0}}}};
  Life life(Rules(), input);
  life.Work();
  life.Seal();
  life.Commit();
  life.Work();  // not committed
  life.Start();
  EXPECT_EQ(life.windows().restored().groups, 1u);
  EXPECT_EQ(life.windows().restored().refused, 0u);
  while (!life.at_end()) life.Work();
  life.Seal();
  life.Commit();
  EXPECT_EQ(life.fired(), FiredOf(input));
}

TEST(TaskWindowsTest, AnAbortTakesBackBothBatches) {
  const std::vector<Step> input = {{At(0), "A1", {{kPair, 0}}}, {At(2), "A1", {{kPair, 0}}}};
  Life life(Rules(), input);
  life.Work();
  life.Seal();
  life.Work();
  life.Abort();
  while (!life.at_end()) life.Work();
  life.Seal();
  life.Commit();
  EXPECT_EQ(life.fired(), FiredOf(input));
  EXPECT_EQ(life.fired().size(), 1u);
}

// Groups that take many segments leave nothing behind when they shrink and go.
TEST(TaskWindowsTest, ALargeGroupIsReadBackAndLeavesNothingBehind) {
  std::vector<Step> input;
  for (int i = 0; i < 4'000; ++i) input.push_back({At(i / 10), "A1", {{kBig, 0}}});
  input.push_back({At(4'000), "A1", {{kBig, 0}}});
  input.push_back({At(20'000), "", {}});
  Life life(Rules(), input);
  const auto work_to = [&](size_t step) {
    for (; step > 0; --step) life.Work();
    life.Seal();
    life.Commit();
  };
  work_to(4'000);
  const size_t large = life.Stored().size();
  EXPECT_GT(large, 2u) << "the clock, and more than one segment";
  life.Start();
  EXPECT_EQ(life.windows().restored().groups, 1u);
  work_to(1);
  life.Start();
  EXPECT_EQ(life.windows().groups(), 1u);
  work_to(1);
  EXPECT_EQ(life.windows().groups(), 0u);
  EXPECT_EQ(life.Stored().size(), 1u) << "only the clock is left";
}

TEST(TaskWindowsTest, AnotherDefinitionFindsNothing) {
  const std::vector<Step> input = {{At(0), "A1", {{kPair, 0}}}};
  state::MemoryStore store;
  const auto make = [&](const rule::RuleSetPtr& rules) {
    return TaskWindows::Make(std::make_shared<const trigger::MatchValues>(rules), kInputs, store,
                             {}, At(0))
        .value();
  };
  {
    const std::unique_ptr<TaskWindows> windows = make(Rules());
    test::EngineDecoder decoder;
    const event::Event& event = decoder.Decode(EventJson("PROCESS"));
    const match::Match match{.rule = kPair, .part = 0};
    windows->OnMatches(event, {&match, 1}, remediate::SubjectOf(event, {}));
    ASSERT_TRUE(store.Apply(windows->Seal(), {}).ok());
  }
  EXPECT_EQ(make(Rules())->restored().groups, 1u);
  rule::RuleSet changed = *Rules();
  changed.rules[kPair].canonical_query = "another";
  EXPECT_EQ(make(std::make_shared<const rule::RuleSet>(changed))->restored().groups, 0u);
  rule::RuleSet renamed = *Rules();
  renamed.rules[kPair].name = "another name";
  EXPECT_EQ(make(std::make_shared<const rule::RuleSet>(renamed))->restored().groups, 1u);
  rule::RuleSet twin = *Rules();
  twin.rules[kPair].id = Uuid::V5(Uuid{}, "twin");
  EXPECT_EQ(make(std::make_shared<const rule::RuleSet>(twin))->restored().groups, 0u);
}

// A commit may fall between a record and the time that it brings about: what is late after a
// restart is what was late before.
TEST(TaskWindowsTest, ATakeoverIsNoFurtherThanTheWindowsWere) {
  state::MemoryStore store;
  const std::vector<std::string> inputs = {"edr-0"};
  const auto make = [&] {
    return TaskWindows::Make(std::make_shared<const trigger::MatchValues>(Rules()), inputs, store,
                             {.idle_wait = std::chrono::hours(100)}, At(0))
        .value();
  };
  const std::unique_ptr<TaskWindows> windows = make();
  windows->OnRecord(0, At(10), At(10), At(0));
  windows->OnTime(At(0));
  windows->OnRecord(0, At(100), At(100), At(0));
  ASSERT_TRUE(store.Apply(windows->Seal(), {}).ok());
  const std::unique_ptr<TaskWindows> next = make();
  EXPECT_EQ(next->watermark(), At(10));
  next->OnTime(At(0));
  EXPECT_EQ(next->watermark(), At(100));
}

TEST(TaskWindowsTest, ADamagedStoreIsToldAsThat) {
  state::MemoryStore store;
  std::vector<state::Change> changes;
  const state::StateKey clock{.kind = state::Kind::kClock, .definition = {}, .group = {}};
  changes.push_back({.key = state::RecordKey(clock, 0), .value = "\x02?"});
  ASSERT_TRUE(store.Apply(changes, {}).ok());
  const Result<std::unique_ptr<TaskWindows>> made = TaskWindows::Make(
      std::make_shared<const trigger::MatchValues>(Rules()), kInputs, store, {}, At(0));
  EXPECT_EQ(made.status().code(), ErrorCode::kDamaged);
}

TEST(TaskWindowsTest, WhateverAnEventSaysItIsTaken) {
  state::MemoryStore store;
  const std::unique_ptr<TaskWindows> windows =
      TaskWindows::Make(std::make_shared<const trigger::MatchValues>(Rules()), kInputs, store, {},
                        At(0))
          .value();
  test::EngineDecoder decoder;
  for (const char* time :
       {"0000-01-01T00:00:00Z", "2026-11-25T01:00:00Z", "9999-12-31T23:59:59Z"}) {
    EventJson json("PROCESS");
    json.With("time", time).With("image", std::string(4'000, 'x'));
    json.With("asset", std::string(200, 'a')).With("id", std::string(5'000, 'i'));
    const event::Event& event = decoder.Decode(json);
    const match::Match match{.rule = kPair, .part = 0};
    remediate::Origin origin;
    origin.append_time = At(0);
    windows->OnMatches(event, {&match, 1}, remediate::SubjectOf(event, origin));
  }
  windows->OnTime(At(100));
  EXPECT_EQ(windows->groups(), 1u);
}

std::vector<Step> RandomInput(std::mt19937& random) {
  std::vector<Step> input;
  int64_t second = 0;
  for (int i = 0; i < 300; ++i) {
    second += static_cast<int64_t>(random() % 4);
    Step step{.at = At(second - static_cast<int64_t>(random() % 5)),
              .asset = "A" + std::to_string(random() % 4),
              .parts = {}};
    switch (random() % 4) {
      case 0:
        step.parts = {{kPair, 0}};
        break;
      case 1:
        for (uint32_t part = 0; part < 3; ++part)
          if (random() % 2 == 0) step.parts.push_back({kChain, part});
        break;
      case 2:
        step.parts = {{kBig, 0}};
        break;
      default:
        break;
    }
    input.push_back(std::move(step));
  }
  return input;
}

// Aborts with and without a batch behind, and new owners, at any time: what is committed is what an
// undisturbed task commits, and so is the state at the end.
TEST(TaskWindowsTest, FaultsChangeNothingThatIsCommitted) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  size_t fired = 0;
  for (unsigned run = 0; run < 60; ++run) {
    std::mt19937 random(base + run);
    const std::vector<Step> input = RandomInput(random);
    Life undisturbed(Rules(), input), life(Rules(), input);
    while (!undisturbed.at_end()) undisturbed.Work();
    undisturbed.Seal();
    undisturbed.Commit();
    while (!life.committed_all()) {
      for (size_t steps = random() % 30; steps > 0 && !life.at_end(); --steps) life.Work();
      if (!life.is_sealed()) {
        life.Seal();
        continue;
      }
      switch (random() % 6) {
        case 0:
          life.Abort();
          break;
        case 1:
          life.Start();
          break;
        default:
          life.Commit();
      }
    }
    EXPECT_EQ(life.fired(), undisturbed.fired()) << "seed " << base + run;
    EXPECT_EQ(life.Stored(), undisturbed.Stored()) << "seed " << base + run;
    fired += life.fired().size();
  }
  EXPECT_GT(fired, 500u);
}

}  // namespace
}  // namespace riposte::pipeline
