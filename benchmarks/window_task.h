// The path of a state task from an event's bytes to its windows, their store and their changelog,
// without the broker: for figures of what windows cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/file_changelog.h"
#include "engine/event/decode.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/task_state.h"
#include "tests/support/manual_clock.h"

namespace riposte::bench {

// The rules of a file or folder and those of the YAML `text`, compiled for the profile
// windows-nxlog. What does not load ends the program.
pipeline::LiveRulesPtr LoadWindowRules(const std::string& path, std::string_view text);

class IgnoringObserver final : public pipeline::Observer {
 public:
  void OnCommit(const pipeline::Report&) override {}
  void OnAbort(const pipeline::PartitionId&, bool) override {}
  void OnTaskStopped(const pipeline::PartitionId&, const Status&) override {}
};

// One thread.
class WindowTask {
 public:
  // What is pointed to outlives the task.
  struct Options {
    trigger::WindowOptions windows;
    state::Stores* stores = nullptr;  // null: in memory
    FileChangelog* changelog = nullptr;
    test::ManualClock* clock = nullptr;  // it goes on with the events
  };
  // `live` is of LoadWindowRules.
  WindowTask(pipeline::LiveRulesPtr live, const Options& options);

  // Takes the windows over from store and changelog. What fails ends the program.
  void Start();
  // What a task does with an event that no window is about; the reference.
  void TakeStateless(std::string_view event);
  // All of it; commits when a task does.
  void Take(std::string_view event);
  // The same in two parts.
  void Seal();
  void OnSealCommitted();
  void Commit();

  pipeline::TaskWindows& windows() { return *state_.windows(); }
  uint64_t firings(uint32_t rule) const { return firings_[rule]; }
  uint64_t evicted(uint32_t rule) const { return evicted_[rule]; }
  uint64_t commits() const { return commits_; }

 private:
  bool FindMatches(std::string_view event);
  remediate::Subject SubjectOfEvent() const;
  void CountEffects();

  const pipeline::LiveRulesPtr live_;
  const match::Matcher& matcher_;
  const Options options_;
  IgnoringObserver observer_;
  pipeline::TaskState state_;
  event::Decoder decoder_;
  match::Matcher::Scratch scratch_;
  std::vector<match::Match> matches_;
  std::vector<pipeline::OutRecord> sealed_;
  int64_t offset_ = 0;
  uint64_t since_commit_ = 0, commits_ = 0;
  std::vector<uint64_t> firings_, evicted_;  // by rule
};

}  // namespace riposte::bench
