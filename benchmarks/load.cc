// What it takes to load many rules from files, and how long events wait while such a set is loaded
// and takes the place of the live one.
//   bench_load FILE.ndjson[.zst] FOLDER [RULES]   events of the profile windows-nxlog; FOLDER is
//   made, and written full of rules: 100,000 if not said otherwise, ten a file
#include "rules/schema/load.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include "base/uuid.h"
#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "benchmarks/paced_input.h"
#include "benchmarks/synthetic_rules.h"
#include "connectors/memory/connector.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/worker_pool.h"
#include "rules/lint/lint.h"
#include "rules/query/print.h"
#include "rules/rule/load.h"

namespace riposte::bench {
namespace {

using std::chrono::steady_clock;

constexpr size_t kRules = 100'000;
constexpr size_t kRulesAFile = 10;
constexpr size_t kFewRules = 1'000;
constexpr uint64_t kSeed = 2026;
const std::vector<std::string> kProfiles = {"windows-nxlog"};
// A tenth of what one worker does.
constexpr double kEventsPerSecond = 20'000;
constexpr size_t kEvents = 5'000;
// How long the worker is watched without a reload, and behind each.
constexpr std::chrono::seconds kWatch{5};

double SecondsSince(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e3;
}

double ResidentMegabytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * 4096 / 1e6;
}

// As people write them: one document a rule, the query in a block scalar.
void WriteRules(const schema::SchemaPtr& schema, size_t count, const std::string& folder) {
  const rule::RuleSet rules = SyntheticRules(schema, count, kSeed);
  std::filesystem::create_directories(folder);
  for (size_t begin = 0; begin < count; begin += kRulesAFile) {
    std::ofstream file(folder + "/" + std::to_string(begin) + ".yaml");
    for (size_t i = begin; i < std::min(count, begin + kRulesAFile); ++i) {
      const std::string id = Uuid::V5(Uuid{}, std::to_string(i)).ToString();
      file << (i == begin ? "" : "---\n") << "id: " << id << "\nname: synthetic rule " << i
           << "\nseverity: medium\nquery: |\n  "
           << query::Print(rules.rules[i].query, schema->catalogue)
           << "\ntrigger:\n  single_match: {}\n";
    }
  }
}

// As the engine does at its start and at each reload.
pipeline::LiveRulesPtr Load(const schema::SchemaPtr& schema, const std::string& folder) {
  text::Diagnostics diagnostics;
  const rule::RuleSetPtr rules = rule::LoadRules({.paths = {folder}}, schema, diagnostics);
  if (rules != nullptr) lint::LintRules(*rules, diagnostics);
  if (diagnostics.has_errors()) {
    std::fputs(text::Render(diagnostics).substr(0, 4000).c_str(), stderr);
    std::exit(1);
  }
  return pipeline::LiveRules::Compile(rules, kProfiles);
}

class NoObserver final : public pipeline::Observer {
 public:
  void OnCommit(const pipeline::Report&) override {}
  void OnAbort(const pipeline::PartitionId&, bool) override {}
  void OnTaskStopped(const pipeline::PartitionId&, const Status&) override {}
};

// A worker at work while sets come and go.
class Live {
 public:
  Live(const Events& events, pipeline::LiveRulesPtr first)
      : pace_(std::make_shared<Pace>(events, kEventsPerSecond)),
        pool_({.workers = 1, .worker = {}, .on_failed = {}},
              {.clock = &clock_, .guards = &guards_, .observer = &observer_, .crashes = nullptr},
              control_, std::move(first)) {
    std::vector<pipeline::Assignment> assignments;
    assignments.push_back(AssignPaced(pace_, kProfiles.front()));
    pool_.OnAssigned(std::move(assignments));
  }
  ~Live() { pool_.OnRevoked({pace_->id()}, /*lost=*/true); }

  void Publish(pipeline::LiveRulesPtr live) { pool_.Publish(std::move(live)); }
  // The longest that an event waited since the last call, in milliseconds.
  double LongestWait() { return pace_->TakeLongestWait().count(); }

 private:
  const SystemClock clock_;
  const guard::Chain guards_ = guard::StandardChain({});
  NoObserver observer_;
  memory::MemoryControl control_;
  const std::shared_ptr<Pace> pace_;
  pipeline::WorkerPool pool_;
};

void PrintWait(const std::string& name, double milliseconds, double undisturbed) {
  Print({.name = name,
         .value = milliseconds,
         .unit = "ms",
         .reference = "longest_wait_without_reload",
         .ratio = milliseconds / undisturbed,
         .spread = 0});
}

void MeasureSwaps(const schema::SchemaPtr& schema, const std::string& folder,
                  const std::string& few_folder, const Events& events) {
  Live live(events, Load(schema, few_folder));
  std::this_thread::sleep_for(kWatch);
  (void)live.LongestWait();  // of the start
  std::this_thread::sleep_for(kWatch);
  const double undisturbed = live.LongestWait();
  PrintWait("longest_wait_without_reload", undisturbed, undisturbed);
  pipeline::LiveRulesPtr many = Load(schema, folder);
  PrintWait("longest_wait_while_loading", live.LongestWait(), undisturbed);
  live.Publish(std::move(many));
  std::this_thread::sleep_for(kWatch);
  PrintWait("longest_wait_at_swap", live.LongestWait(), undisturbed);
  pipeline::LiveRulesPtr few = Load(schema, few_folder);
  (void)live.LongestWait();
  live.Publish(std::move(few));
  std::this_thread::sleep_for(kWatch);
  PrintWait("longest_wait_at_swap_back", live.LongestWait(), undisturbed);
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 3) {
    std::fputs("usage: bench_load FILE.ndjson[.zst] FOLDER [RULES]\n", stderr);
    return 3;
  }
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  if (schema == nullptr) {
    std::fputs(text::Render(diagnostics).c_str(), stderr);
    return 3;
  }
  Events events;
  ReadEvents(arguments[1], kEvents, events);
  const std::string folder = std::string(arguments[2]) + "/many";
  const std::string few_folder = std::string(arguments[2]) + "/few";
  const size_t count = argument_count > 3 ? std::strtoull(arguments[3], nullptr, 10) : kRules;
  WriteRules(schema, count, folder);
  WriteRules(schema, kFewRules, few_folder);

  const double before = ResidentMegabytes();
  const steady_clock::time_point begin = steady_clock::now();
  pipeline::LiveRulesPtr live = Load(schema, folder);
  const double seconds = SecondsSince(begin);
  const std::string suffix = "_" + std::to_string(count) + "_rules";
  Print({.name = "load" + suffix,
         .value = seconds,
         .unit = "s",
         .reference = "",
         .ratio = 0,
         .spread = 0});
  Print({.name = "resident" + suffix,
         .value = ResidentMegabytes() - before,
         .unit = "MB",
         .reference = "",
         .ratio = 0,
         .spread = 0});
  Print({.name = "resident_peak" + suffix,
         .value = PeakMegabytes(),
         .unit = "MB",
         .reference = "",
         .ratio = 0,
         .spread = 0});
  live.reset();
  MeasureSwaps(schema, folder, few_folder, events);
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
