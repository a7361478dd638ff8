#include "engine/guard/kill_switch.h"

namespace riposte::guard {

Decision KillSwitch::Judge(const remediate::Command&, const Context& context) const {
  if (context.enforcement != nullptr && context.enforcement->enabled)
    return {.verdict = Verdict::kAllow, .guard = name(), .reason = {}, .detail = {}};
  std::string detail = context.enforcement == nullptr ? std::string("enforcement is not known")
                                                      : context.enforcement->disabled_because;
  return {.verdict = Verdict::kDryRun,
          .guard = name(),
          .reason = "enforcement_disabled",
          .detail = std::move(detail)};
}

}  // namespace riposte::guard
