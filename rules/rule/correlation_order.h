// In which order the Sigma correlations of a load can be made: a correlation may refer to others.
#pragma once

#include <optional>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/sigma/correlation.h"
#include "rules/text/diagnostic.h"

namespace riposte::rule {

// A correlation of a load, and what it refers to. Rules are told by their places in the load's.
struct SigmaCorrelation {
  sigma::Correlation text{};
  size_t rule = 0;
  std::vector<std::optional<size_t>> refers_to{};  // by text.rules; empty where that had an error
};

// Most correlations of which each refers to the next.
inline constexpr size_t kLongestChain = 8;

// Places in `correlations`, each behind those that it refers to. Left out is what has an error:
// one that refers to itself, be it through others (correlation-cycle), and a chain that is too long
// (correlation-too-deep).
std::vector<size_t> OrderCorrelations(const std::vector<SigmaCorrelation>& correlations,
                                      const std::vector<Rule>& rules,
                                      text::Diagnostics& diagnostics);

}  // namespace riposte::rule
