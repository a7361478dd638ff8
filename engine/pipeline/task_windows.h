// The windows of a task: from what matched to what fired, and their state through transactions,
// aborts and takeovers. Of a task that owns all its groups: what its matches and firings are to
// other rules, it takes itself.
//
// The changelog's record of a group stands under the rule's id and the identity of its windows'
// definition (rule::DefinitionHash): what was counted for another query is never found again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/result.h"
#include "base/time.h"
#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "engine/remediate/subject.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"
#include "engine/trigger/correlator.h"
#include "engine/trigger/watermark.h"

namespace riposte::pipeline {

// One thread.
class TaskWindows {
 public:
  struct Options {
    trigger::WindowOptions windows{};
    Duration idle_wait = trigger::Watermark::kIdleWait;
  };
  // What the store had for these rules.
  struct Restored {
    size_t groups = 0;
    size_t refused = 0;  // no states of the rule's criterion, or beyond its bound
  };

  // Goes on where `store`, which need not outlive it, says that the task was. `sources`: the task's
  // input partitions, numbered. Errors: kDamaged, the store is; a time zone that this machine does
  // not know.
  static Result<std::unique_ptr<TaskWindows>> Make(
      std::shared_ptr<const trigger::MatchValues> values, size_t sources, const state::Store& store,
      const Options& options, Time now);

  // Goes on as `old`, which is of no use then, under other rules; with the same options. Nothing of
  // it is sealed. Errors: a time zone that this machine does not know; `old` is as it was.
  static Result<std::unique_ptr<TaskWindows>> TakeOver(
      std::shared_ptr<const trigger::MatchValues> values, TaskWindows& old, const Options& options);

  const Restored& restored() const { return restored_; }
  const trigger::Correlator::Reload& reload() const { return reload_; }
  // Whose states the changelog may have: of the rules that have windows.
  std::vector<state::DefinitionId> definitions() const;

  // A record of that source was read, with the event's time, or the record's where there is none.
  // `now`, here and below, is wall time.
  void OnRecord(size_t source, Time event_time, Time append_time, Time now);
  // The source has records that were not read yet, or cannot be asked.
  void OnBacklog(size_t source, Time now) { watermark_.OnBacklog(source, now); }
  // The event matched these parts of one rule, ascending. `subject` is what firings tell of it.
  void OnMatches(const event::Event& event, std::span<const match::Match> parts,
                 const remediate::Subject& subject);
  // What time has decided meanwhile.
  void OnTime(Time now);

  // What came about since the last Forget(); also firings of rules that only others take.
  const trigger::Effects& effects() const { return effects_; }
  const trigger::LeftOut& left_out() const { return left_out_; }
  void Forget();

  // Something is to be committed.
  bool changed() const { return changed_; }
  // What the changelog gets of it, at most; what only time has changed left out.
  size_t changed_bytes() const { return changed_bytes_; }
  // What was done since the last call becomes part of a transaction: the changes of the changelog
  // that it needs, and of the store once it is committed. Two may be sealed or open, no more.
  std::vector<state::Change> Seal();
  void OnCommitted();  // the oldest that is sealed
  void Undo();         // all that is not committed: the newest first
  size_t groups() const { return correlator_->groups(); }

 private:
  // How far the task was when a batch began.
  struct Place {
    trigger::Watermark watermark;
    uint64_t next_order = 0;
  };

  TaskWindows(std::shared_ptr<const trigger::MatchValues> values,
              std::unique_ptr<trigger::Correlator> correlator, trigger::Watermark watermark);
  Status Restore(const state::Store& store, Time now);
  Status RestoreClock(const state::Store& store, Time now);
  void TakeSegments(TaskWindows& old);
  void Begin();
  void GoOn(Time watermark);
  void NoteChange(const trigger::Contribution& contribution);
  void AppendClock(std::vector<state::Change>& changes) const;
  void AppendGroup(const trigger::ChangedGroup& group, std::vector<state::Change>& changes);

  const std::shared_ptr<const trigger::MatchValues> values_;
  const std::unique_ptr<trigger::Correlator> correlator_;
  std::vector<state::DefinitionId> definitions_;  // by rule
  trigger::Watermark watermark_;
  uint64_t next_order_ = 0;
  std::deque<Place> begun_;  // of the batches that are not committed; the last is open
  bool changed_ = false;
  Restored restored_;
  trigger::Correlator::Reload reload_;

  trigger::Effects effects_;
  trigger::LeftOut left_out_;
  std::vector<trigger::Contribution> contributions_;
  std::vector<uint32_t> parts_;
  std::string payload_;
  // The most segments that any version of a group took that may still be in the changelog, by
  // record key; of groups that ever took more than one.
  boost::unordered_flat_map<std::string, uint16_t> segments_;
  boost::unordered_flat_set<std::string> touched_;  // groups, by record key, since the last Seal()
  size_t changed_bytes_ = 0;
};

}  // namespace riposte::pipeline
