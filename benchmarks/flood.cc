// What a flood of keys does to a state task: one rule gets ever new groups, another one counts.
//   bench_flood RULES FILE.ndjson[.zst] FOLDER [GROUPS]   RULES and events as bench_windows has
//   them; FOLDER is made and used for the stores; 300,000 distinct groups if not said otherwise,
//   10,000,000 at most
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <malloc.h>

#include "benchmarks/harness.h"
#include "benchmarks/keyed_events.h"
#include "benchmarks/process_usage.h"
#include "benchmarks/window_task.h"
#include "engine/state/rocks_store.h"

namespace riposte::bench {
namespace {

constexpr uint32_t kGroups = 300'000;
constexpr uint32_t kRounds = 5;
constexpr uint32_t kSteadyHosts = 1'000;
constexpr uint32_t kSteadyThreshold = 10;
constexpr uint32_t kSteadyEvery = 10;    // of events, one is for the rule that counts
constexpr uint32_t kCalmHosts = 50'000;  // of the reference: within the bound
constexpr Time kBegin = TimeFromMs(1'780'000'000'000);
constexpr std::string_view kRules = R"yaml(
id: 0e3cbd7c-8a52-4a83-a5a3-6a1b8b0f2a03
name: flooded
severity: low
query: 'asset.id: "a*"'
trigger:
  count: {at_least: 10000, within: 15m, group_by: [asset.id]}
---
id: 0e3cbd7c-8a52-4a83-a5a3-6a1b8b0f2a04
name: steady
severity: low
query: 'asset.id: "b*"'
trigger:
  count: {at_least: 10, within: 15m, cooldown: 0s, group_by: [asset.id]}
)yaml";

uint32_t RuleOfName(const pipeline::LiveRules& live, std::string_view name) {
  const std::vector<rule::Rule>& rules = live.rules->rules;
  const auto found = std::ranges::find(rules, name, &rule::Rule::name);
  return static_cast<uint32_t>(found - rules.begin());
}

// A task, its store and changelog, and how far its input is.
class Flooded {
 public:
  Flooded(const pipeline::LiveRulesPtr& live, const std::string& folder, uint32_t hosts)
      : hosts_(hosts),
        stores_({.directory = folder + "/stores"}),
        changelog_(folder + "/changelog"),
        clock_(kBegin),
        task_(live,
              {.windows = {}, .stores = &stores_, .changelog = &changelog_, .clock = &clock_}) {
    task_.Start();
  }

  void Take(KeyedEvents& events, uint32_t count) {
    const size_t event = events.process_start();
    for (uint32_t i = 0; i < count; ++i, ++taken_) {
      task_.Take(events.Of(event, 'a', taken_ % hosts_));
      if (taken_ % kSteadyEvery == 0) task_.Take(events.Of(event, 'b', steady_++ % kSteadyHosts));
    }
    task_.Commit();
  }

  WindowTask& task() { return task_; }
  uint32_t taken() const { return taken_; }
  // Each host of the rule that counts has had so many matches, or one more.
  uint64_t firings_due() const {
    const uint64_t each = steady_ / kSteadyHosts, more = steady_ % kSteadyHosts;
    return each / kSteadyThreshold * (kSteadyHosts - more) + (each + 1) / kSteadyThreshold * more;
  }

 private:
  const uint32_t hosts_;
  state::RocksStores stores_;
  FileChangelog changelog_;
  test::ManualClock clock_;
  WindowTask task_;
  uint32_t taken_ = 0, steady_ = 0;
};

// Whether the other rule counted on, and all that went was told.
bool IsRight(Flooded& flood, const pipeline::LiveRules& live) {
  const uint32_t flooded = RuleOfName(live, "flooded"), steady = RuleOfName(live, "steady");
  const size_t bound = trigger::WindowOptions().groups_max;
  const uint64_t gone = flood.taken() > bound ? flood.taken() - bound : 0;
  const WindowTask& task = flood.task();
  std::fprintf(stderr, "%u groups: %zu are there, %llu are told to be gone; %llu firings\n",
               flood.taken(), flood.task().windows().groups(),
               static_cast<unsigned long long>(task.evicted(flooded)),
               static_cast<unsigned long long>(task.firings(steady)));
  return task.evicted(flooded) == gone && task.evicted(steady) == 0 && task.firings(flooded) == 0 &&
         task.firings(steady) == flood.firings_due() &&
         flood.task().windows().groups() <= bound + kSteadyHosts;
}

double SecondsOf(Flooded& task, KeyedEvents& events, uint32_t count) {
  const double begin = ProcessCpuSeconds();
  task.Take(events, count);
  return ProcessCpuSeconds() - begin;
}

int Measure(const pipeline::LiveRulesPtr& live, KeyedEvents& events, const std::string& folder,
            uint32_t groups) {
  Flooded calm(live, folder + "/calm", kCalmHosts);
  Flooded flood(live, folder + "/flood", KeyedEvents::kHosts);
  const uint32_t part = groups / kRounds;
  std::array<double, kRounds> seconds{}, ratios{};
  malloc_trim(0);
  const size_t before = ResidentBytes();
  for (uint32_t round = 0; round < kRounds; ++round) {
    const double reference = SecondsOf(calm, events, part);
    seconds[round] = SecondsOf(flood, events, part);
    ratios[round] = seconds[round] / reference;
  }
  if (!IsRight(flood, *live)) {
    std::fputs("bench_flood: the other rule's counts, or what was told, are wrong\n", stderr);
    return 1;
  }
  std::ranges::sort(seconds);
  std::ranges::sort(ratios);
  const double median = ratios[kRounds / 2];
  Print({.name = "key_flood",
         .value = seconds[kRounds / 2] / part * 1e9,
         .unit = "ns/event",
         .reference = "events of 50,000 groups",
         .ratio = median,
         .spread = (ratios.back() - ratios.front()) / median});
  Print({.name = "key_flood_resident",
         .value = static_cast<double>(ResidentBytes() - before) / 1e6,
         .unit = "MB",
         .reference = "",
         .ratio = 0,
         .spread = 0});
  return 0;
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 4) {
    std::fputs("usage: bench_flood RULES FILE.ndjson[.zst] FOLDER [GROUPS]\n", stderr);
    return 3;
  }
  Events recorded;
  ReadEvents(arguments[2], kMostEvents, recorded);
  KeyedEvents events(recorded);
  const uint64_t groups = argument_count > 4 ? std::strtoull(arguments[4], nullptr, 10) : kGroups;
  if (groups < kRounds || groups > KeyedEvents::kHosts || events.size() == 0) {
    std::fputs("bench_flood: 5 to 10000000 groups, and events with a host\n", stderr);
    return 3;
  }
  const std::string folder = arguments[3];
  std::filesystem::remove_all(folder);
  for (const char* each : {"/calm", "/flood"}) std::filesystem::create_directories(folder + each);
  const int code =
      Measure(LoadWindowRules(arguments[1], kRules), events, folder, static_cast<uint32_t>(groups));
  std::filesystem::remove_all(folder);
  return code;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
