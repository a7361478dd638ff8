// What the guards say to a command, one after the other, where nothing is sent: those that judge
// the moment of an order are named, and left to it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "engine/pipeline/decide.h"
#include "rules/rule/rule.h"

namespace riposte::app {

struct GuardWord {
  std::string guard;
  std::string verdict;  // of guard::VerdictName, "at_run_time" or "not_asked"
  std::string reason;   // bounded; may be empty
  std::string detail;   // for people; may be empty
};

// In the order of the engine's chain. `action`: judged by guard::ReplayChain or ExplainChain.
// Nothing of a refusal.
std::vector<GuardWord> GuardWords(const pipeline::Action& action, const rule::Rule& rule);

// A line each, so far indented.
std::string GuardText(const pipeline::Action& action, const rule::Rule& rule, size_t indent);
// What would be done and what the guards say, as fields of an object that is open.
void WriteAction(const pipeline::Action& action, const rule::Rule& rule, json::Writer& writer);

}  // namespace riposte::app
