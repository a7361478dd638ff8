#include "app/offline.h"

#include <utility>

namespace riposte::app {

Offline::Offline(rule::RuleSetPtr rules, const schema::Profile& profile, Options options)
    : rules_(std::move(rules)),
      options_(std::move(options)),
      matcher_(match::Matcher::Compile(*rules_, profile)),
      guards_(guard::ReplayChain(options_.guards)),
      decoder_(options_.event_bytes_max) {
  if (options_.naive) plain_.emplace(*rules_, profile);
}

const Judged& Offline::Run(std::string_view bytes, remediate::Origin origin,
                           std::optional<Time> without_time) {
  judged_.event = nullptr;
  judged_.matches.clear();
  judged_.firings.clear();
  const event::Plan& plan = plain_ ? plain_->plan() : matcher_->plan();
  judged_.reject = bytes.empty() ? event::Reject::kEmpty : decoder_.Decode(plan, bytes);
  judged_.error_offset = decoder_.error_offset();
  if (judged_.reject != event::Reject::kNone) return judged_;

  const event::Event& event = decoder_.event();
  judged_.event = &event;
  if (without_time) last_time_ = *without_time;
  if (const event::Value* time = event.First(schema::Role::kEventTime)) last_time_ = time->date;
  origin.append_time = last_time_;
  judged_.now = last_time_;

  const match::Context context{.now = last_time_};
  if (plain_) {
    judged_.matches = plain_->FindMatches(event, context);
  } else {
    matcher_->FindMatches(event, context, scratch_, judged_.matches);
  }
  if (judged_.matches.empty()) return judged_;
  const remediate::Subject subject = remediate::SubjectOf(event, origin);
  for (const match::Match& match : judged_.matches)
    judged_.firings.push_back(
        pipeline::Decide(rules_->rules[match.rule], subject,
                         {.guards = &guards_, .ttl = options_.ttl, .now = last_time_}));
  return judged_;
}

rule::RuleSetPtr Alone(const rule::RuleSet& rules, const rule::Rule& rule) {
  const std::shared_ptr<rule::RuleSet> set = std::make_shared<rule::RuleSet>();
  set->schema = rules.schema;
  set->rules.push_back(rule);
  set->rules.front().enabled = true;
  set->rules.front().fires = true;
  return set;
}

}  // namespace riposte::app
