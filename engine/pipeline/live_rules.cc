#include "engine/pipeline/task.h"

namespace riposte::pipeline {

const match::Matcher* LiveRules::For(std::string_view profile) const {
  for (const std::pair<std::string, std::shared_ptr<const match::Matcher>>& entry : matchers)
    if (entry.first == profile) return entry.second.get();
  return nullptr;
}

std::shared_ptr<const LiveRules> LiveRules::Compile(rule::RuleSetPtr rules) {
  std::shared_ptr<LiveRules> live = std::make_shared<LiveRules>();
  for (const schema::Profile& profile : rules->schema->profiles)
    live->matchers.emplace_back(profile.name, match::Matcher::Compile(*rules, profile));
  live->rules = std::move(rules);
  return live;
}

}  // namespace riposte::pipeline
