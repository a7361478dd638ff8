#include "engine/remediate/firing.h"

#include "engine/remediate/ids.h"

namespace riposte::remediate {

Firing MakeFiring(const rule::Rule& rule, const Subject& event,
                  std::span<const std::string> group) {
  Firing firing;
  firing.rule = &rule;
  firing.event_time = event.event_time;
  firing.append_time = firing.oldest_append_time = event.append_time();
  firing.trigger_key = TriggerKeyInGroup(TriggerKey(event), group);
  if (!event.event_id.empty()) firing.event_ids.emplace_back(event.event_id);
  firing.id = FiringId(rule.id, event.asset.id, firing.trigger_key);
  return firing;
}

Firing MakeFiringAtDeadline(const rule::Rule& rule, std::string_view asset_id,
                            std::span<const std::string> group, Time time) {
  Firing firing;
  firing.rule = &rule;
  firing.event_time = firing.append_time = firing.oldest_append_time = time;
  firing.trigger_key = DeadlineKey(group, time);
  firing.id = FiringId(rule.id, asset_id, firing.trigger_key);
  return firing;
}

}  // namespace riposte::remediate
