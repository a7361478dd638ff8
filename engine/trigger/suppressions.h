// Which alerts of a task are silent: the spans of `suppress`, by rule and key. A key may be judged
// by one task only.
//
// As a Correlator: everything that is called inside a batch can be taken back as long as it is not
// committed, and the same calls in the same order, from the same states, give the same. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/trigger/correlator.h"
#include "engine/trigger/deadlines.h"
#include "engine/trigger/effects.h"
#include "engine/trigger/rule_batches.h"
#include "engine/trigger/suppress.h"
#include "engine/trigger/suppress_keys.h"
#include "engine/trigger/undoable_groups.h"

namespace riposte::trigger {

struct SuppressOptions {
  // How long a key is kept whose span was over already when it began: an endpoint may be telling
  // now what it saw while it was away.
  Duration allowed_lateness = std::chrono::hours(1);
  size_t keys_max = 100'000;  // of one rule; 1 or more
};

// A span is over, or its key went at the bound; something was silenced in it.
struct EndedSpan {
  uint32_t rule = 0;
  std::string key;
  SilencedSpan span;
  bool operator==(const EndedSpan&) const = default;
};

// Calls append; the caller clears. Each list in the order in which it came about.
struct SuppressEffects {
  std::vector<EndedSpan> ended;
  // A key's span was open when it went at the bound: its next alert is not silent.
  std::vector<EvictedGroup> evicted;
  void Clear();
};

class Suppressions {
 public:
  Suppressions(std::shared_ptr<const SuppressKeys> keys, const SuppressOptions& options);

  // Of a rule that SuppressKeys::Has. `key`: of OfMatch or OfWindow; `time`: the firing's, of a
  // place (contribution.h); `targets` as Suppressor has them. What ended is in `effects`.
  struct Verdict {
    bool silent = false;
    Time first{};          // the alert that began the span
    int64_t silenced = 0;  // in this span so far, this one included
    bool operator==(const Verdict&) const = default;
  };
  Verdict Judge(uint32_t rule, std::string_view key, Time time,
                std::span<const std::string_view> targets, SuppressEffects& effects);
  // The task's watermark; never less than before. What is over ends, by rule, deadline and key.
  void OnTime(Time watermark, SuppressEffects& effects);
  // OnTime has something to do when the watermark is beyond this.
  std::optional<Time> NextDeadline() const { return deadlines_.Earliest(); }

  // As Correlator has them.
  void BeginBatch();
  void CommitOldest();
  void UndoNewest();
  size_t open_batches() const { return batches_.size(); }
  void AppendChanged(std::vector<ChangedGroup>& changed) const;
  void StartAt(Time watermark);
  bool Restore(uint32_t rule, std::string_view key, std::string_view state);

  // Takes the keys of `old`, which is of no use then, with its watermark and open batches, where
  // rule and definition are the same. This one has judged nothing yet, and has the same options.
  void TakeOver(Suppressions& old);

  size_t keys() const;
  size_t MemoryBytes() const;  // approximate

 private:
  struct OfRule {
    OfRule(Duration span, size_t keys_max) : suppressor(span), keys(keys_max) {}
    Suppressor suppressor;
    UndoableGroups<SuppressState> keys;
  };

  GroupId Add(uint32_t rule, std::string_view key, SuppressEffects& effects);
  void Touch(uint32_t rule);
  void SetDeadline(OfRule& of, GroupId id) const;
  void SetDeadline(uint32_t rule);
  MovedRules MoveKeys(Suppressions& old);

  std::shared_ptr<const SuppressKeys> keys_;
  Duration lateness_;
  std::vector<std::unique_ptr<OfRule>> of_rules_;  // null: it has no `suppress`
  Deadlines deadlines_;                            // by rule
  Time watermark_ = Time::min();
  RuleBatches batches_;
};

}  // namespace riposte::trigger
