// Rules that go live when their files change.
//
// A thread of its own watches the folders (change notices, and the bytes themselves at an interval
// for file systems without), waits until writers are done, reads and compiles the set, and hands it
// out. A set with an error is refused whole and the one before stays live. The last good set is
// kept in the state directory, for a start with a broken folder.
//
// A set without any rule takes the place of none that has some, neither of the live one nor, at the
// start, of the one that was kept: so it looks when a mount is gone. It is live only where there
// never was another.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/folder_watch.h"
#include "app/rule_loading.h"
#include "base/time.h"
#include "engine/pipeline/task.h"
#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {

// Which rules are live, and whether the folder's are.
struct RulesState {
  std::string sha256;
  size_t rules = 0;
  bool last_good = false;  // live is what was kept, because the folder is broken
  std::string problem;     // why the folder's content is not live; empty if it is
  Time live_since{};
};

class RuleReloader {
 public:
  struct Options {
    std::vector<std::string> paths;
    std::vector<std::string> profiles;  // those that the inputs have
    std::string state_directory;        // empty: nothing is kept
    Duration rescan_interval{10'000};
    bool keeps_windows = true;  // false: rules that need windows are refused
  };
  // Called on the reloader's thread (by LoadFirst: on the caller's).
  struct Listener {
    std::function<void(const pipeline::LiveRulesPtr& live, const RulesState& state)> on_live;
    std::function<void()> on_refused;
  };

  RuleReloader(Options options, schema::SchemaPtr schema, Listener listener);
  ~RuleReloader();  // ends the thread

  // Before Start(): the folder's set, or else the last good one. False if there is none;
  // `diagnostics` gets what is wrong.
  bool LoadFirst(text::Diagnostics& diagnostics);
  void Start();
  // Reads the folder now, whether it changed or not. Any thread; returns at once.
  void ReloadNow();
  // Any thread.
  RulesState state() const;

 private:
  void Run();
  // Reads, and hands out what is new.
  void Reload();
  std::string KeptFolder() const;  // of the last good set; empty: there is none
  bool LoadLastGood();
  LoadedRules Load(const std::vector<std::string>& paths) const;
  // Makes an error of a set without rules.
  void RefuseEmpty(LoadedRules& loaded) const;
  void GoLive(const rule::RuleSetPtr& rules, bool last_good);
  void Refuse(const text::Diagnostics& diagnostics);

  const Options options_;
  const schema::SchemaPtr schema_;
  const Listener listener_;
  rule::RuleSetPtr live_;  // the set that is; of the thread
  std::string tried_;      // fingerprint of the bytes that were last read; of the thread
  mutable std::mutex mutex_;
  RulesState state_;
  FolderWatch watch_;
  std::thread thread_;
};

}  // namespace riposte::app
