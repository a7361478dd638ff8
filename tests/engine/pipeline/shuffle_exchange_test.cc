// Several tasks that exchange what they find, against one that owns everything.
#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/forwarder.h"
#include "engine/pipeline/shuffle_record.h"
#include "engine/pipeline/task_windows.h"
#include "engine/pipeline/ticks.h"
#include "engine/state/memory_store.h"
#include "tests/engine/pipeline/contribution_fixture.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kShuffleTime;

constexpr size_t kSources = 4;
constexpr Duration kNeverIdle = hours(10'000);

// Whatever the tasks are, a group is fed by one source, or by the firings of one group: what
// happens in it does not depend on which source is read first. That is so of each of these rules
// because an asset, with its users, is in one source, whose events are in order of time.
// Not compared is what depends on it, as it does of a single task that reads several inputs: groups
// that several sources feed, and sequences of firings that different tasks tell.
//
// Two of a user on an asset; one without another for 8 s; and what there is of either of a user,
// whose groups are other tasks' than those of the asset.
std::vector<rule::Rule> Rules() {
  const std::vector<std::string> pair_of = {"asset", "user"};
  rule::Step absent = trigger::StepBy(pair_of);
  absent.absent = true;
  const auto each_of = [](const char* rule) {
    rule::Count each = test::PairOf({});
    each.threshold = 1;
    each.cooldown = Duration(1);
    each.of = {trigger::StepOfFirings(rule, {"user"}, {1})};
    return each;
  };
  return {trigger::RuleOf("pair", test::PairOf(pair_of)),
          trigger::RuleOf("alone", rule::Sequence{.within = seconds(8),
                                                  .steps = {trigger::StepBy(pair_of), absent}}),
          trigger::RuleOf("pairs", each_of("pair")), trigger::RuleOf("alones", each_of("alone"))};
}
enum RuleIndex : uint32_t { kPair, kAlone };

struct Step {
  Time time{};
  std::string asset, user;
  std::vector<match::Match> parts;  // of one rule; none: only time goes on
};
using Source = std::vector<Step>;

Source RandomSource(size_t number, std::mt19937& random) {
  Source source;
  Time time = kShuffleTime + seconds(random() % 30);
  for (int i = 0; i < 120; ++i) {
    time += Duration(random() % 4'000);
    Step step{.time = time,
              .asset = "a" + std::to_string(number) + "-" + std::to_string(random() % 4),
              .user = {},
              .parts = {}};
    step.user = "u" + std::to_string(random() % 2) + " of " + step.asset;
    switch (random() % 3) {
      case 0:
        step.parts = {{kPair, 0}};
        break;
      case 1:
        for (uint32_t part = 0; part < 2; ++part)
          if (random() % 2 == 0) step.parts.push_back({kAlone, part});
        break;
      default:
        break;
    }
    source.push_back(std::move(step));
  }
  source.push_back({.time = time + hours(1), .asset = "a", .user = "u", .parts = {}});
  return source;
}

using Fired = std::vector<std::string>;

void Append(const std::vector<trigger::Firing>& firings, Fired& fired) {
  for (const trigger::Firing& firing : firings)
    fired.push_back(std::to_string(firing.rule) + " " + trigger::ValuesOfKey(firing.key).back() +
                    " " + FormatTime(firing.completion.time));
}

template <typename Windows>
void Read(Windows& windows, size_t input, const Step& step, Time now) {
  windows.OnRecord(input, step.time, step.time, now);
  if (step.parts.empty()) return;
  test::ShuffleEvents events;
  const auto seen = events.Of(step.asset, step.user, step.time);
  windows.OnMatches(*seen.event, step.parts, seen.subject);
}

std::unique_ptr<TaskWindows> MakeWindows(std::span<const std::string> inputs,
                                         const TaskWindows::Options& options) {
  state::MemoryStore store;
  return TaskWindows::Make(trigger::ValuesOf(Rules()), inputs, store, options, kShuffleTime)
      .value();
}

Fired FiredByOne(const std::vector<Source>& sources, std::mt19937& random) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < kSources; ++i) inputs.push_back("edr/" + std::to_string(i));
  const auto windows = MakeWindows(inputs, {.idle_wait = kNeverIdle});
  Fired fired;
  std::vector<size_t> next(kSources);
  for (size_t left = kSources; left > 0;) {
    const size_t i = random() % kSources;
    if (next[i] == sources[i].size()) continue;
    Read(*windows, i, sources[i][next[i]++], kShuffleTime);
    if (next[i] == sources[i].size()) --left;
    windows->OnTime(kShuffleTime);
    Append(windows->effects().firings, fired);
    EXPECT_TRUE(windows->outgoing().empty()) << "it owns everything";
    windows->Forget();
  }
  std::ranges::sort(fired);
  return fired;
}

// The shuffle's partitions: values of records, in order.
using Shuffle = std::vector<std::vector<std::string>>;

// A task on one source: a state task, or a stateless one, which has a Forwarder.
class Task {
 public:
  Task(size_t number, const Source& source, size_t state_tasks)
      : name_("edr/" + std::to_string(number)),
        number_(number),
        source_(source),
        ticks_(static_cast<int32_t>(state_tasks),
               number < state_tasks ? std::optional(static_cast<int32_t>(number)) : std::nullopt,
               {}) {
    const auto tasks = static_cast<int32_t>(state_tasks);
    if (number < state_tasks) {
      windows_ = MakeWindows(
          {&name_, 1},
          {.idle_wait = kNeverIdle, .number = static_cast<int32_t>(number), .state_tasks = tasks});
    } else {
      forwarder_ = std::make_unique<Forwarder>(values_, std::span(&name_, 1), tasks, kNeverIdle,
                                               kShuffleTime);
    }
  }

  // Up to so many of its events and of the records for it, in one transaction.
  void Work(size_t events, size_t records, bool aborts, Time now, Shuffle& shuffle) {
    const size_t next_event = next_event_, next_record = next_record_;
    for (; events > 0 && next_event_ < source_.size(); --events) ReadEvent(now);
    if (windows_ != nullptr)
      for (; records > 0 && next_record_ < shuffle[number_].size(); --records)
        ReadRecord(shuffle[number_][next_record_++], now);
    windows_ ? windows_->OnTime(now) : forwarder_->OnTime(now);
    if (aborts) {
      windows_ ? windows_->Undo() : forwarder_->Undo();
      ticks_.OnAborted();
      next_event_ = next_event;
      next_record_ = next_record;
    } else {
      Commit(now, shuffle);
    }
  }
  bool at_end(const Shuffle& shuffle) const {
    return next_event_ == source_.size() &&
           (windows_ == nullptr || next_record_ == shuffle[number_].size());
  }
  const Fired& fired() const { return fired_; }

 private:
  void ReadEvent(Time now) {
    const Step& step = source_[next_event_++];
    windows_ ? Read(*windows_, 0, step, now) : Read(*forwarder_, 0, step, now);
  }

  void ReadRecord(const std::string& bytes, Time now) {
    ShuffleRecord record;
    ASSERT_EQ(ReadShuffleRecord(bytes, *values_, record), ShuffleReject::kNone);
    if (record.contribution) {
      ASSERT_EQ(windows_->OnShuffle(std::move(*record.contribution), kShuffleTime + hours(2)),
                TaskWindows::Arrived::kTaken);
    }
    ASSERT_TRUE(windows_->OnSender(record.sender, record.watermark, kShuffleTime + hours(2), now));
  }

  void Commit(Time now, Shuffle& shuffle) {
    const Time told = windows_ ? windows_->told() : forwarder_->told();
    for (const Outgoing& outgoing : windows_ ? windows_->outgoing() : forwarder_->outgoing()) {
      std::string& bytes = shuffle[static_cast<size_t>(outgoing.to)].emplace_back();
      WriteShuffleRecord(name_, outgoing, *values_, bytes);
      ticks_.OnSent(outgoing.to, outgoing.watermark, now);
    }
    std::vector<int32_t> owed;
    ticks_.AppendOwed({.watermark = told, .inputs_idle = false, .has_windows = true}, now, owed);
    for (const int32_t to : owed)
      WriteTick(name_, told, shuffle[static_cast<size_t>(to)].emplace_back());
    if (windows_ == nullptr) {
      forwarder_->Forget();
      forwarder_->Seal();
      forwarder_->OnCommitted();
      return;
    }
    Append(windows_->effects().firings, fired_);
    for (const uint32_t rule : windows_->effects().fates.rules())
      EXPECT_EQ(windows_->effects().fates.of(rule)[static_cast<size_t>(trigger::Fate::kLate)], 0u);
    windows_->Forget();
    windows_->Seal();
    windows_->OnCommitted();
  }

  const std::string name_;
  const size_t number_;
  const Source& source_;
  const std::shared_ptr<const trigger::MatchValues> values_ = trigger::ValuesOf(Rules());
  Ticks ticks_;
  std::unique_ptr<TaskWindows> windows_;
  std::unique_ptr<Forwarder> forwarder_;
  size_t next_event_ = 0, next_record_ = 0;
  Fired fired_;
};

Fired FiredByTasks(size_t state_tasks, const std::vector<Source>& sources, std::mt19937& random) {
  std::vector<std::unique_ptr<Task>> tasks;
  for (size_t i = 0; i < kSources; ++i)
    tasks.push_back(std::make_unique<Task>(i, sources[i], state_tasks));
  Shuffle shuffle(state_tasks);
  Time now = kShuffleTime;
  // Each has heard of the others before there is anything to read: one that is first heard of later
  // has time wait for it only from then on.
  for (int round = 0; round < 2; ++round)
    for (const auto& task : tasks) task->Work(0, 100, false, now, shuffle);
  const auto is_at_end = [&](const auto& task) { return task->at_end(shuffle); };
  while (!std::ranges::all_of(tasks, is_at_end)) {
    now += Duration(random() % 800);
    tasks[random() % kSources]->Work(random() % 6, random() % 6, random() % 5 == 0, now, shuffle);
  }
  // The last that each has to tell, and what comes of it.
  for (int round = 0; round < 5; ++round) {
    now += seconds(2);
    for (const auto& task : tasks) task->Work(0, 1'000'000, false, now, shuffle);
  }
  Fired fired;
  for (const auto& task : tasks)
    fired.insert(fired.end(), task->fired().begin(), task->fired().end());
  std::ranges::sort(fired);
  return fired;
}

TEST(ShuffleExchangeTest, SeveralTasksFireWhatOneFires) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  std::vector<size_t> of_rule(Rules().size());
  for (unsigned run = 0; run < 20; ++run) {
    std::mt19937 random(base + run);
    std::vector<Source> sources;
    for (size_t i = 0; i < kSources; ++i) sources.push_back(RandomSource(i, random));
    const Fired expected = FiredByOne(sources, random);
    for (const size_t state_tasks : {1u, 2u, 4u})
      ASSERT_EQ(FiredByTasks(state_tasks, sources, random), expected)
          << "seed " << base + run << ", " << state_tasks << " state tasks";
    for (const std::string& fired : expected) ++of_rule[static_cast<size_t>(fired[0] - '0')];
  }
  for (const size_t fired : of_rule) EXPECT_GT(fired, 100u);
}

}  // namespace
}  // namespace riposte::pipeline
