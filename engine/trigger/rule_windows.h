// The windows of one rule on one task: its criterion and its groups, and what brings them back to
// where they were when a batch began.
//
// The rule is not referred to afterwards. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/trigger/contribution.h"
#include "engine/trigger/occurrence.h"
#include "engine/trigger/undoable_groups.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

struct WindowOptions {
  Duration allowed_lateness = std::chrono::hours(1);
  size_t groups_max = 100'000;  // of one rule; 1 or more
  bool operator==(const WindowOptions&) const = default;
};

class RuleWindows {
 public:
  // What time brought about in one group.
  struct GroupOutcome {
    std::string key;
    Outcome outcome;
  };
  using GroupState = trigger::GroupState;
  struct Taken {
    Fate fate = Fate::kCounted;
    // The group that went at the bound and could still have mattered.
    std::optional<std::string> evicted;
  };

  virtual ~RuleWindows() = default;

  // `contribution` is one of the rule's. `watermark`: of the last OnTime. The outcome is appended.
  virtual Taken Take(const Contribution& contribution, Time watermark, Outcome& outcome) = 0;
  // Does the first group that is due, by deadline and key: appends what fires or closes, or forgets
  // it if it cannot matter any more. False: none is due.
  virtual bool OnTime(Time watermark, std::vector<GroupOutcome>& outcomes) = 0;
  // OnTime has something to do when the watermark is beyond this.
  virtual std::optional<Time> NextDeadline() const = 0;

  // As Correlator has them.
  virtual void BeginBatch() = 0;
  virtual void CommitOldest() = 0;
  virtual void UndoNewest() = 0;
  virtual void AppendChanged(std::vector<GroupState>& changed) = 0;
  virtual size_t changed_bytes() const = 0;
  // All groups, the least recently used first.
  virtual void AppendAll(std::vector<GroupState>& all) const = 0;
  // Without an open batch. False, and nothing changed: no state of this rule's criterion, or no
  // room for another group.
  virtual bool Restore(std::string_view key, std::string_view bytes, Time watermark) = 0;

  virtual size_t groups() const = 0;
  virtual size_t MemoryBytes() const = 0;  // approximate
};

// Null if the trigger has none (single_match). Errors: a time zone that this machine does not know.
Result<std::unique_ptr<RuleWindows>> MakeRuleWindows(const rule::Rule& rule,
                                                     const WindowOptions& options);

}  // namespace riposte::trigger
