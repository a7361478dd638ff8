#include "tests/simulation/world.h"

#include "engine/guard/standard.h"
#include "tests/simulation/event_source.h"
#include "tests/support/engine_fixture.h"

namespace riposte::sim {
namespace {

class AlwaysArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

}  // namespace

const LiveSetup& LiveSetup::Get() {
  static const LiveSetup setup{
      .live = pipeline::LiveRules::Compile(
          test::RuleSetOf({test::KillRule(kKillName, rule::AutoMode::kEnforce),
                           test::KillRule(kDryRunName, rule::AutoMode::kDryRun),
                           test::IsolateRule(kIsolateName, rule::AutoMode::kEnforce),
                           test::RuleFor(kAlertName)}),
          {"test"}),
      .standing = {.enforcement = {.enabled = true, .disabled_because = {}},
                   .arming = std::make_shared<AlwaysArmed>()},
      .guards = guard::StandardChain({})};
  return setup;
}

void CountingObserver::OnCommit(const pipeline::Report& report) {
  consumed += report.counts->consumed;
}

void CountingObserver::OnAbort(const PartitionId&, bool open_behind) {
  ++aborts;
  undone += open_behind ? 1 : 0;
}

void CountingObserver::OnTaskStopped(const PartitionId&, const Status& reason) {
  if (reason.code() == ErrorCode::kFenced) ++fenced;
}

}  // namespace riposte::sim
