// The guards that stand between a proposed command and its publication, in their order. Each
// answers with a decision and its reason, never a bare bool.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/guard/order_memory.h"
#include "engine/remediate/command.h"
#include "rules/rule/rule.h"
#include "rules/schema/profile.h"

namespace riposte::guard {

enum class Verdict : uint8_t { kAllow, kDryRun, kHold, kDeny };
std::string_view VerdictName(Verdict verdict);  // "allow", "dry_run", "hold", "deny"

struct Decision {
  Verdict verdict = Verdict::kAllow;
  // "kill_switch", "expiry", "duplicate", "protected", "scope", "mode"
  std::string_view guard;
  std::string_view reason;  // bounded: "enforcement_disabled", "event_too_old",
                            // "protected_process", ... empty for what is allowed as it should be
  std::string detail;       // for people
};

// riposte.control as last read, plus the configuration and the kill file. Passed in for each batch.
struct Enforcement {
  bool enabled = false;  // configuration says enforce, no kill file, control read to its end and
                         // does not say off
  std::string disabled_because;  // for people; empty if enabled
};

// When a rule may enforce: read back from riposte.control.
class ArmingView {
 public:
  virtual ~ArmingView() = default;
  // Time from which the rule with this definition is armed (its arming period over or ended early
  // by a person), or empty if no record of this hash was read.
  virtual std::optional<Time> ArmedAt(const Uuid& rule_id, std::string_view arming_hash) const = 0;
};

struct Context {
  Time now{};  // wall time
  const Enforcement* enforcement = nullptr;
  const ArmingView* arming = nullptr;
  const rule::Rule* rule = nullptr;
  // The asset that the event came from, and the event's type.
  std::string_view event_asset_id;
  schema::EventType event_type = schema::EventType::kOther;
  // What was ordered on the asset before; null: that is not known here.
  const OrderMemory* orders = nullptr;
};

class Guard {
 public:
  virtual ~Guard() = default;
  virtual std::string_view name() const = 0;
  virtual Decision Judge(const remediate::Command& command, const Context& context) const = 0;
};

// Runs the guards in order; the first that does not allow decides, but a dry run does not hide a
// later denial: a dry-run command that a later guard would deny is reported as denied. All
// decisions taken are appended to `trail`, the deciding one last.
class Chain {
 public:
  explicit Chain(std::vector<std::unique_ptr<const Guard>> guards);
  Decision Judge(const remediate::Command& command, const Context& context,
                 std::vector<Decision>& trail) const;

 private:
  std::vector<std::unique_ptr<const Guard>> guards_;
};

}  // namespace riposte::guard
