// What windows cost a state task, without the broker: bytes to matches to windows to the store and
// the changelog (a file), against the same without windows.
//   bench_windows RULES FILE.ndjson[.zst] FOLDER [WINDOWS [KIND]]
// RULES: a rule file or folder, beside which one rule with windows by host is measured at a time;
// events of the profile windows-nxlog; FOLDER is made and used for store and changelog; 1,000,000
// live windows if not said otherwise, of a count and then of a sequence, or of that KIND alone.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

#include "base/cpu_time.h"
#include "benchmarks/harness.h"
#include "benchmarks/keyed_events.h"
#include "benchmarks/process_usage.h"
#include "benchmarks/window_task.h"
#include "engine/state/rocks_store.h"

namespace riposte::bench {
namespace {

constexpr uint32_t kWindows = 1'000'000;
constexpr size_t kRounds = 5;
constexpr size_t kRestarts = 3;
constexpr Time kBegin = TimeFromMs(1'780'000'000'000);
const std::string kStore = "0";

// Hosts whose name begins with `a` or `b` are of the rule, all others are not; none is of `c`.
struct Kind {
  std::string_view name;
  std::string_view rule;
  std::string_view letters;  // of events that touch a window
};
constexpr std::array<Kind, 2> kKinds = {{
    {.name = "count",
     .rule = R"yaml(
id: 0e3cbd7c-8a52-4a83-a5a3-6a1b8b0f2a01
name: count by host
severity: low
query: 'asset.id: "a*"'
trigger:
  count: {at_least: 10000, within: 15m, group_by: [asset.id]}
)yaml",
     .letters = "a"},
    {.name = "sequence",
     .rule = R"yaml(
id: 0e3cbd7c-8a52-4a83-a5a3-6a1b8b0f2a02
name: sequence by host
severity: low
trigger:
  sequence:
    within: 15m
    by: [asset.id]
    steps:
    - {name: first, query: 'asset.id: "a*"'}
    - {name: second, query: 'asset.id: "b*"'}
    - {name: third, query: 'asset.id: "c*"'}
)yaml",
     .letters = "ab"},
}};

struct Statistics {
  double median = 0;
  double spread = 0;  // (highest - lowest) / median
};

Statistics StatisticsOf(std::vector<double> values) {
  std::ranges::sort(values);
  const double median = values[values.size() / 2];
  return {.median = median, .spread = (values.back() - values.front()) / median};
}

// Seconds of `work` in each of the rounds, by `clock`.
std::vector<double> TimesOf(const std::function<double()>& clock, size_t rounds,
                            const std::function<void()>& work) {
  std::vector<double> times;
  for (size_t i = 0; i < rounds; ++i) {
    const double begin = clock();
    work();
    times.push_back(clock() - begin);
  }
  return times;
}

class WindowBench {
 public:
  WindowBench(const Kind& kind, const std::string& rules, KeyedEvents& events,
              const std::string& folder, uint32_t windows)
      : kind_(kind),
        events_(events),
        windows_(windows),
        live_(LoadWindowRules(rules, kind.rule)),
        stores_({.directory = folder + "/stores"}),
        changelog_(folder + "/changelog"),
        clock_(kBegin) {
    Renew();
    task_->Start();
  }

  void Run() {
    Fill();
    for (const uint32_t percent : {1u, 10u, 100u}) Throughput(percent);
    for (const uint32_t groups : {0u, 100u, 1'000u, 4'000u}) Transaction(groups);
    RestartFromStore();
    RestartFromChangelog();
  }

 private:
  std::string Name(std::string_view figure) const {
    return std::string(figure) + "_" + std::string(kind_.name);
  }

  // A task as it is before its start.
  void Renew() {
    task_.reset();
    task_ =
        std::make_unique<WindowTask>(live_, WindowTask::Options{.windows = {.groups_max = windows_},
                                                                .stores = &stores_,
                                                                .changelog = &changelog_,
                                                                .clock = &clock_});
  }

  std::string_view Touching(size_t event) {
    const char letter = kind_.letters[random_() % kind_.letters.size()];
    return events_.Of(event, letter, static_cast<uint32_t>(random_() % windows_));
  }

  // One occurrence in each window.
  void Fill() {
    malloc_trim(0);  // what compiling the rules left is no room for windows
    const size_t before = ResidentBytes();
    const double begin = ProcessCpuSeconds();
    for (uint32_t host = 0; host < windows_; ++host)
      task_->Take(events_.Of(events_.process_start(), 'a', host));
    task_->Commit();
    const double seconds = ProcessCpuSeconds() - begin;
    Check();
    const auto windows = static_cast<double>(windows_);
    Print({.name = Name("windows_begun"),
           .value = seconds / windows * 1e9,
           .unit = "ns/window",
           .reference = "",
           .ratio = 0,
           .spread = 0});
    const double resident = static_cast<double>(ResidentBytes() - before);
    const auto told = static_cast<double>(task_->windows().MemoryBytes());
    Print({.name = Name("windows_resident"),
           .value = resident / windows,
           .unit = "bytes/window",
           .reference = "what the correlator tells",
           .ratio = resident / told,
           .spread = 0});
  }

  void Check() {
    if (task_->windows().groups() == windows_) return;
    std::fprintf(stderr, "%zu windows instead of %u\n", task_->windows().groups(), windows_);
    std::exit(1);
  }

  // Each round first without windows, so that what befalls the machine befalls both.
  void Throughput(uint32_t percent) {
    const auto pass = [&](void (WindowTask::*take)(std::string_view)) {
      for (size_t i = 0; i < events_.size(); ++i)
        ((*task_).*take)(random_() % 100 < percent ? Touching(i) : events_.Of(i, 'x', 0));
    };
    std::vector<double> with, ratios;
    for (size_t round = 0; round <= kRounds; ++round) {
      const double without =
          TimesOf(ProcessCpuSeconds, 1, [&] { pass(&WindowTask::TakeStateless); }).front();
      const double all = TimesOf(ProcessCpuSeconds, 1, [&] { pass(&WindowTask::Take); }).front();
      if (round == 0) continue;  // it warms up
      with.push_back(all);
      ratios.push_back(without / all);
    }
    const Statistics ratio = StatisticsOf(ratios);
    Print({.name = Name("windows_touched_by_" + std::to_string(percent) + "_percent"),
           .value = static_cast<double>(events_.size()) / StatisticsOf(with).median / 1e3,
           .unit = "thousand events/s",
           .reference = "without windows",
           .ratio = ratio.median,
           .spread = ratio.spread});
  }

  // A transaction that has changed so many groups: what is made of it, and what the store takes.
  void Transaction(uint32_t groups) {
    std::vector<double> seals, commits;
    for (size_t round = 0; round <= 2 * kRounds; ++round) {
      task_->Commit();
      for (uint32_t i = 0; i < groups; ++i) task_->Take(Touching(events_.process_start()));
      const double sealed = TimesOf(ThreadCpuSeconds, 1, [&] { task_->Seal(); }).front();
      const double committed =
          TimesOf(ThreadCpuSeconds, 1, [&] { task_->OnSealCommitted(); }).front();
      if (round == 0) continue;  // it warms up
      seals.push_back(sealed);
      commits.push_back(committed);
    }
    const std::string suffix = "_" + std::to_string(groups) + "_groups";
    const Statistics seal = StatisticsOf(seals), commit = StatisticsOf(commits);
    Print({.name = Name("seal") + suffix,
           .value = seal.median * 1e6,
           .unit = "us/transaction",
           .reference = "",
           .ratio = 0,
           .spread = seal.spread});
    Print({.name = Name("commit_to_store") + suffix,
           .value = commit.median * 1e6,
           .unit = "us/transaction",
           .reference = Name("seal") + suffix,
           .ratio = commit.median / seal.median,
           .spread = commit.spread});
  }

  // Until the first event is worked on.
  void Restart() {
    task_->Start();
    task_->Take(Touching(events_.process_start()));
  }

  void PrintRestart(std::string_view name, const Statistics& took, std::string_view reference,
                    double against) {
    Check();
    Print({.name = Name(name),
           .value = took.median,
           .unit = "CPU s",
           .reference = reference,
           .ratio = took.median / against,
           .spread = took.spread});
  }

  void RestartFromStore() {
    task_->Commit();
    std::vector<double> times;
    for (size_t round = 0; round < kRestarts; ++round) {
      Renew();
      times.push_back(TimesOf(ThreadCpuSeconds, 1, [&] { Restart(); }).front());
    }
    task_.reset();
    const Statistics scan = StatisticsOf(TimesOf(ThreadCpuSeconds, kRestarts, [&] {
      const Result<state::Stores::Opened> opened = stores_.Open(kStore);
      if (opened.ok()) (void)opened->store->Scan("", [](auto, auto) { return true; });
    }));
    Renew();
    Restart();
    PrintRestart("restart_from_store", StatisticsOf(times), "reading the store", scan.median);
  }

  void RestartFromChangelog() {
    task_->Commit();
    std::vector<double> times;
    for (size_t round = 0; round < kRestarts; ++round) {
      Renew();
      if (!stores_.Wipe(kStore).ok()) std::exit(1);
      times.push_back(TimesOf(ThreadCpuSeconds, 1, [&] { Restart(); }).front());
    }
    const Statistics read = StatisticsOf(TimesOf(ThreadCpuSeconds, kRestarts, [&] {
      (void)changelog_.Reader()->Read(0, changelog_.records(),
                                      [](auto, auto, auto) { return Status::Ok(); });
    }));
    PrintRestart("restart_from_changelog", StatisticsOf(times), "reading the changelog",
                 read.median);
    std::fprintf(stderr, "the changelog has %lld records\n",
                 static_cast<long long>(changelog_.records()));
  }

  const Kind& kind_;
  KeyedEvents& events_;
  const uint32_t windows_;
  const pipeline::LiveRulesPtr live_;
  state::RocksStores stores_;
  FileChangelog changelog_;
  test::ManualClock clock_;
  std::mt19937 random_{2026};
  std::unique_ptr<WindowTask> task_;
};

int Run(int argument_count, char** arguments) {
  if (argument_count < 4) {
    std::fputs("usage: bench_windows RULES FILE.ndjson[.zst] FOLDER [WINDOWS [KIND]]\n", stderr);
    return 3;
  }
  Events recorded;
  ReadEvents(arguments[2], kMostEvents, recorded);
  KeyedEvents events(recorded);
  recorded.clear();
  const uint64_t windows = argument_count > 4 ? std::strtoull(arguments[4], nullptr, 10) : kWindows;
  if (windows == 0 || windows > KeyedEvents::kHosts || events.size() == 0) {
    std::fputs("bench_windows: 1 to 10000000 windows, and events with a host\n", stderr);
    return 3;
  }
  for (const Kind& kind : kKinds) {
    if (argument_count > 5 && kind.name != arguments[5]) continue;
    const std::string folder = std::string(arguments[3]) + "/" + std::string(kind.name);
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    WindowBench(kind, arguments[1], events, folder, static_cast<uint32_t>(windows)).Run();
    std::filesystem::remove_all(folder);
  }
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
