// The part of TaskWindows that a stateless task has: what its events are to rules with windows goes
// to the tasks that own the groups.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/pipeline/contributions.h"
#include "engine/trigger/watermark.h"

namespace riposte::pipeline {

// One thread. Calls are those of TaskWindows, and mean the same.
class Forwarder {
 public:
  // `state_tasks`: one or more. `inputs` has at most trigger::Watermark::kSourcesMax.
  Forwarder(std::shared_ptr<const trigger::MatchValues> values, std::span<const std::string> inputs,
            int32_t state_tasks, Duration idle_wait, Time now);

  void OnRecord(size_t input, Time event_time, Time append_time, Time now);
  void OnBacklog(size_t input, Time now) { watermark_.OnBacklog(input, now); }
  void OnMatches(const event::Event& event, std::span<const match::Match> parts,
                 const remediate::Subject& subject);
  void OnTime(Time now) { told_ = watermark_.OfInputs(now); }

  std::vector<Outgoing>& outgoing() { return outgoing_; }
  Time told() const { return told_; }
  bool inputs_idle(Time now) const { return watermark_.InputsIdle(now); }
  const trigger::LeftOut& left_out() const { return contributions_.left_out(); }
  void Forget();

  void Seal();
  void OnCommitted();
  void Undo();

 private:
  struct Place {
    trigger::Watermark watermark;
    Time told{};
  };

  const int32_t state_tasks_;
  Contributions contributions_;
  trigger::Watermark watermark_;
  Time told_ = Time::min();
  uint64_t next_index_ = 0;  // who takes it gives it another
  std::deque<Place> begun_;  // of the batches that are not committed; the last is open
  std::vector<Outgoing> outgoing_;
};

}  // namespace riposte::pipeline
