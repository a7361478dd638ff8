// From when a rule may enforce. A rule whose query, trigger, target or action changed (its arming
// hash) is dry for its arming period; a named person can end it early. The truth is a control
// record: "arming/<rule id>" -> {"definition": arming hash, "time": when it was first seen,
// "armed_at": from when it enforces, "by", "comment": who ended the period early}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/guard/guard.h"
#include "engine/pipeline/ports.h"
#include "rules/rule/rule.h"

namespace riposte::guard {

std::string ArmingKey(const Uuid& rule_id);

// The arming records of one snapshot. Immutable.
class ArmingTable final : public ArmingView {
 public:
  // Nothing is armed until control was read to its end. A record that cannot be read is none.
  explicit ArmingTable(const pipeline::Control::Snapshot& control);
  std::optional<Time> ArmedAt(const Uuid& rule_id, std::string_view arming_hash) const override;

 private:
  struct Entry {
    std::string key, definition;
    Time armed_at{};
  };
  std::vector<Entry> entries_;  // ascending by key
};

// Decides which arming records an instance has to write for its rules. One thread.
//
// A record is due if the rule enforces and the last record of the rule has not its hash, and at
// most once for each rule set that went live: instances with different rule sets must not overwrite
// each other for ever.
class ArmingWriter {
 public:
  explicit ArmingWriter(Duration arming_period) : arming_period_(arming_period) {}

  // What is due. Empty while control was not read to its end. `rules` is the live set; a set other
  // than that of the last call begins anew.
  std::vector<pipeline::ControlRecord> Due(const rule::RuleSetPtr& rules,
                                           const pipeline::Control::Snapshot& control, Time now);
  // A record of Due() was written: it is not due again. One that was not told stays due.
  void Written(const pipeline::ControlRecord& record);

 private:
  Duration arming_period_;
  rule::RuleSetPtr rules_;
  std::vector<std::string> settled_;  // keys, ascending: written, or seen with our hash
};

// The record by which `by` ends the arming period of `rule` now.
pipeline::ControlRecord EndArmingEarly(const rule::Rule& rule, std::string_view by,
                                       std::string_view comment, Time now);

}  // namespace riposte::guard
