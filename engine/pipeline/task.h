// The path of a task's input partitions: batch by batch from bytes to a committed transaction.
// task.cc reads as that list.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/event/decode.h"
#include "engine/guard/guard.h"
#include "engine/guard/order_memory.h"
#include "engine/pipeline/committer.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/observer.h"
#include "engine/pipeline/poison.h"
#include "engine/pipeline/ports.h"
#include "engine/remediate/resolve.h"
#include "engine/state/store.h"
#include "engine/trigger/rule_windows.h"

namespace riposte::pipeline {

struct TaskOptions {
  size_t batch_records_max = 1000;
  size_t batch_bytes_max = 8u << 20;
  Duration commit_interval{100};
  Duration commit_interval_backlog{500};
  Duration commit_floor{10};  // between two commits, however urgent
  size_t commit_output_bytes_max = 4u << 20;
  size_t commit_changelog_bytes_max = 64u << 20;  // about
  size_t dead_letter_bytes_max = 64u << 10;       // of the original record
  size_t alert_event_bytes_max = 16u << 10;       // of the copy of the event on an alert
  size_t event_bytes_max = 1'048'588;             // the topic's max.message.bytes
  remediate::TimeToLive ttl;
  trigger::WindowOptions windows;
  guard::MemoryOptions orders;  // what a state task remembers of what it ordered
};

// What all tasks of a process use. Outlives them; safe to use from any thread.
struct Surroundings {
  const Clock* clock = nullptr;
  const guard::Chain* guards = nullptr;
  Observer* observer = nullptr;
  CrashHistory* crashes = nullptr;                     // null: no record is poison
  MakeCommitter make_committer = MakeDirectCommitter;  // for each task
  state::Stores* stores = nullptr;  // of state tasks; null: what they keep is in memory only
};

// What the operators say now; read anew for each batch, once its records are there: a task waits
// for records, and a stop that comes meanwhile is about them.
struct Standing {
  guard::Enforcement enforcement;
  std::shared_ptr<const guard::ArmingView> arming;
};
// What it gives is valid until the next call.
using ReadStanding = std::function<const Standing&()>;

// One or more input partitions. One thread.
//
// While a transaction is committed, the next one is open and worked on; no more than these two.
//
// A state task also keeps windows, and remembers what it ordered: both are taken over at the first
// Step(), before any record is read, and what time decides in windows is committed without records.
//
// Every record that was polled ends in exactly one committed transaction: as matched, unmatched,
// dead-lettered or empty. What an aborted transaction held is done again from the last committed
// offset, and gives the same ids.
class Task {
 public:
  // The outbox must take values of kValueBytesMin at least, on each topic.
  static constexpr size_t kValueBytesMin = 16u << 10;

  Task(Assignment assignment, const TaskOptions& options, const Surroundings& surroundings);
  ~Task();  // what is not committed is abandoned

  enum class Progress : uint8_t {
    kIdle,    // nothing new, nothing to commit
    kWorked,  // go on
    kEnded,   // the input is at its end and everything is committed
  };
  // One batch: polls, waiting at most `wait`, works, and commits if it is time. `read_standing` is
  // called for a batch with records, and for what windows fire without. An error stops the
  // task for good: kFenced, another instance has the partition; else the environment failed. The
  // open transaction is then abandoned.
  Result<Progress> Step(const LiveRulesPtr& live, const ReadStanding& read_standing, Duration wait);
  // For a revocation or the end: begins to commit what is open, once what is under way is
  // committed. Of many tasks each begins before the first is waited for.
  Status BeginFlush();
  // Commits what is open, and waits for it. kOk also when it was
  // aborted: the next owner does it again.
  Status Flush();

  const std::vector<PartitionId>& partitions() const;  // in the order of the sources

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::pipeline
