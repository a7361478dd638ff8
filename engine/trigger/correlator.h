// The windows of a rule set on one task: takes what belongs to its groups, and tells what fired.
//
// Everything that is called inside a batch can be taken back as long as it is not committed: after
// that the same calls give the same again. One thread. The same calls in the same order, from the
// same states, give the same effects on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/trigger/contribution.h"
#include "engine/trigger/deadlines.h"
#include "engine/trigger/effects.h"
#include "engine/trigger/match_values.h"
#include "engine/trigger/rule_batches.h"
#include "engine/trigger/rule_windows.h"

namespace riposte::trigger {

// A group's state as bytes, for the changelog and the store.
struct ChangedGroup {
  uint32_t rule = 0;
  std::string key;
  std::optional<std::string> state;  // empty: it is gone
  bool operator==(const ChangedGroup&) const = default;
};

class Correlator {
 public:
  // Whether the task owns the group that a contribution goes to, by its route. Empty: it is a
  // single task, which owns all.
  using Owns = std::function<bool(const Contribution&)>;

  // Errors: a time zone that this machine does not know.
  static Result<std::unique_ptr<Correlator>> Make(std::shared_ptr<const MatchValues> values,
                                                  const WindowOptions& options, Owns owns = {});

  // Whether the contribution is one of this rule set; else nothing happened. Its order: OrderOf a
  // number of the caller's, or that of a contribution of `chained`.
  bool Take(const Contribution& contribution, Effects& effects);
  // GoOn has something to do when the watermark is beyond this.
  std::optional<Time> NextDeadline() const;
  Time watermark() const { return watermark_; }

  // Takes what is in `effects.chained` and the task owns, and what that brings about, until there
  // is nothing more. What is left there goes to other tasks.
  void RunChains(Effects& effects);

  // Time goes on towards the task's watermark: the one group that is due next before it, by moment,
  // rule and key, is done, with its chains, since what fires may end what waits for a later moment.
  // However many groups one moment has, the caller may stop, commit and go on between any two:
  // where it does so is nothing that an effect depends on, as long as it takes nothing else in
  // between. Until the moment is done, time stands right behind it: the groups that are left are
  // judged by that time whenever they are touched, as what is chained may do. False if nothing was
  // due; time is at `watermark` then, unless it was beyond. `next_index` numbers what is done
  // (OrderOf), and counts on.
  bool GoOn(Time watermark, uint64_t& next_index, Effects& effects);

  // Batches: begun, and ended one by one from the oldest (committed) or from the newest (undone).
  // Without an open one nothing can be taken back.
  void BeginBatch();
  void CommitOldest();
  void UndoNewest();  // the watermark, too
  size_t open_batches() const { return batches_.size(); }
  // Appends each group whose state is not what it was when the newest batch began, once.
  void AppendChanged(std::vector<ChangedGroup>& changed);
  // About what they take, kept as it goes: of each group what was written of it last, and what came
  // to it since the newest batch began. More than it is where a group has lost something since. Of
  // what was changed since BeginBatch() was last called.
  size_t changed_bytes() const { return changed_bytes_; }

  // After a start, without a batch: how far the sources were, then the states.
  void StartAt(Time watermark);
  // False, and nothing changed: no state of that rule's, or no room for another group.
  bool Restore(uint32_t rule, std::string_view key, std::string_view state);

  // What a reload did to the windows. By index in the new rule set, `ended` by rule id.
  struct Reload {
    std::vector<uint32_t> kept;   // as they were
    std::vector<uint32_t> begun;  // anew: the rule, or what it asks for, is new
    std::vector<Uuid> ended;      // of rules that are gone or that begin anew
  };
  // Takes the windows of `old`, which is of no use then, with its watermark and open batches, where
  // rule and definition are the same. This one has taken nothing yet, and has the same options.
  Reload TakeOver(Correlator& old);

  size_t groups() const;
  // Approximate: with what groups keep of events, and with what brings them back. It costs a look
  // at each rule.
  size_t MemoryBytes() const;

 private:
  Correlator(std::shared_ptr<const MatchValues> values, Owns owns);
  void TakeSingle(const Contribution& contribution, Effects& effects);
  void Tell(uint32_t rule, const std::string& key, Outcome outcome, Effects& effects);
  void Touch(uint32_t rule);
  void SetDeadline(uint32_t rule);
  MovedRules MoveWindows(Correlator& old, Reload& reload);

  std::shared_ptr<const MatchValues> values_;
  Owns owns_;
  std::vector<std::unique_ptr<RuleWindows>> windows_;  // by rule; null: it has none
  Deadlines deadlines_;                                // by rule
  Time watermark_ = Time::min();
  uint64_t last_order_ = 0;
  size_t changed_bytes_ = 0;
  RuleBatches batches_;
  std::vector<RuleWindows::GroupOutcome> due_;  // of a call
};

}  // namespace riposte::trigger
