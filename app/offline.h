// Events against rules without Kafka and without orders: what `replay`, `test` and the demo's
// expectations share. Nothing that comes out of here is ever sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/event/decode.h"
#include "engine/guard/guard.h"
#include "engine/guard/order_memory.h"
#include "engine/guard/standard.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "engine/pipeline/decide.h"
#include "engine/trigger/correlator.h"
#include "engine/trigger/match_values.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// A firing, as it would be alerted.
struct Fired {
  pipeline::Decided decided;
  Time time{};  // of the event that completed it, as it counts; else the moment that was over
  bool by_deadline = false;
  std::string asset_id, asset_name;  // empty where it is of no single asset
  struct GroupValue {
    std::string field, value;
  };
  std::vector<GroupValue> group{};
  std::string key{};  // of the group (group_key.h)
};

// What an event was to a group of a rule with windows.
struct Taken {
  trigger::Contribution contribution;
  trigger::Fate fate = trigger::Fate::kCounted;
};

// What became of one event, or of time that went on. Views and the event live until the next call.
struct Judged {
  event::Reject reject = event::Reject::kNone;
  size_t error_offset = 0;              // of a broken grammar
  const event::Event* event = nullptr;  // null if it was rejected, or if there was none
  Time now{};                           // what `now` in a query was, unless it was rejected
  std::vector<match::Match> matches;    // ascending
  std::vector<Taken> taken;             // by rule
  trigger::LeftOut left_out;            // matches that came to no group
  // What was due first, then those of the event by rule; of rules that fire.
  std::vector<Fired> firings;
  std::vector<trigger::ClosedFiring> closed;   // what joined firings whose cooldown is over
  std::vector<trigger::ChangedGroup> changed;  // if Options::tells_changes
};

// One thread. Event time is both clocks: an event without a time has that of the one before it. The
// watermark is the latest event time, without an allowance: what waits for a time to be over fires
// when an event is beyond it, or with GoOn.
// Kill switch, expiry, arming and `suppress` are left out; protected targets and scope are judged,
// duplicates if they are asked for.
class Offline {
 public:
  struct Options {
    bool naive = false;  // the plain evaluator instead of the matcher
    size_t event_bytes_max = 1'048'588;
    guard::Settings guards{};
    remediate::TimeToLive ttl{};
    trigger::WindowOptions windows{};
    bool tells_changes = false;  // the states of groups that are not what they were
    // What is ordered again is a duplicate, as if kill switch and arming let all enforce.
    bool remembers_orders = false;
    Time begin{};  // of events without a time before which there is none
  };
  // `profile` is one of the rule set's schema. Errors: a time zone that this machine does not know.
  static Result<std::unique_ptr<Offline>> Make(rule::RuleSetPtr rules,
                                               const schema::Profile& profile, Options options);

  // `origin` gives an event without an id its identity; its append time is not used. `arrived`: an
  // event without a time has this one, and no event counts as further ahead of it than an engine
  // believes a clock (event_clock.h); without it events arrive at their own time.
  const Judged& Run(std::string_view bytes, remediate::Origin origin,
                    std::optional<Time> arrived = std::nullopt);

  // Time goes on to `time` without an event. Nothing happens if it was as late already.
  const Judged& GoOn(Time time);

  // What waits for a time to be over, and would come if no other event did. It is not taken for
  // having come: what a recording does not show, a replay does not tell.
  struct Waiting {
    size_t firings = 0;    // of rules that fire
    size_t summaries = 0;  // of what joined a firing, likewise
  };
  // What the last call returned is left as it is.
  Waiting StillWaiting();

 private:
  Offline(rule::RuleSetPtr rules, const schema::Profile& profile, Options options,
          std::shared_ptr<const trigger::MatchValues> values,
          std::unique_ptr<trigger::Correlator> correlator);

  void Begin();
  void End();
  bool Decode(std::string_view bytes);
  void Judge(remediate::Origin origin, std::optional<Time> arrived);
  void FindMatches(const event::Event& event);
  void TakeMatches(const event::Event& event, const remediate::Subject& subject, Time time);
  void Take(trigger::Contribution contribution);
  void GoTo(Time time);
  void Tell();
  void FireMatch(const rule::Rule& rule, const remediate::Subject& subject, Time time);
  void FireWindow(const trigger::Firing& firing);
  pipeline::Circumstances Now();
  bool Fires(uint32_t rule) const { return rules_->rules[rule].fires; }

  const rule::RuleSetPtr rules_;
  const Options options_;
  const std::shared_ptr<const match::Matcher> matcher_;
  const guard::Chain guards_;
  std::optional<guard::OrderMemory> orders_;  // if it is asked for
  match::Matcher::Scratch scratch_;
  std::optional<match::PlainMatcher> plain_;  // if it is asked for
  event::Decoder decoder_;
  const std::shared_ptr<const trigger::MatchValues> values_;
  const std::unique_ptr<trigger::Correlator> correlator_;
  trigger::Effects effects_;  // not yet told
  uint64_t next_index_ = 0;   // of the correlator's calls
  Time last_time_{};
  Judged judged_;
};

// The set of this one rule, enabled and firing itself: for what asks what it would do. Rules that
// it takes firings of are there behind it, and fire for it only.
rule::RuleSetPtr Alone(const rule::RuleSet& rules, const rule::Rule& rule);

}  // namespace riposte::app
