#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/control_report.h"
#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/wiring.h"
#include "base/json.h"
#include "base/time.h"
#include "engine/guard/arming.h"
#include "engine/guard/enforcement.h"

namespace riposte::cli {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);

struct Arguments {
  std::string by, comment, brokers;
  std::string rule;
  std::vector<std::string> rules;
};

// Who speaks, unless --by says it: the person behind sudo, else the user.
std::string Speaker(const Arguments& arguments) {
  if (!arguments.by.empty()) return arguments.by;
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"})
    if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
  return fmt::format("uid {}", getuid());
}

// --brokers; before the configuration is resolved.
void SetBrokers(const Arguments& arguments, Session& session) {
  if (!arguments.brokers.empty()) session.flags.emplace_back("kafka.brokers", arguments.brokers);
}

// The control records, read to their end.
Result<std::unique_ptr<pipeline::Control>> Connect(const Arguments& arguments, Session& session) {
  SetBrokers(arguments, session);
  const std::optional<app::Resolved> resolved = session.Configure();
  if (!resolved) return Status(ErrorCode::kInvalidArgument, "the configuration is wrong");
  return app::OpenControl(resolved->config, kPatience);
}

Exit Write(const Arguments& arguments, Session& session, bool on) {
  Result<std::unique_ptr<pipeline::Control>> control = Connect(arguments, session);
  if (!control.ok()) return session.Fail(control.status());
  const std::string by = Speaker(arguments);
  const Status written =
      (*control)->Write(guard::EnforcementRecord(on, by, arguments.comment, SystemClock().Now()));
  if (!written.ok()) return session.Fail(written);
  if (session.json()) {
    std::string out;
    json::Writer(out)
        .BeginObject()
        .Field("enforcement", on ? "on" : "off")
        .Field("by", by)
        .EndObject();
    session.Print(out + "\n");
  } else if (on) {
    session.Print(
        "enforcement is no longer stopped: instances whose configuration enables it order "
        "commands again; nothing that was held back is sent\n");
  } else {
    session.Print("enforcement is stopped on every instance; detections go on\n");
  }
  return Exit::kOk;
}

Exit Show(const Arguments& arguments, Session& session) {
  Result<std::unique_ptr<pipeline::Control>> control = Connect(arguments, session);
  if (!control.ok()) return session.Fail(control.status());
  const std::shared_ptr<const pipeline::Control::Snapshot> snapshot = (*control)->Read();
  const Time now = SystemClock().Now();
  session.Print(session.json() ? ControlJson(*snapshot, now) : ControlText(*snapshot, now));
  return Exit::kOk;
}

Exit Arm(const Arguments& arguments, Session& session) {
  const std::optional<Uuid> id = Uuid::Parse(arguments.rule);
  if (!id)
    return session.Fail(
        {ErrorCode::kInvalidArgument, fmt::format("'{}' is no rule id (a UUID)", arguments.rule)});
  SetBrokers(arguments, session);
  const RuleInput input = ReadRuleInput(session, arguments.rules);
  session.Show(input.loaded.diagnostics);
  if (input.exit != Exit::kOk) return input.exit;
  for (const rule::Rule& rule : input.loaded.rules->rules) {
    if (rule.id != *id) continue;
    Result<std::unique_ptr<pipeline::Control>> control =
        app::OpenControl(input.resolved->config, kPatience);
    if (!control.ok()) return session.Fail(control.status());
    const Status written = (*control)->Write(
        guard::EndArmingEarly(rule, Speaker(arguments), arguments.comment, SystemClock().Now()));
    if (!written.ok()) return session.Fail(written);
    session.Print(
        fmt::format("'{}' enforces from now on, for events that come from now on\n", rule.name));
    return Exit::kOk;
  }
  return session.Fail({ErrorCode::kNotFound, fmt::format("no rule has the id {}", arguments.rule)});
}

void DeclareCommon(Options& options, Arguments& arguments) {
  options.Text("brokers", arguments.brokers, "HOST:PORT", "Same as --set kafka.brokers=...");
}

void DeclareSpeaker(Options& options, Arguments& arguments) {
  DeclareCommon(options, arguments);
  options.Text("by", arguments.by, "NAME", "Who says so; default: the user");
  options.Text("comment", arguments.comment, "TEXT", "Why", true);
}

Verb EnforcementVerb(bool on) {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = on ? "control resume" : "control stop",
          .summary = on ? "Lift the stop of all enforcement"
                        : "Stop all enforcement on every instance; detections go on",
          .examples = on ? "  riposte control resume --comment 'rule 12 is mended'"
                         : "  riposte control stop --comment 'rule 12 kills the backup'",
          .formats = {"text", "json"},
          .declare = [arguments](Options& options) { DeclareSpeaker(options, *arguments); },
          .run = [arguments, on](Session& session) { return Write(*arguments, session, on); }};
}

}  // namespace

Verb ControlStopVerb() { return EnforcementVerb(false); }
Verb ControlResumeVerb() { return EnforcementVerb(true); }

Verb ControlShowVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "control show",
          .summary =
              "Print what the operators said, since when each rule is armed, and which rule set "
              "each instance has",
          .examples = "  riposte control show --format json",
          .formats = {"text", "json"},
          .declare = [arguments](Options& options) { DeclareCommon(options, *arguments); },
          .run = [arguments](Session& session) { return Show(*arguments, session); }};
}

Verb ControlArmVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "control arm",
          .summary = "End the arming period of an enforcing rule early",
          .examples =
              "  riposte control arm 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10 --rules rules/ \\\n"
              "    --comment 'watched it for a day in staging'",
          .formats = {"text"},
          .declare =
              [arguments](Options& options) {
                options.Positional("RULE", arguments->rule, "Id of the rule", true);
                options.List("rules", arguments->rules, "PATH",
                             "Rule files and folders; default: rules.paths of the configuration");
                DeclareSpeaker(options, *arguments);
              },
          .run = [arguments](Session& session) { return Arm(*arguments, session); }};
}

}  // namespace riposte::cli
