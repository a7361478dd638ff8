// Rule sets of any size whose shape is that of the public Sigma rules: for figures of how the cost
// grows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rules/rule/rule.h"

namespace riposte::bench {

// Rules on the tokens of the profile windows-nxlog, the same ones for the same `seed`, each set the
// beginning of a larger one: mostly ends of paths and parts of command lines of new processes,
// fewer on the registry, files, scripts and connections; a part names what is common everywhere,
// most have a filter or two.
rule::RuleSet SyntheticRules(const schema::SchemaPtr& schema, size_t count, uint64_t seed);

}  // namespace riposte::bench
