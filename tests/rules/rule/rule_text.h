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

// A Sigma rule on process creation that loads, with `more` as further lines.
std::string SigmaText(int number, std::string_view more = {});

}  // namespace riposte::rule::test
