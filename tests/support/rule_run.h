// Runs events through decoding, matching, resolving and the guards that a replay keeps: what
// `riposte test` does, without the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/guard/order_memory.h"
#include "engine/guard/standard.h"
#include "engine/match/matcher.h"
#include "engine/remediate/resolve.h"
#include "rules/rule/rule.h"

namespace riposte::test {

// One action of one firing.
struct RuleOutcome {
  const rule::Rule* rule = nullptr;
  std::string asset;    // its name
  std::string action;   // empty for a rule without remediation
  std::string target;   // base name, or the asset's name; empty if refused
  std::string verdict;  // "allow", "dry_run", "deny", or "refused"
  std::string reason;   // of a refusal or a decision
};

// All rules of a set on events of one profile. The set must outlive it.
class RuleRun {
 public:
  // `enforcing`: the whole chain of guards with enforcement on, every rule armed and what was
  // ordered remembered; else that of a replay.
  RuleRun(const rule::RuleSet& rules, std::string_view profile, guard::Settings settings,
          bool enforcing);

  // The rules that match, ascending. The event is the given bytes.
  const std::vector<match::Match>& Match(std::string_view bytes, Time now);
  // What the matches of the last event lead to, at `now`.
  std::vector<RuleOutcome> Outcomes(Time now);
  const event::Event& event() const { return decoder_.event(); }

 private:
  void Judge(const rule::Rule& rule, const remediate::Proposal& proposal, Time now,
             std::vector<RuleOutcome>& outcomes);

  const rule::RuleSet& rules_;
  std::shared_ptr<const match::Matcher> matcher_;
  match::Matcher::Scratch scratch_;
  event::Decoder decoder_;
  std::vector<match::Match> matches_;
  guard::Chain chain_;
  bool enforcing_;
  guard::OrderMemory orders_;
};

// Runs the tests inside the rule files. One line for each that fails: the rule's file, the test,
// what was expected and what came.
std::vector<std::string> FailedOwnTests(const rule::RuleSet& rules);

}  // namespace riposte::test
