// What the verbs of `state` share: which stores an argument means, and whose a definition is.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command_line.h"
#include "app/cli/session.h"
#include "base/result.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"
#include "rules/rule/rule.h"

namespace riposte::cli {

// What both verbs are given.
struct StateInput {
  Exit exit = Exit::kOk;   // else what is wrong was said
  std::string path;        // of the argument, or the state directory
  rule::RuleSetPtr rules;  // null: none were named
  std::optional<app::Resolved> resolved;
};
// What they are told by options, for ReadStateInput.
void DeclareStorePath(Options& options, std::string& path);
void DeclareWindowRules(Options& options, std::vector<std::string>& rules);
// `rules` may be of an engine of any kind: windows are looked at, not kept.
StateInput ReadStateInput(const Session& session, const std::string& path,
                          const std::vector<std::string>& rules);

// The folder of a task's store.
struct StoreFolder {
  std::string path, directory, name;  // path is directory/name
};

// `path` is a store, or has some in it or one folder below, as a state directory does; by path.
// kNotFound: there is none; the message says what to do.
Result<std::vector<StoreFolder>> FindStores(const std::string& path);

// Open to be read, also while an engine has it. Errors say what to do.
Result<std::unique_ptr<state::Store>> OpenStore(const StoreFolder& folder);

// Whose windows a definition is of, or whose `suppress`. Refers to the rules.
class DefinitionNames {
 public:
  DefinitionNames() = default;  // of nobody's
  explicit DefinitionNames(const rule::RuleSetPtr& rules);
  const rule::Rule* Find(const state::DefinitionId& definition) const;
  bool known() const { return known_; }  // there are rules

 private:
  std::map<state::DefinitionId, const rule::Rule*> rules_;
  bool known_ = false;
};

std::string HexOf(const state::DefinitionId& definition);
std::string_view KindName(state::Kind kind);  // "window", "suppress", "clock", ...

// A group's key for people: its values, separated by ", ". Not safe for a terminal.
std::string GroupText(std::string_view group);
// The values of a group of any kind, for people: an asset's id, too.
std::vector<std::string> GroupValues(const state::StateKey& key);

}  // namespace riposte::cli
