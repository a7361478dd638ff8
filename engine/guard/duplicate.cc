#include "engine/guard/duplicate.h"

#include "engine/guard/kill_switch.h"
#include "engine/guard/mode.h"

namespace riposte::guard {
namespace {

bool RunsDry(const remediate::Command& command, const Context& context) {
  return KillSwitch().Judge(command, context).verdict != Verdict::kAllow ||
         ModeGuard().Judge(command, context).verdict != Verdict::kAllow;
}

std::string_view ReasonOf(Known known) {
  switch (known) {
    case Known::kNothing:
      return {};
    case Known::kSameCommand:
      return "already_ordered";
    case Known::kInFlight:
      return "in_flight";
    case Known::kInForce:
      return "in_force";
  }
  return {};
}

std::string Describe(const Finding& found) {
  const std::string id = found.order == nullptr ? std::string() : found.order->id.ToString();
  switch (found.known) {
    case Known::kNothing:
      return {};
    case Known::kSameCommand:
      return "this command was ordered before, and is valid until " +
             FormatTime(found.order->not_after);
    case Known::kInFlight:
      return "command " + id + " asks for the same, and is valid until " +
             FormatTime(found.order->not_after);
    case Known::kInForce:
      return "command " + id + " did the same at " + FormatTime(found.order->in_force_since);
  }
  return {};
}

}  // namespace

Decision Duplicate::Judge(const remediate::Command& command, const Context& context) const {
  Finding found;
  if (context.orders != nullptr && !RunsDry(command, context))
    found = context.orders->Find(command, context.event_type, context.now);
  return {.verdict = found.known == Known::kNothing ? Verdict::kAllow : Verdict::kDeny,
          .guard = name(),
          .reason = ReasonOf(found.known),
          .detail = Describe(found)};
}

}  // namespace riposte::guard
