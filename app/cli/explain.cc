#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/event_selection.h"
#include "app/explanation_report.h"
#include "app/rule_selection.h"
#include "app/timeline.h"
#include "app/timeline_report.h"
#include "app/wiring.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::string rule, event, events;
  std::vector<std::string> rules;
  std::string profile = "qualys-edr";
};

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// The variable that counts is the first of these that is set, as for the C library.
app::Marks MarksOfLocale() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    const bool utf8 = locale.find("UTF-8") != std::string_view::npos ||
                      locale.find("utf8") != std::string_view::npos;
    return utf8 ? app::Marks::kUnicode : app::Marks::kAscii;
  }
  return app::Marks::kAscii;
}

Exit Disagree(const Session& session) {
  session.Complain(
      "internal error: the matcher and the plain evaluator disagree about this rule and this "
      "event. One of them is wrong: please report it, with both");
  return Exit::kFindings;
}

Exit Report(const app::Explanation& explanation, const std::string& event, const Session& session) {
  session.Print(session.json() ? app::ExplanationJson(explanation, event)
                               : app::ExplanationText(explanation, event, MarksOfLocale()));
  if (explanation.consistent) return Exit::kOk;
  return Disagree(session);
}

struct Question {
  rule::RuleSetPtr rules;
  size_t rule = 0;
  const schema::Profile* profile = nullptr;
  app::Offline::Options options;
};

Exit ExplainEvent(const Question& question, const std::string& named, const Session& session) {
  const Result<app::SelectedEvent> event = app::ReadEvent(named, question.options.event_bytes_max);
  if (!event.ok()) return session.Fail(event.status());
  const remediate::Origin origin{.topic = event->file,
                                 .offset = std::max<int64_t>(event->line, 1) - 1};
  const Result<app::Explanation> explanation = app::Explain(
      question.rules, question.rule, *question.profile, event->bytes, origin, question.options);
  if (!explanation.ok()) return session.Fail(explanation.status());
  return Report(*explanation, named, session);
}

Exit ExplainEvents(const Question& question, const std::string& named, const Session& session) {
  const Result<std::unique_ptr<app::TimelineRun>> run =
      app::TimelineRun::Make(question.rules, question.rule, *question.profile, question.options);
  if (!run.ok()) return session.Fail(run.status());
  const auto add = [&](std::string_view bytes, int64_t line) {
    (*run)->Add(bytes, line, {.topic = named, .offset = line - 1});
  };
  const Result<std::string> read = app::ReadEvents(named, question.options.event_bytes_max, add);
  if (!read.ok()) return session.Fail(read.status());
  const app::Timeline timeline = (*run)->Finish();
  session.Print(session.json() ? app::TimelineJson(timeline, named)
                               : app::TimelineText(timeline, named));
  return timeline.inconsistent_line == 0 ? Exit::kOk : Disagree(session);
}

Exit RunExplain(const Arguments& arguments, Session& session) {
  if (arguments.event.empty() == arguments.events.empty())
    return session.Fail({ErrorCode::kInvalidArgument, "either --event or --events is required"});
  // A rule's file is a set of its own, unless it is to be seen as a part of others.
  std::vector<std::string> paths = arguments.rules;
  const bool by_file = IsFile(arguments.rule);
  if (by_file) paths.push_back(arguments.rule);
  const RuleInput input = ReadRuleInput(session, paths);
  if (input.exit != Exit::kOk) {
    session.Show(input.loaded.diagnostics);
    return input.exit;
  }
  Question question{.rules = input.loaded.rules, .options = {}};
  question.profile = question.rules->schema->FindProfile(arguments.profile);
  if (question.profile == nullptr)
    return session.Fail({ErrorCode::kInvalidArgument,
                         "--profile: there is no profile '" + arguments.profile + "'"});
  const Result<size_t> rule = by_file ? app::SelectRuleOfFile(*question.rules, arguments.rule)
                                      : app::SelectRule(*question.rules, arguments.rule);
  if (!rule.ok()) return session.Fail(rule.status());
  question.rule = *rule;
  Result<guard::Settings> guards = app::GuardSettings(input.resolved->config);
  if (!guards.ok()) return session.Fail(guards.status());
  question.options = {
      .event_bytes_max = static_cast<size_t>(input.resolved->config.engine.event_bytes_max),
      .guards = std::move(guards).value(),
      .ttl = app::TimeToLiveOf(input.resolved->config)};
  return arguments.events.empty() ? ExplainEvent(question, arguments.event, session)
                                  : ExplainEvents(question, arguments.events, session);
}

}  // namespace

Verb ExplainVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "explain",
      .summary = "Say why a rule matches an event or does not, clause by clause",
      .examples =
          "  riposte explain --rule office.yaml --event event.json\n"
          "  riposte explain --rules rules/ --rule 5d3f9c52 --event day.ndjson.zst:4711 \\\n"
          "    --profile windows-nxlog\n"
          "  tail -1 day.ndjson | riposte explain --rules rules/ --rule 'Encoded PowerShell "
          "command' --event -\n"
          "  riposte explain --rule brute-force.yaml --events day.ndjson:4000-4800\n"
          "A line begins with > if the verdict follows from it; then + (holds), - (does not) or ? "
          "(not known).\n"
          "Event time is both clocks; the kill switch, arming and age are decided at run time. "
          "Nothing is sent.",
      .formats = {"text", "json"},
      .declare =
          [arguments](Options& options) {
            options.Text("rule", arguments->rule, "RULE",
                         "A rule's id, the beginning of it, its name, or a file with one rule",
                         true);
            options.Text("event", arguments->event, "EVENT",
                         "A file with one JSON event, FILE:LINE where each line is one (.gz and "
                         ".zst, too), or - for standard input");
            options.Text("events", arguments->events, "EVENTS",
                         "Instead: a file with an event a line, or FILE:FROM-TO, those lines of "
                         "it: what each was to the rule's windows");
            options.List("rules", arguments->rules, "PATH",
                         "Rule files and folders; default: the file of --rule, or rules.paths of "
                         "the configuration");
            options.Text("profile", arguments->profile, "NAME",
                         "Format of the event (default: qualys-edr)");
          },
      .run = [arguments](Session& session) { return RunExplain(*arguments, session); }};
}

}  // namespace riposte::cli
