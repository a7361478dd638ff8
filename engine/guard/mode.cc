#include "engine/guard/mode.h"

#include "base/check.h"

namespace riposte::guard {

Decision ModeGuard::Judge(const remediate::Command& command, const Context& context) const {
  RIPOSTE_CHECK(context.rule != nullptr && context.arming != nullptr,
                "the mode guard needs the rule and its arming");
  const auto dry_run = [this](std::string_view reason, std::string detail) -> Decision {
    return {.verdict = Verdict::kDryRun,
            .guard = name(),
            .reason = reason,
            .detail = std::move(detail)};
  };
  if (command.mode != remediate::Mode::kEnforce)
    return dry_run("rule_dry_run", "the rule says dry_run");
  const std::optional<Time> armed_at =
      context.arming->ArmedAt(context.rule->id, context.rule->arming_hash);
  if (!armed_at) return dry_run("not_armed", "the arming of the rule is not recorded yet");
  if (context.now < *armed_at)
    return dry_run("not_armed", "the rule is armed from " + FormatTime(*armed_at) + " on");
  if (command.oldest_append_time < *armed_at)
    return dry_run("event_before_arming", "the event was received at " +
                                              FormatTime(command.oldest_append_time) +
                                              ", the rule is armed from " + FormatTime(*armed_at));
  return {.verdict = Verdict::kAllow, .guard = name(), .reason = {}, .detail = {}};
}

}  // namespace riposte::guard
