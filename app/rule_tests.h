// Runs the tests inside rule files.
//
// A test begins so long before the first of its events that has a time of its own as that one's
// `at` says, else with the year 2026. What is between the entries does not happen: what waits for a
// time to be over comes when an event, or an entry without one, is beyond it.
#pragma once

#include <string>
#include <vector>

#include "app/offline.h"
#include "rules/rule/rule.h"

namespace riposte::app {

struct TestOutcome {
  const rule::Rule* rule = nullptr;
  const rule::TestCase* test = nullptr;
  std::vector<std::string> failures;  // each a sentence; empty: passed
};

// Every test of every rule, disabled rules too, each through the matcher that runs in production
// and checked against the plain evaluator. The result points into `rules`.
std::vector<TestOutcome> RunRuleTests(const rule::RuleSet& rules, const Offline::Options& options);

}  // namespace riposte::app
