// What a worker needs of the live rules; made once per reload, shared, swapped between batches.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/match/matcher.h"
#include "engine/pipeline/proposal.h"
#include "engine/trigger/match_values.h"
#include "engine/trigger/suppress_keys.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// Immutable, for any thread.
struct LiveRules {
  rule::RuleSetPtr rules;
  // By profile name.
  std::vector<std::pair<std::string, std::shared_ptr<const match::Matcher>>> matchers;
  // What matches are to windows.
  std::shared_ptr<const trigger::MatchValues> values;
  // By what alerts are told apart that may be silent.
  std::shared_ptr<const trigger::SuppressKeys> suppress;
  // Which of them other tasks may propose to order for.
  std::shared_ptr<const ProposalRules> proposals;

  bool HaveWindows() const;  // any that is enabled; `suppress` waits for time as windows do
  const match::Matcher* For(std::string_view profile) const;  // null: not compiled for it
  // For the profiles of these names; what the schema has no profile of is left out. Compiling
  // 100,000 rules takes seconds a profile, so only what some input has is worth it.
  static std::shared_ptr<const LiveRules> Compile(rule::RuleSetPtr rules,
                                                  const std::vector<std::string>& profiles);
};
using LiveRulesPtr = std::shared_ptr<const LiveRules>;

}  // namespace riposte::pipeline
