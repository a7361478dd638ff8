// Reads rule files and folders into one immutable rule set.
#pragma once

#include <string>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::rule {

struct LoadOptions {
  // Files, and folders: read recursively, *.yaml and *.yml. Hidden files and folders and editors'
  // backups are left out, but a visible link to a file in a hidden folder is followed (so
  // Kubernetes mounts a ConfigMap). A file that is reached twice is read once.
  std::vector<std::string> paths;
  size_t max_file_bytes = size_t{1} << 20;
  size_t max_rules = 200'000;
};

// All errors of all files at once, by path and place; null if any was an error, so a set is whole
// or refused. Nothing vanishes silently: a file that gives no rule is an error too, and so is one
// that cannot be read. An empty folder gives an empty set and a warning.
RuleSetPtr LoadRules(const LoadOptions& options, const schema::SchemaPtr& schema,
                     text::Diagnostics& diagnostics);

// The same for sources in memory.
RuleSetPtr LoadRulesFrom(const std::vector<text::SourcePtr>& sources,
                         const schema::SchemaPtr& schema, text::Diagnostics& diagnostics);

}  // namespace riposte::rule
