#include "app/demo/play.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "app/demo/scenario.h"
#include "app/wiring.h"
#include "connectors/memory/connector.h"
#include "rules/text/diagnostic.h"

namespace riposte::demo {
namespace {

constexpr Duration kDeadline = std::chrono::seconds(30);
constexpr Duration kLook{5};

const pipeline::PartitionId& Input() {
  static const pipeline::PartitionId input{.topic = "demo-events", .partition = 0};
  return input;
}

template <typename Condition>
bool WaitFor(const Condition& condition) {
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - begin > kDeadline) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

// Rules that enforce are armed by a control record each, which the engine writes; an event that
// came before is not acted upon.
size_t EnforcingRules(const pipeline::LiveRules& live) {
  return static_cast<size_t>(
      std::count_if(live.rules->rules.begin(), live.rules->rules.end(), [](const rule::Rule& rule) {
        return rule.enabled && rule.remediation &&
               rule.remediation->mode == rule::AutoMode::kEnforce;
      }));
}

Status ParseAll(const std::vector<pipeline::OutRecord>& records, std::vector<json::Value>& values) {
  for (const pipeline::OutRecord& record : records) {
    Result<json::Value> value = json::Parse(record.value);
    if (!value.ok()) return value.status();
    values.push_back(std::move(value).value());
  }
  return Status::Ok();
}

}  // namespace

void Configure(app::Config& config) {
  config.remediation.enforcement = "enabled";
  config.remediation.arming_period = Duration::zero();
  config.remediation.max_age_kill = std::chrono::minutes(10);
  config.inputs.topics = {{Input().topic, std::string(kProfile)}};
}

Result<Played> Play(const app::Config& config, const std::vector<std::string>& events) {
  memory::MemoryLog log;
  log.SkipOffsets(Input(), 0);  // makes the partition
  app::Outside outside;
  outside.control = std::make_unique<memory::MemoryControl>();
  outside.connector = std::make_unique<memory::MemoryConnector>(
      log,
      memory::Options{.profiles = {{Input().topic, std::string(kProfile)}}, .keeps_windows = true});
  const pipeline::Control& control = *outside.control;

  app::Engine engine({.config = config, .listen = {}, .on_failed = {}}, std::move(outside));
  text::Diagnostics diagnostics;
  if (engine.LoadRules(diagnostics) == app::Engine::Loaded::kBroken)
    return Status(ErrorCode::kInvalidArgument, text::Render(diagnostics));
  RIPOSTE_TRY(engine.Start());
  const size_t enforcing = EnforcingRules(*engine.live_rules());
  if (!WaitFor([&] { return control.Read()->records.size() >= enforcing; }))
    return Status(ErrorCode::kTimeout, "the rules were not armed in time");

  const SystemClock clock;
  for (const std::string& event : events) log.Append(Input(), {}, event, clock.Now());
  log.Close();
  if (!WaitFor([&] { return engine.Finished(); }))
    return Status(ErrorCode::kTimeout, "the events were not worked on in time");
  engine.Stop();

  Played played{
      .alerts = {}, .commands = {}, .events = events.size(), .commits = log.commit_count()};
  RIPOSTE_TRY(ParseAll(log.Outputs(pipeline::OutTopic::kAlerts), played.alerts));
  RIPOSTE_TRY(ParseAll(log.Outputs(pipeline::OutTopic::kCommands), played.commands));
  return played;
}

}  // namespace riposte::demo
