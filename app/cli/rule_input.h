// What check, test and replay share: which rules, and what to say when they do not load.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/session.h"
#include "app/rule_loading.h"
#include "rules/schema/profile.h"

namespace riposte::cli {

struct RuleInput {
  Exit exit =
      Exit::kOk;  // kUsage: a path or the configuration is wrong, said; kRules: see `loaded`
  schema::SchemaPtr schema;  // null on kUsage, and if profiles are wrong
  app::LoadedRules loaded;
  std::vector<std::string> paths;
  std::optional<app::Resolved> resolved;  // the configuration; nothing on kUsage where it is wrong
};

// The rules of `paths`, or of the configuration if there are none.
RuleInput ReadRuleInput(const Session& session, const std::vector<std::string>& paths);

// {"severity", "code", "path", "line", "column", "end_line", "end_column", "message", "hint",
// "fixable"}, as an array.
std::string DiagnosticsJson(const text::Diagnostics& diagnostics);

}  // namespace riposte::cli
