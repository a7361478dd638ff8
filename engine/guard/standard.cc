#include "engine/guard/standard.h"

#include "engine/guard/duplicate.h"
#include "engine/guard/kill_switch.h"
#include "engine/guard/mode.h"
#include "engine/guard/scope.h"

namespace riposte::guard {

Chain StandardChain(Settings settings) {
  std::vector<std::unique_ptr<const Guard>> guards;
  guards.push_back(std::make_unique<KillSwitch>());
  guards.push_back(std::make_unique<Expiry>(settings.max_event_age));
  guards.push_back(std::make_unique<Duplicate>());
  guards.push_back(std::make_unique<Protected>(std::move(settings.protection)));
  guards.push_back(std::make_unique<Scope>());
  guards.push_back(std::make_unique<ModeGuard>());
  return Chain(std::move(guards));
}

Chain ExplainChain(Settings settings) {
  std::vector<std::unique_ptr<const Guard>> guards;
  guards.push_back(std::make_unique<Duplicate>());
  guards.push_back(std::make_unique<Protected>(std::move(settings.protection)));
  guards.push_back(std::make_unique<Scope>());
  return Chain(std::move(guards));
}

Chain ReplayChain(Settings settings) {
  std::vector<std::unique_ptr<const Guard>> guards;
  guards.push_back(std::make_unique<Protected>(std::move(settings.protection)));
  guards.push_back(std::make_unique<Scope>());
  return Chain(std::move(guards));
}

}  // namespace riposte::guard
