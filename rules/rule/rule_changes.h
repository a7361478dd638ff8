// What a new rule set does to what an engine keeps of the rules that it had: for those who are
// about to reload, and for the log of the reload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "rules/rule/rule.h"

namespace riposte::rule {

// A rule that is disabled counts as one that is not there.
enum class ChangeKind : uint8_t {
  kUnchanged,  // as it is
  kKept,       // something changed that its windows do not depend on: they stay
  kAnew,       // what it asks for changed: windows begin anew
  kNew,
  kGone,  // windows end
};
std::string_view ChangeName(ChangeKind kind);  // "unchanged", "kept", "anew", "new", "gone"

// What of a definition changed.
enum class ChangeCause : uint8_t {
  kQuery,
  kTrigger,
  kSteps,     // what a step asks for, or a rule that the trigger refers to
  kProfiles,  // which event formats it runs on, or where these have its fields
};
std::string_view CauseName(ChangeCause cause);  // "query", "trigger", "steps", "profiles"

struct RuleChange {
  Uuid id;
  std::string name;  // the new one, of a rule that is gone the old one
  ChangeKind kind = ChangeKind::kUnchanged;
  std::vector<ChangeCause> causes{};  // of kAnew: one or more, ascending
  bool has_windows = false;  // of kKept and kUnchanged the new one has; of kAnew, kGone the old
  bool enforces = false;     // the new one does
  bool armed_anew = false;   // it enforced and does so still, but is dry at first

  // The reload takes away what was gathered: windows, or that the rule is armed.
  bool loses() const {
    return armed_anew || (has_windows && (kind == ChangeKind::kAnew || kind == ChangeKind::kGone));
  }
};

// In the order of `after`; behind these what is gone, in the order of `before`. Rules that are
// disabled in both are left out.
std::vector<RuleChange> ChangesOf(const RuleSet& before, const RuleSet& after);

}  // namespace riposte::rule
