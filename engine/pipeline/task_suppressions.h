// Which alerts of a state task are silent, through transactions, aborts and takeovers: the spans
// (trigger::Suppressions), their records of the changelog, and what brings them back from the
// store.
//
// The changelog's record of a key stands under the rule's id and the identity of its `suppress`
// (trigger::SuppressKeys::definition).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/remediate/firing.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"
#include "engine/trigger/suppress_keys.h"
#include "engine/trigger/suppressions.h"

namespace riposte::pipeline {

// One thread.
class TaskSuppressions {
 public:
  using Keys = std::shared_ptr<const trigger::SuppressKeys>;
  // What the store had for these rules.
  struct Restored {
    size_t keys = 0;
    size_t refused = 0;  // no states of the rule's, or beyond its bound
  };

  // Goes on where `store`, which need not outlive it, says that the task was; `watermark`: where
  // its windows go on. kDamaged: it is.
  static Result<std::unique_ptr<TaskSuppressions>> Make(Keys keys, const state::Store& store,
                                                        const trigger::SuppressOptions& options,
                                                        Time watermark);
  // Goes on as `old`, which is of no use then, under other rules; with the same options. Nothing of
  // it is sealed.
  static std::unique_ptr<TaskSuppressions> TakeOver(Keys keys, TaskSuppressions& old,
                                                    const trigger::SuppressOptions& options);

  const Restored& restored() const { return restored_; }
  // Whose states the changelog may have.
  std::vector<state::DefinitionId> definitions() const;

  // Whether the alert of the firing, of a rule of these, is silent. `key` may be anyone's: of
  // another `suppress` it is not. `targets`: as Suppressor has them.
  bool IsSilent(const remediate::Firing& firing, const trigger::AlertKey& key,
                std::span<const std::string_view> targets);
  // The windows' watermark, once what they fired by then was judged.
  void OnTime(Time watermark);

  // What came about since the last Forget().
  const trigger::SuppressEffects& effects() const { return effects_; }
  void Forget() { effects_.Clear(); }

  // What the changelog gets of what was judged since the last Seal(), at most.
  size_t changed_bytes() const { return changed_bytes_; }
  // What was done since the last call becomes part of a transaction: the changes of the changelog
  // that it needs, and of the store once it is committed. Two may be sealed or open, no more.
  std::vector<state::Change> Seal();
  void OnCommitted();  // the oldest that is sealed
  void Undo();         // all that is not committed: the newest first
  size_t keys() const { return suppressions_.keys(); }

 private:
  TaskSuppressions(Keys keys, const trigger::SuppressOptions& options);
  Status Restore(const state::Store& store);
  void Begin();

  const Keys keys_;
  std::vector<state::DefinitionId> definitions_;  // by rule
  trigger::Suppressions suppressions_;
  trigger::SuppressEffects effects_;
  size_t changed_bytes_ = 0;
  Restored restored_;
};

}  // namespace riposte::pipeline
