#include "engine/pipeline/contributions.h"

#include <algorithm>

#include "engine/trigger/event_clock.h"

namespace riposte::pipeline {

std::span<trigger::Contribution> Contributions::OfMatches(const event::Event& event,
                                                          std::span<const match::Match> parts,
                                                          const remediate::Subject& subject,
                                                          uint64_t& next_index) {
  parts_.clear();
  for (const match::Match& match : parts) parts_.push_back(match.part);
  payload_.clear();
  remediate::WriteSubjectWithin(trigger::kContributionEventMax, subject, payload_);
  found_.clear();
  const trigger::MatchValues::EventPlace at{
      .time = std::clamp(trigger::ClampEventTime(subject.event_time, subject.append_time()),
                         trigger::kPlaceTimeMin, trigger::kPlaceTimeMax),
      .payload = payload_};
  values_->OfEvent(event, parts.front().rule, parts_, at, next_index, found_, left_out_);
  return found_;
}

}  // namespace riposte::pipeline
