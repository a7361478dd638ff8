// The windows of a state task: from what matched to what fired, and their state through
// transactions, aborts and takeovers. Of what its matches and firings are to groups, it takes what
// it owns (owner.h) and hands out the rest; what other tasks handed out for it comes by the
// shuffle.
//
// The changelog's record of a group stands under the rule's id and the identity of its windows'
// definition (rule::DefinitionHash): what was counted for another query is never found again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "base/time.h"
#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/contributions.h"
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
    int32_t number = 0;       // of the state task
    int32_t state_tasks = 1;  // more than `number`
  };
  // What the store had for these rules.
  struct Restored {
    size_t groups = 0;
    size_t refused = 0;  // no states of the rule's criterion, or beyond its bound
  };

  // Goes on where `store`, which need not outlive it, says that the task was. `inputs`: the names
  // of the task's input partitions, numbered; at most trigger::Watermark::kSourcesMax. Errors:
  // kDamaged, the store is; a time zone that this machine does not know.
  static Result<std::unique_ptr<TaskWindows>> Make(
      std::shared_ptr<const trigger::MatchValues> values, std::span<const std::string> inputs,
      const state::Store& store, const Options& options, Time now);

  // Goes on as `old`, which is of no use then, under other rules; with the same options. Nothing of
  // it is sealed. Errors: a time zone that this machine does not know; `old` is as it was.
  static Result<std::unique_ptr<TaskWindows>> TakeOver(
      std::shared_ptr<const trigger::MatchValues> values, TaskWindows& old, const Options& options);

  const Restored& restored() const { return restored_; }
  const trigger::Correlator::Reload& reload() const { return reload_; }
  // Whose states the changelog may have: of the rules that have windows.
  std::vector<state::DefinitionId> definitions() const;

  // A record of that input was read, with the event's time, or the record's where there is none.
  // `now`, here and below, is wall time.
  void OnRecord(size_t input, Time event_time, Time append_time, Time now);
  // The input has records that were not read yet, or cannot be asked.
  void OnBacklog(size_t input, Time now) { watermark_.OnBacklog(input, now); }
  // The event matched these parts of one rule, ascending. `subject` is what firings tell of it.
  void OnMatches(const event::Event& event, std::span<const match::Match> parts,
                 const remediate::Subject& subject);
  // What another task found for a group that this one owns; `append_time` of the shuffle's record.
  // Unless it is taken, nothing has changed.
  enum class Arrived : uint8_t {
    kTaken,
    kNotOwned,
    kNoContribution,  // of this rule set
  };
  Arrived OnShuffle(trigger::Contribution contribution, Time append_time);
  // What the same record says of its sender; after OnShuffle. False: there is no room for another
  // sender, which time does not wait for then.
  bool OnSender(std::string_view sender, Time watermark, Time append_time, Time now);
  // The shuffle has records that were not read yet, or cannot be asked, or one is held
  // (unknown_definitions.h): that nothing is heard of a sender does not mean that it is idle.
  void OnShuffleBacklog(Time now) { watermark_.OnSenderBacklog(now); }
  // Whether time has decided something meanwhile. Cheap enough to be asked before each record.
  bool IsDue(Time now);
  // Does the first of it: one group's, with what it brings about. Who bounds what a transaction has
  // may seal between any two, but nothing else is taken before all is done (Correlator::GoOn).
  // False: there is nothing more, and time is where the sources are.
  bool GoOn(Time now);
  // All of it, however much it is.
  void OnTime(Time now) {
    while (GoOn(now)) {
    }
  }

  // What came about since the last Forget(); also firings of rules that only others take.
  const trigger::Effects& effects() const { return effects_; }
  // What other tasks own, in the order in which it came about; the caller may take it.
  std::vector<Outgoing>& outgoing() { return outgoing_; }
  const trigger::LeftOut& left_out() const { return contributions_.left_out(); }
  void Forget();

  // How far the task's own inputs were when all was last done that time had decided: what it tells
  // others (ticks.h).
  Time told() const { return told_; }
  bool inputs_idle(Time now) const { return watermark_.InputsIdle(now); }

  // Something is to be committed.
  bool changed() const { return changed_; }
  // About what the changelog gets of it, and what brings it back takes; never much less, as a
  // group's state takes no more than it took when it was last written and what came to it since.
  size_t changed_bytes() const { return correlator_->changed_bytes(); }
  // What was done since the last call becomes part of a transaction: the changes of the changelog
  // that it needs, and of the store once it is committed. Two may be sealed or open, no more.
  std::vector<state::Change> Seal();
  void OnCommitted();  // the oldest that is sealed
  void Undo();         // all that is not committed: the newest first
  size_t groups() const { return correlator_->groups(); }
  // Approximate.
  size_t MemoryBytes() const { return correlator_->MemoryBytes(); }
  // Of all sources, at the last OnTime.
  Time watermark() const { return correlator_->watermark(); }

 private:
  // How far the task was when a batch began.
  struct Place {
    trigger::Watermark watermark;
    Time told{};
    uint64_t next_index = 0;
  };

  TaskWindows(std::shared_ptr<const trigger::MatchValues> values,
              std::unique_ptr<trigger::Correlator> correlator, trigger::Watermark watermark,
              const Options& options);
  Status Restore(const state::Store& store, Time now);
  Status RestoreClock(const state::Store& store, Time now);
  void TakeSegments(TaskWindows& old);
  void Begin();
  void Heard(Time time) { heard_to_ = std::max(heard_to_, time); }
  bool Take(const trigger::Contribution& contribution);  // false: it is none of this rule set
  void HandOut(trigger::Contribution&& contribution);
  void HandOutChained();
  void AppendClock(std::vector<state::Change>& changes);
  void AppendState(const state::StateKey& key, std::optional<std::string_view> value,
                   std::vector<state::Change>& changes);
  void NoteSegments(const state::StateKey& key, uint16_t segments);

  const Options options_;
  const std::shared_ptr<const trigger::MatchValues> values_;
  const std::unique_ptr<trigger::Correlator> correlator_;
  std::vector<state::DefinitionId> definitions_;  // by rule
  trigger::Watermark watermark_;
  Time told_ = Time::min();
  std::optional<Time> asked_at_;  // by IsDue: `now`, when it last asked the watermark
  Time heard_to_ = Time::min();   // since then
  uint64_t next_index_ = 0;
  std::deque<Place> begun_;  // of the batches that are not committed; the last is open
  bool changed_ = false;
  Restored restored_;
  trigger::Correlator::Reload reload_;

  Contributions contributions_;
  trigger::Effects effects_;
  std::vector<Outgoing> outgoing_;
  // The most segments that any version of a state took that may still be in the changelog, by
  // record key; of states that ever took more than one.
  boost::unordered_flat_map<std::string, uint16_t> segments_;
};

}  // namespace riposte::pipeline
