#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "app/cli/verbs.h"
#include "app/demo/play.h"
#include "app/demo/scenario.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::string emit;
};

// A folder of the demonstration's own, removed with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "riposte-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;  // it removes the folder
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;  // empty: it could not be made
};

Status WriteFile(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out.good()) return Status::Ok();
  return {ErrorCode::kIo, path.string() + ": cannot be written"};
}

Status WriteRules(const std::filesystem::path& folder) {
  for (const EmbeddedFile& file : demo::RuleFiles())
    RIPOSTE_TRY(WriteFile(folder / std::filesystem::path(file.path).filename(), file.bytes));
  return Status::Ok();
}

std::string_view Text(const json::Value* value, std::string_view key) {
  return value == nullptr ? std::string_view() : value->StringOr(key, "");
}

// How a row of the table says what became of an action, and in which colour.
struct Said {
  std::string text;
  int color = 0;
};

Said SayOutcome(const json::Value& action) {
  const std::string_view outcome = action.StringOr("outcome", "");
  const std::string_view reason = action.StringOr("reason", "");
  if (outcome == "ordered") return {.text = "ORDERED", .color = 31};
  if (outcome == "dry_run") return {.text = fmt::format("would order ({})", reason), .color = 33};
  return {.text = fmt::format("{}: {}", outcome, reason), .color = 36};
}

// "rule (severity)  TYPE on asset", and below it a line for each action with its reason.
std::string Describe(const Session& session, const json::Value& alert) {
  const json::Value* rule = alert.Find("rule");
  std::string out =
      fmt::format("{}  {}  {} on {}\n", alert.StringOr("event_time", "").substr(11, 8),
                  Colored(session, 1, std::string(Text(rule, "name"))),
                  alert.StringOr("event_type", ""), Text(alert.Find("asset"), "name"));
  const json::Value* actions = alert.Find("actions");
  if (actions == nullptr || actions->as_array() == nullptr) return out;
  for (const json::Value& action : *actions->as_array()) {
    const Said said = SayOutcome(action);
    const std::string_view target = action.StringOr("target", "");
    out += fmt::format("            {:<17}{}{}\n", action.StringOr("action", ""),
                       Colored(session, said.color, said.text),
                       target.empty() ? "" : fmt::format("  {}", target));
    const std::string_view detail = action.StringOr("detail", "");
    if (!detail.empty()) out += fmt::format("            {:<17}  {}\n", "", detail);
  }
  return out;
}

struct Totals {
  size_t ordered = 0, dry_run = 0, denied = 0, refused = 0;
};

Totals Count(const std::vector<json::Value>& alerts) {
  Totals totals;
  for (const json::Value& alert : alerts) {
    const json::Value* actions = alert.Find("actions");
    if (actions == nullptr || actions->as_array() == nullptr) continue;
    for (const json::Value& action : *actions->as_array()) {
      const std::string_view outcome = action.StringOr("outcome", "");
      if (outcome == "ordered") ++totals.ordered;
      if (outcome == "dry_run") ++totals.dry_run;
      if (outcome == "denied") ++totals.denied;
      if (outcome == "refused") ++totals.refused;
    }
  }
  return totals;
}

void PrintReport(const Session& session, const demo::Played& played) {
  if (session.json()) {
    for (const json::Value& alert : played.alerts) session.Print(json::Write(alert) + "\n");
    return;
  }
  session.Print(
      "Riposte on its embedded connectors (events, commands and control in memory, no Kafka).\n"
      "An intrusion on three assets, just now:\n\n");
  for (const json::Value& alert : played.alerts) session.Print(Describe(session, alert));
  const Totals totals = Count(played.alerts);
  session.Print(fmt::format(
      "\n{} events in {} transactions, {} detections: {} commands ordered (enforcing rules), {} "
      "would be ordered (dry run), {} denied by the guards, {} refused.\n"
      "A dry run orders nothing: set `auto: enforce` in a rule once you trust it. Denied and "
      "refused have their reason beside them.\n",
      played.events, played.commits, played.alerts.size(), totals.ordered, totals.dry_run,
      totals.denied, totals.refused));
}

// Events, rules and the ids of the commands that have to come out, for a run over a real broker.
Status Emit(const std::filesystem::path& folder, const std::vector<std::string>& events,
            const demo::Played& played) {
  std::string lines, ids;
  for (const std::string& event : events) lines += event + "\n";
  for (const json::Value& command : played.commands)
    ids += std::string(command.StringOr("id", "")) + "\n";
  RIPOSTE_TRY(WriteFile(folder / "events.ndjson", lines));
  RIPOSTE_TRY(WriteFile(folder / "expected-command-ids.txt", ids));
  return WriteRules(folder / "rules");
}

Exit RunDemo(const Arguments& arguments, Session& session) {
  if (session.log_level.empty()) session.log_level = "error";  // the report is what matters
  std::optional<app::Resolved> resolved = session.Configure();
  if (!resolved) return Exit::kUsage;
  const Scratch scratch;
  if (scratch.path().empty())
    return session.Fail({ErrorCode::kIo, "no temporary folder can be made"});
  const Status written = WriteRules(scratch.path() / "rules");
  if (!written.ok()) return session.Fail(written);
  app::Config& config = resolved->config;
  demo::Configure(config);
  config.rules.paths = {(scratch.path() / "rules").string()};
  config.rules.profiles.clear();
  config.state.directory = (scratch.path() / "state").string();
  config.remediation.kill_file.clear();

  const std::vector<std::string> events = demo::Events(SystemClock().Now());
  const Result<demo::Played> played = demo::Play(config, events);
  if (!played.ok()) return session.Fail(played.status());
  if (!arguments.emit.empty()) {
    const Status emitted = Emit(arguments.emit, events, *played);
    return emitted.ok() ? Exit::kOk : session.Fail(emitted);
  }
  PrintReport(session, *played);
  return Exit::kOk;
}

}  // namespace

Verb DemoVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "demo",
      .summary = "Play an intrusion on three assets: what is detected, ordered, held back, and why",
      .examples =
          "  riposte demo\n"
          "  riposte demo --format json | jq .actions\n"
          "`./dev demo --kafka` plays it over a real broker and kills the engine in the middle.",
      .formats = {"text", "json"},
      .declare =
          [arguments](Options& options) {
            options.Text("emit", arguments->emit, "FOLDER",
                         "Print nothing; write the events, the rules and the expected command "
                         "ids, for a run over a broker");
          },
      .run = [arguments](Session& session) { return RunDemo(*arguments, session); }};
}

}  // namespace riposte::cli
