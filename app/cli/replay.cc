#include <algorithm>
#include <chrono>
#include <memory>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/offline.h"
#include "app/wiring.h"
#include "app/would.h"
#include "base/json.h"
#include "connectors/file/line_reader.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::vector<std::string> rules, events;
  std::string profile = "qualys-edr";
  std::string show = "firing,command,reject";
  bool naive = false;
};

struct Shown {
  bool match = false, firing = false, command = false, reject = false;
};

struct Totals {
  uint64_t events = 0, matched = 0, rejected = 0, empty = 0;
  uint64_t firings = 0, would_order = 0, would_not = 0;
};

// Where a line of output comes from.
struct Place {
  std::string_view file;
  int64_t line = 0;
};

std::optional<Shown> ReadShow(const Session& session, std::string_view list) {
  Shown shown;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (word == "match") {
      shown.match = true;
    } else if (word == "firing") {
      shown.firing = true;
    } else if (word == "command") {
      shown.command = true;
    } else if (word == "reject") {
      shown.reject = true;
    } else {
      session.Complain(fmt::format("--show: '{}' is none of match, firing, command, reject", word));
      return std::nullopt;
    }
  }
  return shown;
}

bool HasWindows(const rule::Rule& rule) {
  return !std::holds_alternative<rule::SingleMatch>(rule.trigger);
}

std::string WindowText(const app::Fired& fired) {
  if (!HasWindows(*fired.decided.firing.rule)) return {};
  return fmt::format(" at {}: {}", FormatTime(fired.time), app::DescribeWindow(fired));
}

void WriteWindow(const app::Fired& fired, json::Writer& writer) {
  writer.Field("firing_time", FormatTime(fired.time))
      .Field("matches", fired.decided.firing.matches)
      .Key("group")
      .BeginArray();
  for (const app::Fired::GroupValue& value : fired.group)
    writer.BeginObject().Field("field", value.field).Field("value", value.value).EndObject();
  writer.EndArray();
}

// Writes what became of an event, a line for each thing that is shown.
class Report {
 public:
  Report(const Session& session, const Shown& shown) : session_(session), shown_(shown) {}

  void Reject(const Place& place, const app::Judged& judged) {
    if (!shown_.reject) return;
    const std::string_view reason = event::RejectName(judged.reject);
    if (!session_.json()) {
      out_ += fmt::format("{}:{}: reject   {} at byte {}\n", place.file, place.line, reason,
                          judged.error_offset);
      return;
    }
    Begin("reject", place)
        .Field("reason", reason)
        .Field("error_offset", static_cast<int64_t>(judged.error_offset));
    End();
  }

  void Match(const Place& place, const rule::Rule& rule) {
    if (!shown_.match) return;
    if (!session_.json()) {
      out_ += fmt::format("{}:{}: match    {}\n", place.file, place.line, rule.name);
      return;
    }
    Begin("match", place).Field("rule", rule.id.ToString()).Field("rule_name", rule.name);
    End();
  }

  void Firing(const Place& place, const app::Fired& fired) {
    if (!shown_.firing) return;
    const remediate::Firing& firing = fired.decided.firing;
    const rule::Rule& rule = *firing.rule;
    if (!session_.json()) {
      out_ += fmt::format("{}:{}: firing   {} ({}) on {}{}\n", place.file, place.line, rule.name,
                          rule::SeverityName(rule.severity),
                          fired.asset_name.empty() ? "?" : fired.asset_name, WindowText(fired));
      return;
    }
    json::Writer& writer = Begin("firing", place)
                               .Field("rule", rule.id.ToString())
                               .Field("rule_name", rule.name)
                               .Field("severity", rule::SeverityName(rule.severity))
                               .Field("firing", firing.id.ToString())
                               .Field("event_time", FormatTime(firing.event_time))
                               .Field("asset", fired.asset_id)
                               .Field("asset_name", fired.asset_name);
    writer.Key("event_ids").BeginArray();
    for (const std::string& id : firing.event_ids) writer.String(id);
    writer.EndArray();
    if (HasWindows(rule)) WriteWindow(fired, writer);
    End();
  }

  void Summary(const Place& place, const rule::Rule& rule, const trigger::Summary& summary) {
    if (!shown_.firing) return;
    const std::string time = FormatTime(summary.firing_time);
    if (!session_.json()) {
      out_ += fmt::format("{}:{}: summary  {}: {} more joined the firing of {}\n", place.file,
                          place.line, rule.name, summary.joined.count, time);
      return;
    }
    Begin("summary", place)
        .Field("rule", rule.id.ToString())
        .Field("rule_name", rule.name)
        .Field("firing_time", time)
        .Field("joined", summary.joined.count);
    End();
  }

  // What `place`, the last line of all, has left open.
  void Waiting(const Place& place, const app::Offline::Waiting& waiting) {
    if (!session_.json() || waiting.firings + waiting.summaries == 0) return;
    Begin("waiting", place)
        .Field("firings", static_cast<int64_t>(waiting.firings))
        .Field("summaries", static_cast<int64_t>(waiting.summaries));
    End();
  }

  void Command(const Place& place, const rule::Rule& rule, const pipeline::Action& action) {
    if (!shown_.command) return;
    if (!session_.json()) {
      out_ +=
          fmt::format("{}:{}: command  {}\n", place.file, place.line, app::DescribeAction(action));
      return;
    }
    json::Writer& writer = Begin("command", place)
                               .Field("rule", rule.id.ToString())
                               .Field("would", app::WouldOf(action.outcome))
                               .Field("action", remediate::ActionName(action.proposal.action));
    if (action.outcome != pipeline::Outcome::kOrdered)
      writer.Field("reason", action.reason()).Field("detail", action.detail());
    if (!action.command_json.empty()) writer.Key("command").Raw(action.command_json);
    End();
  }

  // Hands what is written on; false when nobody reads it any more.
  bool Flush(size_t from_bytes) {
    if (out_.size() < from_bytes || out_.empty()) return true;
    const bool read = session_.Print(out_);
    out_.clear();
    return read;
  }

 private:
  json::Writer& Begin(std::string_view kind, const Place& place) {
    writer_ = json::Writer(out_);
    return writer_.BeginObject()
        .Field("kind", kind)
        .Field("file", place.file)
        .Field("line", place.line);
  }
  void End() {
    writer_.EndObject();
    out_.push_back('\n');
  }

  const Session& session_;
  const Shown shown_;
  std::string out_;
  json::Writer writer_{out_};
};

// A line on a terminal's stderr once a second: long recordings take a while.
class Progress {
 public:
  Progress() : shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (printed_) std::fputs("\r\033[K", stderr);
  }
  Progress(const Progress&) = delete;  // it owns the terminal's line
  Progress& operator=(const Progress&) = delete;

  void Tell(const Place& place, const Totals& totals) {
    if (!shown_ || totals.events % 1024 != 0) return;
    const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    printed_ = true;
    const std::string line =
        fmt::format("\r\033[K{}: {} events, {} firings", place.file, totals.events, totals.firings);
    std::fputs(line.c_str(), stderr);
  }

 private:
  const bool shown_;
  bool printed_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void ReportEvent(const Place& place, const app::Judged& judged, const rule::RuleSet& rules,
                 Report& report, Totals& totals) {
  ++totals.events;
  if (judged.reject == event::Reject::kEmpty) {
    ++totals.empty;
  } else if (judged.reject != event::Reject::kNone) {
    ++totals.rejected;
    report.Reject(place, judged);
  }
  totals.matched += judged.matches.empty() ? 0 : 1;
  match::ForEachRule(judged.matches,
                     [&](uint32_t rule) { report.Match(place, rules.rules[rule]); });
  for (const app::Fired& fired : judged.firings) {
    ++totals.firings;
    report.Firing(place, fired);
    for (const pipeline::Action& action : fired.decided.actions) {
      ++(action.outcome == pipeline::Outcome::kOrdered ? totals.would_order : totals.would_not);
      report.Command(place, *fired.decided.firing.rule, action);
    }
  }
  for (const trigger::ClosedFiring& closed : judged.closed)
    report.Summary(place, rules.rules[closed.rule], closed.summary);
}

// False when nobody reads the output any more. `place`: the last line that was read.
Result<bool> ReplayFile(const std::string& path, size_t line_bytes_max, app::Offline& offline,
                        const rule::RuleSet& rules, Report& report, Totals& totals, Place& place) {
  Result<file::LineReader> reader = file::LineReader::Open(path, line_bytes_max);
  if (!reader.ok()) return reader.status();
  Progress progress;
  while (true) {
    const Result<std::optional<std::string_view>> line = reader->Next();
    if (!line.ok()) return line.status();
    if (!*line) return true;
    place = {.file = path, .line = reader->lines()};
    const app::Judged& judged =
        offline.Run(**line, {.topic = place.file, .offset = place.line - 1});
    ReportEvent(place, judged, rules, report, totals);
    progress.Tell(place, totals);
    if (!report.Flush(64u << 10)) return false;
  }
}

std::string Summary(const Totals& totals, const app::Offline::Waiting& waiting) {
  std::string out = fmt::format(
      "{} events: {} matched, {} unmatched, {} rejected, {} empty; {} firings, {} commands would "
      "be ordered, {} would not\n",
      totals.events, totals.matched,
      totals.events - totals.matched - totals.rejected - totals.empty, totals.rejected,
      totals.empty, totals.firings, totals.would_order, totals.would_not);
  if (waiting.firings + waiting.summaries > 0)
    out += fmt::format("{} more firings and {} summaries wait for a time that no event reaches\n",
                       waiting.firings, waiting.summaries);
  return out;
}

Exit RunReplay(const Arguments& arguments, Session& session) {
  const std::optional<Shown> shown = ReadShow(session, arguments.show);
  if (!shown) return Exit::kUsage;
  const RuleInput input = ReadRuleInput(session, arguments.rules);
  session.Show(input.loaded.diagnostics);
  if (input.exit != Exit::kOk) return input.exit;
  // The rule set's own schema: it has the tokens of its Sigma rules, too.
  const schema::Profile* profile = input.loaded.rules->schema->FindProfile(arguments.profile);
  if (profile == nullptr)
    return session.Fail({ErrorCode::kInvalidArgument,
                         "--profile: there is no profile '" + arguments.profile + "'"});
  Result<guard::Settings> guards = app::GuardSettings(input.resolved->config);
  if (!guards.ok()) return session.Fail(guards.status());

  const size_t event_bytes_max = static_cast<size_t>(input.resolved->config.engine.event_bytes_max);
  const Result<std::unique_ptr<app::Offline>> offline =
      app::Offline::Make(input.loaded.rules, *profile,
                         {.naive = arguments.naive,
                          .event_bytes_max = event_bytes_max,
                          .guards = std::move(guards).value(),
                          .ttl = app::TimeToLiveOf(input.resolved->config)});
  if (!offline.ok()) return session.Fail(offline.status());
  Report report(session, *shown);
  Totals totals;
  Place last;
  for (const std::string& path : arguments.events) {
    const Result<bool> read =
        ReplayFile(path, event_bytes_max, **offline, *input.loaded.rules, report, totals, last);
    if (!read.ok()) {
      report.Flush(0);
      return session.Fail(read.status());
    }
    if (!*read || !report.Flush(0)) return Exit::kOk;
  }
  const app::Offline::Waiting waiting = (*offline)->StillWaiting();
  report.Waiting(last, waiting);
  if (!report.Flush(0)) return Exit::kOk;
  if (!session.json()) session.Print(Summary(totals, waiting));
  return Exit::kOk;
}

}  // namespace

Verb ReplayVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "replay",
      .summary = "Run recorded events through rules and print what would have been done",
      .examples =
          "  riposte replay --rules rules/ --events day.ndjson\n"
          "  riposte replay --rules rules/ --events day.ndjson.zst --profile windows-nxlog \\\n"
          "    --show match,firing,command,reject --format json\n"
          "Event time is both clocks; the kill switch, arming and age are left out. Nothing is "
          "sent.\n"
          "What fires when a time is over does so at the first event beyond it. What no event "
          "reaches is counted at the end.",
      .formats = {"text", "json"},
      .declare =
          [arguments](Options& options) {
            options.List("rules", arguments->rules, "PATH",
                         "Rule files and folders; default: rules.paths of the configuration");
            options.List("events", arguments->events, "FILE",
                         "One JSON event a line: plain, .gz, .zst, or - for standard input", true);
            options.Text("profile", arguments->profile, "NAME",
                         "Format of the events (default: qualys-edr)");
            options.Text("show", arguments->show, "LIST",
                         "Of match, firing, command, reject (default: firing,command,reject)");
            options.Flag("naive", arguments->naive,
                         "Match by the plain evaluator, rule by rule: slow, and the judge of the "
                         "matcher");
          },
      .run = [arguments](Session& session) { return RunReplay(*arguments, session); }};
}

}  // namespace riposte::cli
