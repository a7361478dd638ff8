// How the parts of an engine are put together, started and stopped. The orders stand in wiring.cc.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/announcer.h"
#include "app/config.h"
#include "app/crash_log.h"
#include "app/metrics.h"
#include "app/reload.h"
#include "base/http.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/guard/order_memory.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/worker_pool.h"
#include "engine/state/changelog.h"
#include "engine/state/store.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {

// Where events come from and commands go: Kafka, or the embedded connectors.
struct Outside {
  std::unique_ptr<pipeline::Control> control;
  std::unique_ptr<pipeline::Connector> connector;
};

// Kafka by the configuration. kInvalidArgument: the configuration is wrong or names no topic. Talks
// to no broker yet.
Result<Outside> MakeKafka(const Config& config);

// The control records alone, read to their end within `patience`: for the command line. With no
// brokers configured, those of the state directory.
Result<std::unique_ptr<pipeline::Control>> OpenControl(const Config& config, Duration patience);

// A partition of the changelog, to be compared with a store. kInvalidArgument: the configuration is
// wrong or names no broker.
Result<std::unique_ptr<state::Changelog>> OpenChangelog(const Config& config, int32_t partition,
                                                        Duration patience);

// The guards' settings by the configuration. kInvalidArgument: a protected path is no pattern.
Result<guard::Settings> GuardSettings(const Config& config);
remediate::TimeToLive TimeToLiveOf(const Config& config);
guard::MemoryOptions OrderMemoryOf(const Config& config);

class Engine {
 public:
  struct Options {
    Config config;
    std::string listen;  // of the HTTP server; empty: none
    // Called once, on any thread, when the engine cannot go on: Failure() says why. Must only wake
    // somebody.
    std::function<void()> on_failed;
    CrashLog* crashes = nullptr;  // outlives the engine; null: crashes are not counted
  };
  Engine(Options options, Outside outside);
  ~Engine();  // Stop()

  enum class Loaded { kYes, kBroken };
  // The profiles and the rules: the folder's, or the last good ones. kBroken: neither;
  // `diagnostics` has everything that is wrong.
  Loaded LoadRules(text::Diagnostics& diagnostics);
  // After LoadRules(). What it started is stopped if it fails.
  Status Start();
  // Everything committed and left within kStopDeadline, whatever the peers do.
  void Stop();
  static constexpr Duration kStopDeadline{4000};

  void ReloadRules();
  // Whether every input has ended and is committed (embedded inputs only).
  bool Finished() const;
  Status Failure() const;
  // Of the HTTP server; 0 if there is none.
  uint16_t port() const;

  // What /livez and /readyz answer.
  struct Probe {
    bool good = true;
    std::string text;  // a line for each check
  };
  Probe Live() const;
  Probe Ready() const;
  RulesState rules_state() const;
  pipeline::LiveRulesPtr live_rules() const { return pool_->live(); }

 private:
  class Assignments;

  const Options options_;
  const SystemClock clock_;
  metrics::Registry registry_;
  EngineMetrics metrics_;
  Outside outside_;
  std::unique_ptr<guard::Chain> guards_;
  std::unique_ptr<state::Stores> stores_;
  schema::SchemaPtr schema_;
  std::unique_ptr<RuleReloader> reloader_;
  std::unique_ptr<Announcer> announcer_;
  std::mutex first_mutex_;  // of first_live_ and pool_ while rules may go live
  pipeline::LiveRulesPtr first_live_;
  std::unique_ptr<pipeline::WorkerPool> pool_;
  std::unique_ptr<Assignments> assignments_;
  std::unique_ptr<http::Server> server_;
  mutable std::mutex failure_mutex_;
  Status failure_;
};

}  // namespace riposte::app
