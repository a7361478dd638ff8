// The Sigma correlations of a load: what they refer to, and their triggers.
#pragma once

#include <vector>

#include "rules/rule/correlation_order.h"
#include "rules/rule/correlation_trigger.h"
#include "rules/rule/sigma_references.h"
#include "rules/sigma/fields.h"

namespace riposte::rule {

// A detection rule of Sigma, by its place in the rules of a load.
struct DetectionRule {
  size_t rule = 0;
  sigma::LogSource log_source{};
};

class SigmaCorrelations {
 public:
  // `rule` is the place of its rule.
  void Add(sigma::Correlation correlation, size_t rule) {
    correlations_.push_back({.text = std::move(correlation), .rule = rule});
  }

  // Gives the rules of the correlations their triggers and what depends on them, when those of
  // `detections` are ready: filtered, with canonical queries and hashes. A rule that correlations
  // refer to does not fire by itself, unless one of them says so. What cannot be made keeps its
  // trigger, and an error is told.
  void Finish(const std::vector<DetectionRule>& detections, const SigmaReferences& references,
              sigma::FieldTable& fields, std::vector<Rule>& rules, text::Diagnostics& diagnostics);

 private:
  void Resolve(const SigmaReferences& references, const std::vector<Rule>& rules,
               text::Diagnostics& diagnostics);
  void Silence(std::vector<Rule>& rules) const;

  std::vector<SigmaCorrelation> correlations_;
};

}  // namespace riposte::rule
