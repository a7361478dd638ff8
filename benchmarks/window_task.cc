#include "benchmarks/window_task.h"

#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

#include "engine/pipeline/task.h"
#include "engine/remediate/subject.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"
#include "tests/support/temp_dir.h"

namespace riposte::bench {
namespace {

// A task with a backlog commits every half second.
constexpr uint64_t kEventsACommit = 50'000;
// So many events are a millisecond.
constexpr int64_t kEventsATick = 500;

constexpr std::string_view kTopic = "events";
const std::string kProfile = "windows-nxlog";

rule::RuleSetPtr Load(const std::string& path, std::string_view text,
                      text::Diagnostics& diagnostics) {
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  if (schema == nullptr) return nullptr;
  const test::TempDir folder;
  return rule::LoadRules({.paths = {path, folder.Write("windows.yaml", text)}}, schema,
                         diagnostics);
}

}  // namespace

pipeline::LiveRulesPtr LoadWindowRules(const std::string& path, std::string_view text) {
  text::Diagnostics diagnostics;
  rule::RuleSetPtr rules = Load(path, text, diagnostics);
  if (rules == nullptr) {
    std::fputs(text::Render(diagnostics).substr(0, 4000).c_str(), stderr);
    std::exit(1);
  }
  return pipeline::LiveRules::Compile(std::move(rules), {kProfile});
}

WindowTask::WindowTask(pipeline::LiveRulesPtr live, const Options& options)
    : live_(std::move(live)),
      matcher_(*live_->For(kProfile)),
      options_(options),
      state_({.number = 0, .name = "0", .changelog = options.changelog->Reader()},
             {std::string(kTopic) + "/0"},
             {.windows = {.windows = options.windows, .idle_wait = std::chrono::hours(1)}},
             options.stores, options.clock, &observer_),
      firings_(live_->rules->rules.size()),
      evicted_(live_->rules->rules.size()) {}

void WindowTask::Start() {
  const Status started = state_.TakeOver(*live_);
  if (started.ok()) return;
  std::fprintf(stderr, "%s\n", started.message().c_str());
  std::exit(1);
}

bool WindowTask::FindMatches(std::string_view event) {
  if (++offset_ % kEventsATick == 0) options_.clock->Advance(Duration(1));
  matches_.clear();
  if (decoder_.DecodeForRules(matcher_.plan(), event) != event::Reject::kNone) return false;
  matcher_.FindMatches(decoder_.event(), {.now = options_.clock->Now()}, scratch_, matches_);
  if (!matches_.empty()) decoder_.Complete();
  return !matches_.empty();
}

remediate::Subject WindowTask::SubjectOfEvent() const {
  return remediate::SubjectOf(decoder_.event(), {.topic = kTopic,
                                                 .partition = 0,
                                                 .offset = offset_,
                                                 .index = 0,
                                                 .append_time = options_.clock->Now()});
}

void WindowTask::TakeStateless(std::string_view event) {
  if (!FindMatches(event)) return;
  const remediate::Subject subject = SubjectOfEvent();
  asm volatile("" : : "m"(subject) : "memory");
}

void WindowTask::Take(std::string_view event) {
  const bool matched = FindMatches(event);
  const Time now = options_.clock->Now();
  if (matched) windows().OnTime(now);
  windows().OnRecord(0, now, now, now);
  if (matched) {
    const remediate::Subject subject = SubjectOfEvent();
    const std::span<const match::Match> found(matches_);
    for (size_t begin = 0, end = 0; begin < found.size(); begin = end) {
      while (end < found.size() && found[end].rule == found[begin].rule) ++end;
      if (live_->values->takes(found[begin].rule))
        windows().OnMatches(decoder_.event(), found.subspan(begin, end - begin), subject);
    }
    CountEffects();
  }
  ++since_commit_;
  if (since_commit_ >= kEventsACommit ||
      windows().changed_bytes() >= pipeline::TaskOptions().commit_changelog_bytes_max)
    Commit();
}

void WindowTask::CountEffects() {
  for (const trigger::Firing& firing : windows().effects().firings) ++firings_[firing.rule];
  for (const trigger::EvictedGroup& group : windows().effects().evicted) ++evicted_[group.rule];
  windows().Forget();
}

void WindowTask::Seal() {
  const Time now = options_.clock->Now();
  windows().OnTime(now);
  CountEffects();
  sealed_ = state_.Seal();
}

void WindowTask::OnSealCommitted() {
  state_.OnCommitted(options_.changelog->Append(sealed_));
  since_commit_ = 0;
  ++commits_;
}

void WindowTask::Commit() {
  Seal();
  OnSealCommitted();
}

}  // namespace riposte::bench
