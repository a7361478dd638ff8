// The trigger of a Sigma correlation.
#pragma once

#include <optional>
#include <vector>

#include "rules/rule/correlation_order.h"
#include "rules/rule/sigma_references.h"
#include "rules/rule/trigger.h"
#include "rules/sigma/fields.h"

namespace riposte::rule {

// A rule that a correlation refers to: a detection rule, or a correlation itself. Without either,
// its document or the reference has an error.
struct ReferredRule {
  const Rule* rule = nullptr;  // null as well where a correlation could not be made
  const sigma::LogSource* log_source = nullptr;   // of a detection rule
  const SigmaCorrelation* correlation = nullptr;  // of a correlation
};

// What all correlations of a load have in common. Borrows everything.
struct CorrelationContext {
  const SigmaReferences& references;
  sigma::FieldTable& fields;
  text::Diagnostics& diagnostics;
  // How many nodes of queries may still be copied: a rule may be referred to again and again.
  size_t nodes_left = 1'000'000;
};

// The trigger, or empty if a part of it has an error; all are told, of `source`. `referred` is by
// text.rules. Event and value counts become a count with a source for each rule, `temporal` steps
// in any order, `temporal_ordered` a sequence.
std::optional<Trigger> MakeCorrelationTrigger(const SigmaCorrelation& correlation,
                                              const std::vector<ReferredRule>& referred,
                                              const text::SourcePtr& source,
                                              CorrelationContext& context);

}  // namespace riposte::rule
