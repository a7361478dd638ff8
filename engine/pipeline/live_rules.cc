#include "engine/pipeline/live_rules.h"

#include <algorithm>
#include <variant>

namespace riposte::pipeline {

const match::Matcher* LiveRules::For(std::string_view profile) const {
  for (const std::pair<std::string, std::shared_ptr<const match::Matcher>>& entry : matchers)
    if (entry.first == profile) return entry.second.get();
  return nullptr;
}

bool LiveRules::HaveWindows() const {
  return std::ranges::any_of(rules->rules, [](const rule::Rule& rule) {
    return rule.enabled &&
           (rule.suppress || !std::holds_alternative<rule::SingleMatch>(rule.trigger));
  });
}

std::shared_ptr<const LiveRules> LiveRules::Compile(rule::RuleSetPtr rules,
                                                    const std::vector<std::string>& profiles) {
  std::shared_ptr<LiveRules> live = std::make_shared<LiveRules>();
  for (const schema::Profile& profile : rules->schema->profiles)
    if (std::ranges::find(profiles, profile.name) != profiles.end())
      live->matchers.emplace_back(profile.name, match::Matcher::Compile(*rules, profile));
  live->values = std::make_shared<const trigger::MatchValues>(rules);
  live->suppress = std::make_shared<const trigger::SuppressKeys>(rules);
  live->proposals = std::make_shared<const ProposalRules>(*rules);
  live->rules = std::move(rules);
  return live;
}

}  // namespace riposte::pipeline
