// What a bench found out, for people and for programs.
#pragma once

#include <string>

#include "app/bench.h"

namespace riposte::app {

// What was measured, besides the result.
struct BenchSubject {
  const rule::RuleSet* rules = nullptr;
  const schema::Profile* profile = nullptr;
  bool cut = false;  // not all events had room in memory
};

// Tables; ends with a line feed. What comes from rules is made harmless for a terminal.
std::string BenchText(const BenchResult& result, const BenchSubject& subject);
// One object and a line feed: all of the result.
std::string BenchJson(const BenchResult& result, const BenchSubject& subject);

}  // namespace riposte::app
