// Completed windows of events of the test format.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/window_firing.h"
#include "tests/engine/pipeline/task_harness.h"

namespace riposte::test {

// What is kept of an event, received a second after kEventTime and `seconds`.
inline std::string KeptEvent(const EventJson& json, int64_t seconds) {
  EngineDecoder decoder;
  const remediate::Origin origin{
      .topic = "edr",
      .partition = 3,
      .offset = 40 + seconds,
      .index = 0,
      .append_time = TimeAt(kEventTime) + std::chrono::seconds(seconds + 1)};
  std::string bytes;
  remediate::WriteSubject(remediate::SubjectOf(decoder.Decode(json), origin), bytes);
  return bytes;
}

// A completion, event by event, one a second from kEventTime on; by the last of them, or by a
// deadline a minute later.
class Window {
 public:
  Window& Add(std::string event, trigger::StepSet steps = 1) {
    const auto n = static_cast<int64_t>(completion_.events.size());
    const Time time = TimeAt(kEventTime) + std::chrono::seconds(n);
    completion_.events.push_back(
        {.place = {.time = time, .order = static_cast<uint64_t>(n)}, .event = std::move(event)});
    completion_.steps.push_back(steps);
    return *this;
  }
  Window& Add(const EventJson& json, trigger::StepSet steps = 1) {
    return Add(KeptEvent(json, static_cast<int64_t>(completion_.events.size())), steps);
  }
  trigger::Completion Completed() const {
    trigger::Completion completion = completion_;
    completion.matches = static_cast<int64_t>(completion.events.size());
    completion.measure = static_cast<double>(completion.matches);
    if (completion.events.empty()) return completion;
    completion.completed_by = completion.events.back().place;
    completion.time = completion.completed_by.time;
    return completion;
  }
  trigger::Completion AtDeadline() const {
    trigger::Completion completion = Completed();
    completion.completed_by = {};
    completion.by_deadline = true;
    completion.time = TimeAt(kEventTime) + std::chrono::minutes(1);
    return completion;
  }

 private:
  trigger::Completion completion_;
};

// `rule` with a trigger of steps "a" and "b", or grouped by what is told.
inline rule::Rule WithSteps(rule::Rule rule, rule::GroupBy by = {}) {
  rule::Sequence sequence{.within = std::chrono::minutes(15)};
  for (const char* name : {"a", "b"}) sequence.steps.push_back({.name = name, .by = by});
  rule.trigger = std::move(sequence);
  return rule;
}
inline rule::Rule WithCount(rule::Rule rule, rule::GroupBy by = {}) {
  rule.trigger = rule::Count{.within = std::chrono::minutes(15), .group_by = std::move(by)};
  return rule;
}
inline rule::Rule WithSchedule(rule::Rule rule, rule::GroupBy by = {}) {
  rule.trigger = rule::Scheduled{.group_by = std::move(by)};
  return rule;
}
inline rule::Rule Remediating(rule::Rule rule, rule::Remediate remediate, std::string step = {}) {
  rule.remediation->remediate = remediate;
  rule.remediation->step = std::move(step);
  return rule;
}
inline schema::FieldId FieldOf(std::string_view token) {
  return EngineSchema()->catalogue.Find(token);
}

}  // namespace riposte::test
