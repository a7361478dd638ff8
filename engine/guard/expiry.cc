#include "engine/guard/expiry.h"

#include <algorithm>

namespace riposte::guard {
namespace {

Duration MaxAgeOf(remediate::Action action, const MaxEventAge& max_age) {
  switch (action) {
    case remediate::Action::kKillProcess:
      return max_age.kill;
    case remediate::Action::kQuarantineFile:
    case remediate::Action::kDeleteFile:
    case remediate::Action::kUnquarantineFile:
      return max_age.file;
    case remediate::Action::kIsolateAsset:
    case remediate::Action::kReleaseAsset:
      return max_age.isolate;
  }
  return max_age.kill;
}

}  // namespace

Decision Expiry::Judge(const remediate::Command& command, const Context& context) const {
  const Time happened =
      std::clamp(command.event_time, command.append_time - kTrustedSkew, command.append_time);
  const Duration age = context.now - happened;
  const Duration max_age = MaxAgeOf(command.action, max_age_);
  if (age > max_age)
    return {.verdict = Verdict::kDeny,
            .guard = name(),
            .reason = "event_too_old",
            .detail = "the event is " + std::to_string(age.count() / 1000) + " s old, at most " +
                      FormatDuration(max_age) + " is acted on"};
  if (context.now > command.not_after)
    return {.verdict = Verdict::kDeny,
            .guard = name(),
            .reason = "expired",
            .detail = "the command was valid until " + FormatTime(command.not_after)};
  return {.verdict = Verdict::kAllow, .guard = name(), .reason = {}, .detail = {}};
}

}  // namespace riposte::guard
