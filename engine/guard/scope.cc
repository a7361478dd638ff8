#include "engine/guard/scope.h"

namespace riposte::guard {

Decision Scope::Judge(const remediate::Command& command, const Context& context) const {
  if (!command.asset.id.empty() && command.asset.id == context.event_asset_id)
    return {.verdict = Verdict::kAllow, .guard = name(), .reason = {}, .detail = {}};
  return {.verdict = Verdict::kDeny,
          .guard = name(),
          .reason = "other_asset",
          .detail = "the event comes from asset '" + std::string(context.event_asset_id) +
                    "', the target is on '" + command.asset.id + "'"};
}

}  // namespace riposte::guard
