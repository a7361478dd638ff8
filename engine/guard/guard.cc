#include "engine/guard/guard.h"

#include <utility>

#include "base/check.h"

namespace riposte::guard {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow:
      return "allow";
    case Verdict::kDryRun:
      return "dry_run";
    case Verdict::kHold:
      return "hold";
    case Verdict::kDeny:
      return "deny";
  }
  return "unknown";
}

Chain::Chain(std::vector<std::unique_ptr<const Guard>> guards) : guards_(std::move(guards)) {
  RIPOSTE_CHECK(!guards_.empty(), "a chain without guards would allow everything");
}

Decision Chain::Judge(const remediate::Command& command, const Context& context,
                      std::vector<Decision>& trail) const {
  std::optional<Decision> dry_run;
  for (const std::unique_ptr<const Guard>& guard : guards_) {
    Decision decision = guard->Judge(command, context);
    const bool ends =
        decision.verdict == Verdict::kDeny || (decision.verdict == Verdict::kHold && !dry_run);
    if (decision.verdict == Verdict::kDryRun && !dry_run) {
      dry_run = std::move(decision);
      continue;
    }
    trail.push_back(std::move(decision));
    if (ends) {
      if (dry_run) trail.insert(trail.end() - 1, std::move(*dry_run));
      return trail.back();
    }
  }
  if (dry_run) trail.push_back(std::move(*dry_run));
  return trail.back();
}

}  // namespace riposte::guard
