// Events against rules without Kafka and without orders: what `replay`, `test` and the demo's
// expectations share. Nothing that comes out of here is ever sent.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/guard/guard.h"
#include "engine/guard/standard.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "engine/pipeline/decide.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// What became of one event. Views and the event live until the next Run().
struct Judged {
  event::Reject reject = event::Reject::kNone;
  size_t error_offset = 0;                 // of a broken grammar
  const event::Event* event = nullptr;     // null if it was rejected
  Time now{};                              // what `now` in a query was, unless it was rejected
  std::vector<match::Match> matches;       // ascending
  std::vector<pipeline::Decided> firings;  // as the matches, while the only trigger is single_match
};

// One thread. Event time is both clocks: an event without a time has that of the one before it.
// Kill switch, expiry and arming are left out; protected targets and scope are judged.
class Offline {
 public:
  struct Options {
    bool naive = false;  // the plain evaluator instead of the matcher
    size_t event_bytes_max = 1'048'588;
    guard::Settings guards{};
    remediate::TimeToLive ttl{};
  };
  // `profile` is one of the rule set's schema.
  Offline(rule::RuleSetPtr rules, const schema::Profile& profile, Options options);

  // `origin` gives an event without an id its identity; its append time is not used. An event
  // without a time gets `without_time`, if there is one.
  const Judged& Run(std::string_view bytes, remediate::Origin origin,
                    std::optional<Time> without_time = std::nullopt);

 private:
  const rule::RuleSetPtr rules_;
  const Options options_;
  const std::shared_ptr<const match::Matcher> matcher_;
  const guard::Chain guards_;
  match::Matcher::Scratch scratch_;
  std::optional<match::PlainMatcher> plain_;  // if it is asked for
  event::Decoder decoder_;
  Time last_time_{};
  Judged judged_;
};

// The set of this one rule, enabled and firing itself: for what asks what it would do.
rule::RuleSetPtr Alone(const rule::RuleSet& rules, const rule::Rule& rule);

}  // namespace riposte::app
