#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "app/bench_report.h"
#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"

namespace riposte::cli {
namespace {

constexpr size_t kEventBytesMax = 512u << 20;  // of all events, which are kept in memory
constexpr size_t kRepeatMax = 1000;

struct Arguments {
  std::vector<std::string> rules, events;
  std::string profile = "qualys-edr";
  std::string repeat = "5", top = "20";
};

// A whole number in the range, or nothing, said.
std::optional<size_t> ReadNumber(const Session& session, std::string_view option,
                                 const std::string& text, size_t least, size_t most) {
  size_t number = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && number >= least && number <= most) return number;
  session.Complain(
      fmt::format("{}: '{}' is no whole number from {} to {}", option, text, least, most));
  return std::nullopt;
}

Exit RunBench(const Arguments& arguments, Session& session) {
  const std::optional<size_t> repeat =
      ReadNumber(session, "--repeat", arguments.repeat, 1, kRepeatMax);
  const std::optional<size_t> top = ReadNumber(session, "--top", arguments.top, 0, 1'000'000);
  if (!repeat || !top) return Exit::kUsage;
  const RuleInput input = ReadRuleInput(session, arguments.rules);
  if (input.exit != Exit::kOk) {
    session.Show(input.loaded.diagnostics);
    return input.exit;
  }
  const rule::RuleSet& rules = *input.loaded.rules;
  const schema::Profile* profile = rules.schema->FindProfile(arguments.profile);
  if (profile == nullptr)
    return session.Fail({ErrorCode::kInvalidArgument,
                         "--profile: there is no profile '" + arguments.profile + "'"});

  const size_t event_bytes_max = static_cast<size_t>(input.resolved->config.engine.event_bytes_max);
  app::RecordedEvents events(kEventBytesMax);
  for (const std::string& path : arguments.events)
    if (const Status read = events.Add(path, event_bytes_max); !read.ok())
      return session.Fail(read);
  if (events.size() == 0)
    return session.Fail({ErrorCode::kInvalidArgument, "--events: there is no event in them"});

  const app::BenchResult result =
      app::Bench(rules, *profile, events,
                 {.repeat = *repeat, .top = *top, .event_bytes_max = event_bytes_max});
  const app::BenchSubject subject{.rules = &rules, .profile = profile, .cut = events.cut()};
  session.Print(session.json() ? app::BenchJson(result, subject) : app::BenchText(result, subject));
  return Exit::kOk;
}

}  // namespace

Verb BenchVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "bench",
          .summary = "Measure rules on recorded events: how fast, which rules cost most, and why",
          .examples =
              "  riposte bench --rules rules/ --events day.ndjson\n"
              "  riposte bench --rules rules/ --events day.ndjson.zst --profile windows-nxlog \\\n"
              "    --top 50 --format json\n"
              "One thread; processor time, the median of the runs. The events are kept in memory, "
              "512 MiB of\n"
              "them at most.",
          .formats = {"text", "json"},
          .declare =
              [arguments](Options& options) {
                options.List("rules", arguments->rules, "PATH",
                             "Rule files and folders; default: rules.paths of the configuration");
                options.List("events", arguments->events, "FILE",
                             "One JSON event a line: plain, .gz, .zst, or - for standard input",
                             true);
                options.Text("profile", arguments->profile, "NAME",
                             "Format of the events (default: qualys-edr)");
                options.Text("repeat", arguments->repeat, "N",
                             "Runs, besides one to warm up (default: 5)");
                options.Text("top", arguments->top, "N",
                             "How many rules are ranked; 0: all that were evaluated (default: 20)");
              },
          .run = [arguments](Session& session) { return RunBench(*arguments, session); }};
}

}  // namespace riposte::cli
