// Reads rule files and folders into one immutable rule set.
#pragma once

#include <string>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::rule {

struct LoadOptions {
  std::vector<std::string> paths;  // files and folders (read recursively: *.yaml, *.yml; hidden
                                   // files, editors' backups and *.tmp are left out)
};

// All errors of all files at once; null if any was an error, so a set is whole or refused. Nothing
// vanishes silently: a file that gives no rule is an error too. An empty folder gives an empty set
// and a warning.
RuleSetPtr LoadRules(const LoadOptions& options, const schema::SchemaPtr& schema,
                     text::Diagnostics& diagnostics);

// The same for sources in memory.
RuleSetPtr LoadRulesFrom(const std::vector<text::SourcePtr>& sources,
                         const schema::SchemaPtr& schema, text::Diagnostics& diagnostics);

}  // namespace riposte::rule
