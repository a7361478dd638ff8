#include "app/rule_loading.h"

#include <variant>

#include <fmt/format.h>

#include "rules/lint/lint.h"
#include "rules/rule/load.h"

namespace riposte::app {

LoadedRules LoadRuleSet(const std::vector<std::string>& paths, const schema::SchemaPtr& schema) {
  LoadedRules loaded;
  loaded.rules = rule::LoadRules({.paths = paths}, schema, loaded.diagnostics);
  if (loaded.rules != nullptr) lint::LintRules(*loaded.rules, loaded.diagnostics);
  if (loaded.diagnostics.has_errors()) loaded.rules = nullptr;
  loaded.diagnostics.Sort();
  return loaded;
}

void RefuseWindows(LoadedRules& loaded) {
  if (loaded.rules == nullptr) return;
  for (const rule::Rule& rule : loaded.rules->rules) {
    const bool has_window = !std::holds_alternative<rule::SingleMatch>(rule.trigger);
    if (!rule.enabled || (!has_window && !rule.suppress)) continue;
    loaded.diagnostics.Error(rule.source, rule.places.name, "windows-need-exactly-once",
                             fmt::format("'{}' has {}, which 'kafka.delivery: at_least_once' does "
                                         "not keep",
                                         rule.name, has_window ? "windows" : "'suppress'"),
                             "disable it, or set 'kafka.delivery: exactly_once'");
  }
  if (loaded.diagnostics.has_errors()) loaded.rules = nullptr;
  loaded.diagnostics.Sort();
}

Reach ReachOf(const rule::Rule& rule, const schema::Schema& schema) {
  Reach reach;
  for (const schema::Profile& profile : schema.profiles) {
    if (rule::RunsOn(rule, profile)) {
      reach.profiles.push_back(profile.name);
      continue;
    }
    Reach::Without without{.profile = profile.name, .missing = {}};
    for (const schema::FieldId field : rule::MissingTokens(rule, profile)) {
      without.missing.push_back(schema.catalogue.token(field).name);
    }
    reach.without.push_back(std::move(without));
  }
  return reach;
}

}  // namespace riposte::app
