#include "engine/pipeline/forwarder.h"

#include <utility>

#include "base/check.h"
#include "engine/pipeline/owner.h"
#include "engine/trigger/event_clock.h"

namespace riposte::pipeline {

Forwarder::Forwarder(std::shared_ptr<const trigger::MatchValues> values,
                     std::span<const std::string> inputs, int32_t state_tasks, Duration idle_wait,
                     Time now)
    : state_tasks_(state_tasks),
      contributions_(std::move(values)),
      watermark_(inputs, idle_wait, now) {
  begun_.push_back({.watermark = watermark_, .told = told_});
}

void Forwarder::OnRecord(size_t input, Time event_time, Time append_time, Time now) {
  watermark_.OnRecord(input, trigger::ClampEventTime(event_time, append_time), now);
}

void Forwarder::OnMatches(const event::Event& event, std::span<const match::Match> parts,
                          const remediate::Subject& subject) {
  for (trigger::Contribution& contribution :
       contributions_.OfMatches(event, parts, subject, next_index_)) {
    const int32_t to = OwnerOf(contribution.route, state_tasks_);
    outgoing_.push_back({.to = to, .watermark = told_, .contribution = std::move(contribution)});
  }
}

void Forwarder::Forget() {
  outgoing_.clear();
  contributions_.Forget();
}

void Forwarder::Seal() {
  RIPOSTE_CHECK(begun_.size() < 2, "one transaction is under way at a time");
  begun_.push_back({.watermark = watermark_, .told = told_});
}

void Forwarder::OnCommitted() {
  RIPOSTE_CHECK(begun_.size() == 2, "nothing was sealed");
  begun_.pop_front();
}

void Forwarder::Undo() {
  begun_.resize(1, begun_.front());
  watermark_ = begun_.front().watermark;
  told_ = begun_.front().told;
  Forget();
}

}  // namespace riposte::pipeline
