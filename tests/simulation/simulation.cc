#include "tests/simulation/simulation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/state/birth.h"
#include "tests/simulation/changelog.h"
#include "tests/simulation/event_source.h"
#include "tests/simulation/process.h"
#include "tests/simulation/state_watch.h"

namespace riposte::sim {
namespace {

// 2026-11-25T01:00:00Z.
constexpr int64_t kStartMs = 1'795'568'400'000;
// Within which all is done once nothing goes wrong any more; a transaction may block for one of its
// timeouts, and a member for a session.
constexpr Duration kRecovery{20'000};
// A record that is sent a second time is at most so much older than when it was sent first.
constexpr Duration kResentAfterMax{2500};

// Of so many starts one finds the disk empty, one damaged, one as it was long ago.
constexpr uint64_t kDiskFates = 12;

// What a run consists of.
struct Plan {
  Layout layout;
  size_t processes = 1;
  int32_t out_partitions = 1;
  pipeline::TaskOptions task;
  Network::Faults network;
  bool reloads = false;  // rules are edited under way
  EventSource::Events events;
  // Of 10,000 moments.
  uint64_t full_disks = 0, old_disks = 0, compactions = 0;
  uint64_t kills = 0, pauses = 0, stops = 0, refusals = 0;
  uint64_t stalls = 0;  // pauses in the middle of a call
};

// With far-future stamps nothing may be forgotten; without, groups come and go.
void DrawState(Random& random, Plan& plan) {
  plan.reloads = random.Chance(500);
  plan.events.far_future = random.Chance(500);
  if (random.Chance(700)) plan.events.old_max = Duration(200);
  plan.events.named_share = random.Chance(500) ? 300 : 700;
  plan.task.windows.allowed_lateness =
      plan.events.far_future ? std::chrono::minutes(10) : plan.events.old_max + kResentAfterMax;
  const auto some = [&random](uint64_t most) {
    return random.Chance(700) ? 1 + random.Below(most) : 0;
  };
  plan.full_disks = some(15);
  plan.old_disks = some(30);
  plan.compactions = some(300);
}

// Each kind of fault is left out of some runs, so that none hides another.
Plan DrawPlan(Random& random) {
  Plan plan;
  plan.layout = DrawLayout(random, random.Chance(850));
  plan.processes = random.Chance(150) ? 1 : static_cast<size_t>(random.Between(2, 3));
  plan.out_partitions = static_cast<int32_t>(random.Between(1, 3));
  plan.events.records = kRecordsMin + random.Below(200);
  const auto some = [&random](uint64_t most) {
    return random.Chance(700) ? 1 + random.Below(most) : 0;
  };
  plan.network = {.lost_request = some(10),
                  .lost_answer = some(10),
                  .late = some(8),
                  .late_end = some(60),
                  .refused_produce = some(10),
                  .late_max = random.Span(10, 2500),
                  .overtaken = random.Below(600)};
  plan.kills = some(20);
  plan.pauses = some(15);
  plan.stalls = some(200);
  plan.stops = some(10);
  plan.refusals = some(8);
  plan.task.batch_records_max = static_cast<size_t>(random.Between(1, 40));
  plan.task.commit_interval = random.Span(0, 60);
  plan.task.commit_interval_backlog = random.Span(0, 200);
  plan.task.commit_floor = random.Span(0, 10);
  if (random.Chance(500)) plan.task.commit_output_bytes_max = 4096;
  DrawState(random, plan);
  return plan;
}

// A machine: a process of it is started again some time after it has ended.
struct Slot {
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Process> process;
  Time starts{};
};

class Run {
 public:
  Run(uint64_t seed, Planted planted);
  RunReport Execute();

 private:
  void Moment();
  void Disturb();
  void RunProcesses();
  void ChangeDisk(Disk& disk);
  void DisturbState();
  int32_t state_tasks() const { return plan_.layout.state_tasks; }
  Process* PickLive();
  void Start(Slot& slot);
  void Heal();
  bool Drained();
  void StopAll();
  template <typename Done>
  void Until(Done done, std::string_view what);
  void Check();
  void Count();
  uint64_t Fingerprint() const;

  RunReport report_;
  Random random_;
  const Plan plan_;
  SimClock clock_{TimeFromMs(kStartMs)};
  StateWatch state_;
  CommitWatch watch_;
  const std::vector<PartitionId> read_;  // by the group
  KafkaModel kafka_;
  Network network_;
  EventSource source_;
  World world_;
  bool stopping_ = false;
  bool healed_ = false;
  std::vector<Slot> slots_;  // last: processes use all of the above
};

Run::Run(uint64_t seed, Planted planted)
    : random_(seed),
      plan_(DrawPlan(random_)),
      read_(ReadPartitions(plan_.layout)),
      kafka_({}, read_, random_.Fork(), &watch_),
      network_(clock_, plan_.network, random_.Fork()),
      source_(kafka_, plan_.layout, plan_.events, random_.Fork()),
      world_{.clock = clock_,
             .kafka = kafka_,
             .network = network_,
             .setup = LiveSetup::Get(planted == Planted::kResetAtReload),
             .task = plan_.task,
             .out_partitions = plan_.out_partitions,
             .layout = plan_.layout,
             .reloads = plan_.reloads,
             .planted = planted,
             .observer = {},
             .outboxes = {},
             .unexplained = {}},
      slots_(plan_.processes) {
  report_.seed = seed;
  watch_.Watch(kafka_, &state_);
  for (Slot& slot : slots_)
    slot.disk =
        std::make_unique<Disk>(clock_, [this](std::string_view store, const state::Change& change) {
          state_.OnApplied(store, change);
        });
}

RunReport Run::Execute() {
  while (!source_.done()) {
    Moment();
    Disturb();
  }
  Heal();
  Until([this] { return Drained(); }, "the input is not worked on");
  StopAll();
  Check();
  Count();
  report_.fingerprint = Fingerprint();
  return report_;
}

void Run::Moment() {
  clock_.Advance(random_.Span(0, 3));
  network_.Tick();
  kafka_.Tick(clock_.Now());
  source_.Tick(clock_.Now());
  RunProcesses();
}

void Run::RunProcesses() {
  const size_t first = static_cast<size_t>(random_.Below(slots_.size()));
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[(first + i) % slots_.size()];
    if (slot.process != nullptr && slot.process->ended()) {
      slot.process.reset();
      slot.starts = clock_.Now() + random_.Span(5, 800);
    }
    if (slot.process == nullptr && !stopping_ && clock_.Now() >= slot.starts) Start(slot);
    if (slot.process == nullptr) continue;
    if (random_.Chance(500)) slot.process->Heartbeat();
    if (slot.process->runnable() && random_.Chance(800)) slot.process->Resume();
  }
}

void Run::Start(Slot& slot) {
  if (!healed_) ChangeDisk(*slot.disk);
  slot.process = std::make_unique<Process>(world_, *slot.disk, random_.Fork());
}

// What may have become of it since the last process.
void Run::ChangeDisk(Disk& disk) {
  switch (plan_.full_disks == 0 ? kDiskFates : random_.Below(kDiskFates)) {
    case 0:
      return disk.Lose();
    case 1:
      return disk.Damage();
    case 2:
      return disk.GoBack();
    default:
      return;
  }
}

void Run::DisturbState() {
  const auto happens = [this](uint64_t of_ten_thousand) {
    return random_.Below(10'000) < of_ten_thousand;
  };
  Disk& disk = *slots_[static_cast<size_t>(random_.Below(slots_.size()))].disk;
  if (happens(plan_.full_disks)) disk.FillUntil(clock_.Now() + random_.Span(5, 1000));
  if (happens(plan_.old_disks)) disk.Remember();
  if (happens(plan_.compactions))
    for (int32_t task = 0; task < state_tasks(); ++task)
      kafka_.log(ChangelogOf(task)).Compact(clock_.Now() - kDeleteRetention);
}

Process* Run::PickLive() {
  const Slot& slot = slots_[static_cast<size_t>(random_.Below(slots_.size()))];
  return slot.process == nullptr || slot.process->ended() ? nullptr : slot.process.get();
}

void Run::Disturb() {
  const auto happens = [this](uint64_t of_ten_thousand) {
    return random_.Below(10'000) < of_ten_thousand;
  };
  if (happens(plan_.refusals)) network_.RefuseUntil(clock_.Now() + random_.Span(20, 700));
  if (happens(plan_.kills)) {
    if (Process* process = PickLive()) {
      process->Kill();
      ++report_.kills;
    }
  }
  if (happens(plan_.pauses)) {
    if (Process* process = PickLive()) process->PauseUntil(clock_.Now() + random_.Span(10, 2000));
  }
  if (happens(plan_.stalls)) {
    Process* const process = PickLive();
    if (process != nullptr && process->in_call())
      process->PauseUntil(clock_.Now() + random_.Span(10, 2000));
  }
  if (happens(plan_.stops)) {
    if (Process* process = PickLive()) process->Stop();
  }
  DisturbState();
}

// Who sleeps still wakes up late, and what is on its way still arrives.
void Run::Heal() {
  network_.Heal();
  for (Slot& slot : slots_) slot.disk->Heal();
  healed_ = true;
}

bool Run::Drained() {
  return kafka_.Quiet() && network_.Quiet() &&
         std::all_of(read_.begin(), read_.end(), [this](const PartitionId& id) {
           Position position;
           return kafka_.group().Committed(id, position) == KafkaError::kNone &&
                  kafka_.log(id).NextVisible(std::max<int64_t>(0, position.offset)) < 0;
         });
}

template <typename Done>
void Run::Until(Done done, std::string_view what) {
  // From the last commit on: a task that takes one record a batch is slow, but does not stand
  // still.
  Time deadline = clock_.Now() + kRecovery;
  const auto worked_on = [this] { return world_.observer.consumed + world_.observer.received; };
  uint64_t before = worked_on();
  while (!done() && clock_.Now() < deadline) {
    Moment();
    if (std::exchange(before, worked_on()) != worked_on()) deadline = clock_.Now() + kRecovery;
  }
  if (!done()) report_.violations.push_back({.invariant = "I9", .text = std::string(what)});
}

void Run::StopAll() {
  stopping_ = true;
  for (Slot& slot : slots_)
    if (slot.process != nullptr) slot.process->Stop();
  const auto ended = [](const Slot& slot) {
    return slot.process == nullptr || slot.process->ended();
  };
  Until([&] { return kafka_.Quiet() && std::all_of(slots_.begin(), slots_.end(), ended); },
        "a process does not end when it is asked to");
}

void Run::Check() {
  Violations& violations = report_.violations;
  violations.insert(violations.end(), watch_.violations().begin(), watch_.violations().end());
  for (const std::string& reason : world_.unexplained)
    violations.push_back({.invariant = "I9", .text = "a task stopped: " + reason});
  std::optional<Duration> lateness;
  if (state_tasks() > 0) lateness = plan_.task.windows.allowed_lateness;
  const Outputs expected = CheckRun(kafka_, plan_.layout.inputs, *world_.setup.live.front()->rules,
                                    lateness, violations);
  std::vector<const Disk*> disks;
  for (const Slot& slot : slots_) disks.push_back(slot.disk.get());
  state_.Check(kafka_, state_tasks(), disks, clock_.Now(), violations);
  for (const auto& [id, tally] : expected.tallies) report_.records += tally.consumed;
  report_.window_firings = expected.window_firings;
  report_.not_ordered_again = expected.not_ordered_again;
  for (const auto& [asset, commands] : expected.commands) report_.commands += commands.size();
  if (world_.observer.consumed > report_.records)
    violations.push_back({.invariant = "I4", .text = "the metrics count what was not committed"});
}

void Run::Count() {
  report_.transactions = kafka_.counters().commits;
  report_.aborts = kafka_.counters().aborts;
  report_.aborted_records = kafka_.counters().aborted_records;
  report_.redone = world_.observer.aborts;
  report_.undone = world_.observer.undone;
  report_.fences = world_.observer.fenced;
  report_.restored = world_.observer.restored;
  report_.stores_wiped = world_.observer.wiped;
  report_.store_lags = world_.observer.lags;
  report_.reloads = world_.observer.reloads;
  report_.shuffled = world_.observer.shuffled;
  const uint64_t generations = static_cast<uint64_t>(kafka_.group().generation());
  report_.rebalances = generations - std::min<uint64_t>(generations, plan_.processes);
  report_.zombies = world_.zombies;
  report_.uncertain = world_.outboxes.uncertain;
  report_.late_ends = network_.counters().late_ends;
  report_.late_ends_taken = network_.counters().late_ends_taken;
}

// FNV-1a over every record, marker and time of the broker.
uint64_t Run::Fingerprint() const {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  };
  for (const auto& [id, log] : kafka_.logs()) {
    add(PlaceOf(id, log.end()));
    for (int64_t offset = 0; offset < log.end(); ++offset) {
      const LogRecord& record = log.at(offset);
      add(record.key);
      // The birth of a changelog is random.
      if (!state::ReadBirth(record.key, record.value)) add(record.value.value_or("-"));
      add(std::to_string(ToMs(record.append_time)) + "/" +
          std::to_string(static_cast<int>(record.state)) + "/" + std::to_string(record.producer) +
          "/" + std::to_string(record.epoch));
    }
  }
  return hash;
}

}  // namespace

RunReport RunSeed(uint64_t seed, Planted planted) { return Run(seed, planted).Execute(); }

void Summary::Add(const RunReport& report) {
  ++runs_;
  failed_ += report.violations.empty() ? 0 : 1;
  Count("window that fired", report.window_firings);
  Count("action that was not ordered again", report.not_ordered_again);
  Count("abort", report.aborts);
  Count("redone", report.redone);
  Count("redone with the next batch", report.undone);
  Count("fence", report.fences);
  Count("rebalance", report.rebalances);
  Count("kill", report.kills);
  Count("zombie", report.zombies);
  Count("windows restored", report.restored);
  Count("store wiped", report.stores_wiped);
  Count("store behind", report.store_lags);
  Count("reload with windows", report.reloads);
  Count("shuffle", report.shuffled);
  Count("uncertain", report.uncertain);
  Count("late EndTxn", report.late_ends);
  Count("late EndTxn that took effect", report.late_ends_taken);
}

void Summary::Count(std::string_view what, uint64_t times) {
  std::vector<Line>::iterator line = std::ranges::find(lines_, what, &Line::what);
  if (line == lines_.end()) line = lines_.insert(line, {.what = what});
  line->runs += times > 0 ? 1 : 0;
  line->times += times;
}

uint64_t Summary::Share(std::string_view what) const {
  const std::vector<Line>::const_iterator line = std::ranges::find(lines_, what, &Line::what);
  RIPOSTE_CHECK(line != lines_.end(), what);
  return line->runs * 100 / runs_;
}

std::string Summary::Text() const {
  std::string text = std::to_string(runs_) + " seeds, " + std::to_string(failed_) + " failed\n";
  for (const Line& line : lines_)
    text += "  " + std::string(line.what) + ": " + std::to_string(line.runs * 100 / runs_) +
            " % of the seeds, " + std::to_string(line.times) + " in all\n";
  return text;
}

}  // namespace riposte::sim
