// Rules with windows, what events are to them, and records of the shuffle, for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/contributions.h"
#include "engine/remediate/subject.h"
#include "tests/engine/trigger/trigger_rules.h"

namespace riposte::test {

inline constexpr Time kShuffleTime = TimeFromMs(1'800'000'000'000);

inline rule::Count PairOf(const std::vector<std::string>& group_by) {
  return {.threshold = 2,
          .within = std::chrono::seconds(10),
          .cooldown = std::chrono::seconds(1),
          .group_by = trigger::FieldsOf(group_by)};
}

// Two of a user on an asset; what of that there is of a user; a single match, and a rule on them.
inline std::vector<rule::Rule> ShuffleRules() {
  rule::Count users = PairOf({});
  users.threshold = 1;
  users.cooldown = Duration(0);
  users.of = {trigger::StepOfFirings("pair", {"user"}, {1})};
  rule::Count singles = PairOf({});
  singles.of = {trigger::StepOfFirings("single", {}, {})};
  return {trigger::RuleOf("pair", PairOf({"asset", "user"})), trigger::RuleOf("users", users),
          trigger::RuleOf("single", rule::SingleMatch{}), trigger::RuleOf("singles", singles)};
}
enum ShuffleRule : uint32_t { kPairRule, kUsersRule, kSingleRule, kSinglesRule };

// An event of an asset and a user at a time, as tasks see it.
class ShuffleEvents {
 public:
  struct Seen {
    const event::Event* event;  // until the next
    remediate::Subject subject;
  };
  Seen Of(const std::string& asset, const std::string& user, Time time) {
    const event::Event& event =
        decoder_.Decode(R"({"asset": ")" + asset + R"(", "user": ")" + user + "\"}");
    remediate::Subject subject;
    subject.event_id = "e";
    subject.event_time = time;
    subject.origin.append_time = time;
    return {.event = &event, .subject = subject};
  }

 private:
  trigger::TriggerDecoder decoder_;
};

inline trigger::Contribution ContributionTo(const trigger::MatchValues& values, uint32_t rule,
                                            const std::vector<std::string>& group, Time time) {
  trigger::Contribution contribution;
  contribution.rule = rule;
  contribution.key = trigger::KeyWith(group);
  contribution.route = values.RouteOf(rule, contribution.key);
  contribution.parts = 1;
  contribution.place.time = time;
  contribution.event = "event";
  return contribution;
}

}  // namespace riposte::test
