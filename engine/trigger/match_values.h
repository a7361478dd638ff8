// From what matched to what goes to the groups: the keys and values of an event, or of a firing,
// under each rule. Worked out once for a rule set, immutable, shared by all tasks and threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "engine/event/event.h"
#include "engine/trigger/contribution.h"
#include "engine/trigger/effects.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/rule_parts.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

// Parts of matches that came to nothing.
struct LeftOut {
  uint64_t no_key = 0;    // a field of the group is absent or undecodable
  uint64_t no_value = 0;  // a field that is measured is, or is no number
  bool operator==(const LeftOut&) const = default;
};

class MatchValues {
 public:
  explicit MatchValues(rule::RuleSetPtr rules);

  const rule::RuleSet& rules() const { return *rules_; }
  // The identity of the rule's windows: rule::DefinitionHash.
  const std::string& definition(uint32_t rule) const { return per_rule_[rule].definition; }
  // Whether events are anything to its windows, or to rules that take its firings.
  bool takes(uint32_t rule) const { return per_rule_[rule].takes; }

  // An event as groups see it.
  struct EventPlace {
    Time time{};               // clamped, of kPlaceTimeMin to kPlaceTimeMax
    std::string_view payload;  // 1 to kContributionEventMax bytes
  };

  // The rule of that id, if it takes contributions: it is enabled and has windows, or other rules
  // take its firings.
  std::optional<uint32_t> IndexOf(const Uuid& id) const;
  // Any rule has windows.
  bool has_windows() const { return !taking_.empty(); }

  // Appends what the event is to `rule`, whose `parts` (by number, ascending, without those with
  // `firings_of`) it matched: one for each key, in the order of the parts. Each has an order of its
  // own: `next_index` numbers them (OrderOf), and counts on. Of `single_match` there is none, but
  // where another rule takes its firings: the caller fires it.
  void OfEvent(const event::Event& event, uint32_t rule, std::span<const uint32_t> parts,
               const EventPlace& at, uint64_t& next_index, std::vector<Contribution>& out,
               LeftOut& left_out) const;

  // Appends what the firing is to the rules that take its rule's firings: their place is its time
  // and order, the event that of what completed it, or its last one.
  void OfFiring(const Firing& firing, std::vector<Contribution>& out, LeftOut& left_out) const;

  // Whether it could have come from OfEvent or OfFiring of this rule set: what was read may be of
  // another, or forged.
  bool Accepts(const Contribution& contribution) const;
  // Whether `key` could be one of the rule's groups.
  bool IsKey(uint32_t rule, std::string_view key) const;
  // What owns the group.
  std::string RouteOf(uint32_t rule, std::string_view key) const;

 private:
  // The parts of another rule that take a rule's firings.
  struct Feed {
    uint32_t rule = 0;
    std::vector<uint32_t> parts;
  };
  struct PerRule {
    std::string definition;
    RuleParts parts;
    std::vector<Feed> feeds;
    bool takes = false;  // contributions
  };

  void Connect(uint32_t rule);
  void AddOfFiring(const Feed& feed, const Firing& firing, std::span<const KeyValue> values,
                   std::vector<Contribution>& out, LeftOut& left_out) const;

  rule::RuleSetPtr rules_;
  std::vector<PerRule> per_rule_;
  std::map<Uuid, uint32_t> taking_;
};

}  // namespace riposte::trigger
