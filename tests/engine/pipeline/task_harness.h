// One task over a MemoryLog with a clock that the test moves, and what came out.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "connectors/memory/connector.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/task.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/manual_clock.h"

namespace riposte::test {

// Everything that was told, copied.
class RecordingObserver final : public pipeline::Observer {
 public:
  struct Commit {
    pipeline::Counts counts;
    std::vector<std::pair<std::string, uint64_t>> matches;  // rule name
    std::vector<std::string> sources;                       // "edr-0 2 behind 0": consumed, lag
    std::vector<uint64_t> rule_ns;                          // as the matches
    std::vector<std::string> commands;                      // "kill_process ordered 2"
    std::vector<std::string> decisions;                     // "mode dry_run 1"
  };
  void OnCommit(const pipeline::Report& report) override;
  void OnAbort(const pipeline::PartitionId& partition, bool open_behind) override;
  void OnTaskStopped(const pipeline::PartitionId& partition, const Status& reason) override;
  void OnWindowsStart(const pipeline::WindowsStart& start) override { starts.push_back(start); }
  void OnWindowsAwaited(int32_t, const Status&) override { ++awaited; }
  void OnWindowsReload(const pipeline::WindowsReload& reload) override {
    reloads.push_back(reload);
  }
  void OnStoreLag(int32_t, const Status& reason) override { store_lags.push_back(reason.code()); }

  std::vector<pipeline::WindowsStart> starts;
  std::vector<pipeline::WindowsReload> reloads;
  std::vector<ErrorCode> store_lags;
  size_t awaited = 0;
  std::vector<Commit> commits;
  size_t aborts = 0;
  size_t undone = 0;  // open batches behind them
  std::vector<std::string> stopped;
};

// Armed for every rule since the epoch.
class AlwaysArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

inline const pipeline::PartitionId kPartition{.topic = "edr", .partition = 0};

class TaskHarness {
 public:
  explicit TaskHarness(std::vector<rule::Rule> rules);

  // Appends an event or any bytes now.
  int64_t Append(std::string value);
  int64_t Append(const EventJson& event) { return Append(event.Text()); }
  int64_t AppendTombstone();

  // A new owner of the partition takes over from the committed offset.
  void Restart();
  void UseRules(std::vector<rule::Rule> rules);
  Result<pipeline::Task::Progress> Step(Duration wait = Duration::zero());
  // Steps, and lets time pass, until all that was appended is committed.
  void RunToEnd();

  // Of the committed outputs.
  std::vector<json::Value> Outputs(pipeline::OutTopic topic) const;
  std::vector<std::string> CommandIds() const;
  // Audit records of a kind: "decision" or "counts".
  std::vector<json::Value> Audit(std::string_view kind) const;
  // Adds up the counts records; checks on the way that each adds up itself and that they cover the
  // offsets without gap or overlap.
  pipeline::Counts Accounted() const;

  ManualClock clock{TimeAt("2026-11-25T01:00:01Z")};
  memory::MemoryLog log;
  RecordingObserver observer;
  pipeline::Standing standing;  // enforcing, all rules armed
  size_t standing_reads = 0;
  pipeline::TaskOptions options;
  size_t value_bytes_max = 1'000'000;
  pipeline::CrashHistory* crashes = nullptr;
  std::vector<pipeline::PartitionId> partitions = {kPartition};  // that the task reads
  pipeline::MakeCommitter make_committer = pipeline::MakeDirectCommitter;
  int64_t skipped_from = -1;  // of the first owner: Assignment's
  bool keeps_windows = false;
  state::Stores* stores = nullptr;
  std::function<void(pipeline::Assignment& assignment)> adjust;  // each before it is worked on
  std::unique_ptr<pipeline::Task> task;

 private:
  const guard::Chain guards_ = guard::StandardChain({});
  pipeline::LiveRulesPtr live_;
};

// A PROCESS event that rules on `name` match, of a process that may be killed.
EventJson ProcessEvent(std::string_view id, std::string_view name);

}  // namespace riposte::test
