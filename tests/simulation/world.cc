#include "tests/simulation/world.h"

#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/guard/standard.h"
#include "rules/rule/trigger_print.h"
#include "tests/simulation/event_source.h"
#include "tests/support/engine_fixture.h"

namespace riposte::sim {
namespace {

schema::FieldId Field(std::string_view token) {
  return test::EngineSchema()->catalogue.Find(token);
}

class AlwaysArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

rule::Rule Counting(rule::Rule rule, rule::Count count, std::string_view group_by = "event.asset") {
  count.group_by = {Field(group_by)};
  rule.trigger = std::move(count);
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  return rule;
}

std::vector<rule::Rule> Rules() {
  return {
      test::KillRule(kKillName, rule::AutoMode::kEnforce),
      test::KillRule(kDryRunName, rule::AutoMode::kDryRun),
      test::IsolateRule(kIsolateName, rule::AutoMode::kEnforce),
      test::RuleFor(kAlertName),
      Counting(test::IsolateRule(kRepeatedName, rule::AutoMode::kEnforce),
               {.threshold = 3, .within = Duration(900), .cooldown = Duration(300)}),
      Counting(test::KillRule(kVariedName, rule::AutoMode::kEnforce),
               {.measure = rule::Measure::kDistinct,
                .fields = {Field("event.pid")},
                .threshold = 2,
                .within = Duration(700),
                .cooldown = Duration(200)}),
      Counting(test::KillRule(kNearName, rule::AutoMode::kDryRun),
               {.threshold = 2, .within = Duration(800), .cooldown = Duration(100)}, "event.host"),
      Counting(test::KillRule(kEachName, rule::AutoMode::kDryRun),
               {.threshold = 1, .within = Duration(1)}, "event.id")};
}

pipeline::LiveRulesPtr Compile(const std::vector<rule::Rule>& rules) {
  return pipeline::LiveRules::Compile(test::RuleSetOf(rules), {"test"});
}

std::vector<rule::Rule> Edited(bool resets) {
  std::vector<rule::Rule> rules = Rules();
  for (rule::Rule& rule : rules) {
    rule.name += " (edited)";
    if (resets) rule.canonical_query += " ";
  }
  return rules;
}

LiveSetup Make(bool resets) {
  return {.live = {Compile(Rules()), Compile(Edited(resets))},
          .standing = {.enforcement = {.enabled = true, .disabled_because = {}},
                       .arming = std::make_shared<AlwaysArmed>()},
          .guards = guard::StandardChain({})};
}

}  // namespace

const LiveSetup& LiveSetup::Get(bool resets) {
  static const std::array<LiveSetup, 2> setups = {Make(false), Make(true)};
  return setups[resets ? 1 : 0];
}

void CountingObserver::OnCommit(const pipeline::Report& report) {
  consumed += report.counts->consumed;
  const pipeline::ShuffleCounts& shuffle = report.counts->shuffle;
  shuffled += shuffle.sent;
  received += std::accumulate(shuffle.received.begin(), shuffle.received.end(), uint64_t{0});
}

void CountingObserver::OnAbort(const PartitionId&, bool open_behind) {
  ++aborts;
  undone += open_behind ? 1 : 0;
}

void CountingObserver::OnTaskStopped(const PartitionId&, const Status& reason) {
  if (reason.code() == ErrorCode::kFenced) ++fenced;
}

void CountingObserver::OnWindowsStart(const pipeline::WindowsStart& start) {
  restored += start.restored > 0 ? 1 : 0;
  wiped += start.wiped.empty() ? 0 : 1;
}

void CountingObserver::OnWindowsReload(const pipeline::WindowsReload& reload) {
  reloads += reload.kept > 0 ? 1 : 0;
}

void CountingObserver::OnStoreLag(int32_t, const Status& reason) { lags += reason.ok() ? 0 : 1; }

}  // namespace riposte::sim
