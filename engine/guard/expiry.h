// Automatic remediation of something old does harm and no good: the process is gone, its pid
// belongs to another, the host was repaired.
#pragma once

#include "engine/guard/guard.h"

namespace riposte::guard {

struct MaxEventAge {
  Duration kill = std::chrono::hours(1);
  Duration file = std::chrono::hours(24);
  Duration isolate = std::chrono::hours(24);
};

// What is judged is the event that the target is from: of those of a window it may be older than
// the one that completed it, and so is what it tells of the target.
//
// An endpoint's clock may be wrong by any amount, the broker's is not: the age counts from the
// event time, but from no earlier than this before the broker's append time, and from no later than
// the append time.
inline constexpr Duration kTrustedSkew = std::chrono::minutes(15);

// Deny: "event_too_old" above the maximum age, "expired" after the command's own not_after.
class Expiry final : public Guard {
 public:
  explicit Expiry(const MaxEventAge& max_age) : max_age_(max_age) {}
  std::string_view name() const override { return "expiry"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;

 private:
  MaxEventAge max_age_;
};

}  // namespace riposte::guard
