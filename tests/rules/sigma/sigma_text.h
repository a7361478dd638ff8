// Sigma rules of tests: as a few lines that differ, loaded against a small event format, and judged
// on events of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::sigma::test {

// Profile "flat": fields stand at top level, "Nested" at deep.*.value, "Id" at head.id and then
// head.id.text; product "test" is each event, its category "proc" those whose `kind` is proc or
// exec, its service "log" those whose `channel` is log.
schema::SchemaPtr FlatSchema();

// A rule with id 00000000-0000-4000-8000-000000000001 for product test; `detection` are the lines
// below `detection:`, without indentation, the condition included.
std::string RuleOf(std::string_view detection);

struct Loaded {
  rule::RuleSetPtr set;  // null if there was an error
  text::Diagnostics diagnostics;
  std::string codes() const;  // "code@line:column", in order, separated by blanks
};
Loaded Load(std::string_view bytes);
Loaded LoadFiles(const std::vector<std::string>& files);

// The canonical query of a detection without its log source, or the codes of its diagnostics.
std::string Canonical(std::string_view detection);

// Whether the rule matches the event, by the plain evaluator; the test fails if the matcher says
// otherwise, or if there was an error.
bool Matches(std::string_view rule, std::string_view json);
// The same of a detection: "a: {Field: value}" with the condition "a" unless it has one.
bool Holds(std::string_view detection, std::string_view json);

}  // namespace riposte::sigma::test
