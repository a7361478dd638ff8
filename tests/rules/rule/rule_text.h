// Rule files for tests, written as a few lines that differ.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule/load.h"

namespace riposte::rule::test {

// The profiles that ship.
schema::SchemaPtr ShippedSchema();

// A UUID that ends in `number`.
std::string IdOf(int number);

// A rule that loads: id, name, severity, query and trigger, then `more` as further lines.
std::string RuleText(int number, std::string_view more = {});

// Loads one file "rules.yaml" with these bytes.
struct Loaded {
  RuleSetPtr set;  // null if there was an error
  text::Diagnostics diagnostics;

  // "code@line:column", in order, separated by blanks.
  std::string codes() const;
  const Rule& rule(size_t index = 0) const;
};
Loaded LoadText(std::string_view bytes);
// Loads several files: names and bytes.
Loaded LoadFiles(const std::vector<std::pair<std::string, std::string>>& files);

// A rule that loads, with this trigger, and then `more` as further lines.
std::string TriggerText(std::string_view section, std::string_view more = {});
// The same, loaded.
Loaded LoadTrigger(std::string_view section, std::string_view more = {});
// What is said about a file besides `codes`, which blanks separate, at the places that ^ marks in
// it: as many of each, in the file's order. Empty if nothing is.
std::string Unexpected(std::string_view marked, std::string_view codes);
// The same of a rule with a trigger.
std::string UnexpectedOfTrigger(std::string_view marked, std::string_view codes);

// A Sigma rule on process creation that loads, with `more` as further lines.
std::string SigmaText(int number, std::string_view more = {});
// Such rules 1, 2 and so on with the names r1, r2 ..., a document each, and an end of document
// behind each.
std::string NamedRules(int count);
// A Sigma correlation; `section` is what stands in its braces, `more` are further lines.
std::string CorrelationText(int number, std::string_view section, std::string_view more = {});

}  // namespace riposte::rule::test
