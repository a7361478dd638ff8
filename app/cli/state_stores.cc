#include "app/cli/state_stores.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "app/cli/rule_input.h"
#include "base/unicode.h"
#include "engine/state/rocks_store.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/suppress_keys.h"
#include "rules/rule/definition.h"
#include "rules/text/suggest.h"

namespace riposte::cli {
namespace {

namespace fs = std::filesystem;

// The memory that looking into a store may take.
constexpr size_t kCacheBytes = 16u << 20;

// Also of a damaged one: what RocksDB has in each folder, of which not all may be lost.
bool IsStore(const fs::path& folder) {
  std::error_code ignored;
  for (const char* const file : {"CURRENT", "IDENTITY"})
    if (fs::exists(folder / file, ignored)) return true;
  return false;
}

std::vector<fs::path> FoldersIn(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) folders.push_back(it->path());
  }
  std::ranges::sort(folders);
  return folders;
}

void AddStores(const fs::path& folder, int levels, std::vector<StoreFolder>& stores) {
  if (IsStore(folder)) {
    stores.push_back({.path = folder.string(),
                      .directory = folder.parent_path().string(),
                      .name = folder.filename().string()});
    return;
  }
  if (levels == 0) return;
  for (const fs::path& below : FoldersIn(folder)) AddStores(below, levels - 1, stores);
}

// "; did you mean 'x'?", of what lies beside `path`.
std::string Beside(const fs::path& path) {
  std::vector<std::string> names;
  for (const fs::path& folder : FoldersIn(path.parent_path()))
    names.push_back(folder.filename().string());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string hint = text::DidYouMean(path.filename().string(), candidates);
  return hint.empty() ? "" : "; " + hint;
}

}  // namespace

void DeclareStorePath(Options& options, std::string& path) {
  options.Positional("PATH", path,
                     "A task's store, or a folder with some; default: state.directory of the "
                     "configuration");
}

void DeclareWindowRules(Options& options, std::vector<std::string>& rules) {
  options.List("rules", rules, "PATH", "Rule files and folders, to tell whose the windows are");
}

StateInput ReadStateInput(const Session& session, const std::string& path,
                          const std::vector<std::string>& rules) {
  StateInput input;
  if (rules.empty()) {
    input.resolved = session.Configure();
    if (!input.resolved) input.exit = Exit::kUsage;
  } else {
    RuleInput read = ReadRuleInput(session, rules);
    input.exit = read.exit;
    input.rules = read.loaded.rules;
    input.resolved = std::move(read.resolved);
    if (read.exit != Exit::kOk) session.Show(read.loaded.diagnostics);
  }
  if (input.exit != Exit::kOk) return input;
  input.path = path.empty() ? input.resolved->config.state.directory : path;
  return input;
}

Result<std::vector<StoreFolder>> FindStores(const std::string& path) {
  const fs::path folder = fs::absolute(path).lexically_normal();
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();
  std::error_code error;
  if (!fs::is_directory(named, error))
    return Status(
        ErrorCode::kNotFound,
        fmt::format("{}: {}{}", path, error ? error.message() : "it is no folder", Beside(named)));
  std::vector<StoreFolder> stores;
  AddStores(named, 2, stores);
  if (stores.empty())
    return Status(ErrorCode::kNotFound,
                  fmt::format("{}: there is no store in it; those of an engine are below its "
                              "state.directory, one for each task that keeps windows",
                              path));
  return stores;
}

Result<std::unique_ptr<state::Store>> OpenStore(const StoreFolder& folder) {
  state::RocksStores stores(
      {.directory = folder.directory, .block_cache_bytes = kCacheBytes, .write_buffer_bytes = 0});
  Result<std::unique_ptr<state::Store>> store = stores.OpenReadOnly(folder.name);
  if (store.status().code() == ErrorCode::kDamaged)
    return Status(ErrorCode::kDamaged,
                  store.status().message() +
                      "; nothing is lost: the engine that works on the task next wipes the store "
                      "and builds it anew from the changelog");
  if (store.status().code() == ErrorCode::kIo)
    return Status(ErrorCode::kIo, store.status().message() +
                                      "; run it as a user that may read the folder's files, and "
                                      "again if an engine was at work on them");
  return store;
}

DefinitionNames::DefinitionNames(const rule::RuleSetPtr& rules) : known_(true) {
  const trigger::SuppressKeys suppress(rules);
  for (uint32_t i = 0; i < rules->rules.size(); ++i) {
    const rule::Rule& rule = rules->rules[i];
    rules_.emplace(state::DefinitionIdOf(rule.id, rule::DefinitionHash(rule, *rules->schema)),
                   &rule);
    if (suppress.Has(i))
      rules_.emplace(state::DefinitionIdOf(rule.id, suppress.definition(i)), &rule);
  }
}

const rule::Rule* DefinitionNames::Find(const state::DefinitionId& definition) const {
  const auto found = rules_.find(definition);
  return found == rules_.end() ? nullptr : found->second;
}

std::string HexOf(const state::DefinitionId& definition) {
  return fmt::format("{:02x}", fmt::join(definition, ""));
}

std::string_view KindName(state::Kind kind) {
  switch (kind) {
    case state::Kind::kBirth:
      return "birth";
    case state::Kind::kWindow:
      return "window";
    case state::Kind::kSuppress:
      return "suppress";
    case state::Kind::kClock:
      return "clock";
    case state::Kind::kOrdered:
      return "ordered";
  }
  return "unknown";
}

std::string GroupText(std::string_view group) {
  return fmt::format("{}", fmt::join(trigger::ValuesOfKey(group), ", "));
}

std::vector<std::string> GroupValues(const state::StateKey& key) {
  if (key.kind != state::Kind::kOrdered) return trigger::ValuesOfKey(key.group);
  // Of an id that is too long a hash stands, which is no text.
  if (!unicode::IsValidUtf8(key.group))
    return {fmt::format(
        "hex:{:02x}",
        fmt::join(std::span(reinterpret_cast<const uint8_t*>(key.group.data()), key.group.size()),
                  ""))};
  return {std::string(key.group)};
}

}  // namespace riposte::cli
