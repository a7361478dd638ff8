// By which values a rule's `suppress` tells alerts apart. Worked out once for a rule set,
// immutable, shared by all tasks and threads.
//
// A match is told by its event. A window has many events, which may differ in what does not name
// its group: it is told by its group's values and by the asset that its alert is of. Rule files
// that name another field are refused (suppress-beside-group); here it has no key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

inline constexpr size_t kSuppressKeyBytesMax = 64;  // a longer one stands as its hash

// One of them, and SuppressKeys::definition, of which it is a view: where that is another one, the
// key says nothing.
struct AlertKey {
  std::string_view definition;
  std::string key;
};

class SuppressKeys {
 public:
  explicit SuppressKeys(rule::RuleSetPtr rules);

  const rule::RuleSet& rules() const { return *rules_; }
  // It is enabled and has `suppress`.
  bool Has(uint32_t rule) const { return per_rule_[rule].has; }
  // The identity of what is kept for it, beside the rule's id: what is stored under one is of no
  // use under another. The trigger is no part of it. Hex.
  const std::string& definition(uint32_t rule) const { return per_rule_[rule].definition; }

  // The key of a rule's alert. Empty: it has no `suppress`, or a value is missing, so that the
  // alert cannot be silent.
  std::optional<AlertKey> KeyOfMatch(uint32_t rule, const event::Event& event) const;
  std::optional<AlertKey> KeyOfWindow(uint32_t rule, std::string_view group,
                                      std::string_view asset_id) const;

  // Of a rule that Has. Empty: a value is missing.
  std::optional<std::string> OfMatch(uint32_t rule, const event::Event& event) const;
  // `group`: the key of a window's group (group_key.h). `asset_id`: of its alert, may be empty.
  std::optional<std::string> OfWindow(uint32_t rule, std::string_view group,
                                      std::string_view asset_id) const;
  // Whether `key` could be one of the rule's.
  bool IsKey(uint32_t rule, std::string_view key) const;

 private:
  struct Field {
    schema::FieldId id{};
    schema::FieldType type{};
    std::optional<size_t> place;  // among the values of the group
    bool is_asset = false;
  };
  struct PerRule {
    bool has = false;
    std::string definition;
    std::vector<Field> by;
    size_t group_values = 0;
  };

  PerRule Read(const rule::Rule& rule) const;

  rule::RuleSetPtr rules_;
  std::vector<PerRule> per_rule_;
};

}  // namespace riposte::trigger
