#include <fmt/format.h>

#include "app/cli/verbs.h"
#include "app/crash_handler.h"
#include "app/crash_log.h"
#include "app/signals.h"
#include "app/version.h"
#include "app/wiring.h"
#include "base/log.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::vector<std::string> rules;
  std::string brokers, listen;
};

// Until a signal or the engine itself ends it.
Exit Serve(app::Engine& engine, app::Signals& signals) {
  while (true) {
    switch (signals.Wait(std::chrono::hours(1))) {
      case app::Signals::Event::kStop:
        log::Write(log::Level::kInfo, "run", "stopping", "asked to stop");
        engine.Stop();
        log::Write(log::Level::kInfo, "run", "stopped", "stopped");
        return Exit::kOk;
      case app::Signals::Event::kReload:
        log::Write(log::Level::kInfo, "run", "reload-asked", "asked to read the rules again");
        engine.ReloadRules();
        break;
      case app::Signals::Event::kWoken: {
        const Status failure = engine.Failure();
        if (failure.ok()) break;
        log::Write(log::Level::kError, "run", "failed", failure.message(),
                   {{"reason", ErrorCodeName(failure.code())}});
        engine.Stop();
        return ExitFor(failure);
      }
      case app::Signals::Event::kTimeout:
        break;
    }
  }
}

Exit RunRun(const Arguments& arguments, Session& session) {
  if (!arguments.rules.empty()) {
    session.flags.emplace_back("rules.paths", fmt::format("{}", fmt::join(arguments.rules, ",")));
  }
  if (!arguments.brokers.empty()) session.flags.emplace_back("kafka.brokers", arguments.brokers);
  if (!arguments.listen.empty()) session.flags.emplace_back("http.listen", arguments.listen);
  const std::optional<app::Resolved> resolved = session.Configure();
  if (!resolved) return Exit::kUsage;
  app::Signals signals;
  app::CrashLog crashes(resolved->config.state.directory);
  const app::CrashHandler crash_handler(crashes.file());
  Result<app::Outside> outside = app::MakeKafka(resolved->config);
  if (!outside.ok()) return session.Fail(outside.status());
  app::Engine engine({.config = resolved->config,
                      .listen = resolved->config.http.listen,
                      .on_failed = [&signals] { signals.Wake(); },
                      .crashes = &crashes},
                     std::move(outside).value());
  text::Diagnostics diagnostics;
  if (engine.LoadRules(diagnostics) == app::Engine::Loaded::kBroken) {
    session.Show(diagnostics);
    session.Complain("the rules have errors, and no last good set was kept");
    return Exit::kRules;
  }
  const Status started = engine.Start();
  if (!started.ok()) return session.Fail(started);
  log::Write(log::Level::kInfo, "run", "started", "reading events",
             {{"version", app::kVersion},
              {"revision", app::kRevision},
              {"brokers", std::string_view(resolved->config.kafka.brokers)},
              {"group", std::string_view(resolved->config.kafka.group)},
              {"enforcement", std::string_view(resolved->config.remediation.enforcement)}});
  return Serve(engine, signals);
}

}  // namespace

Verb RunVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "run",
      .summary =
          "Read events from Kafka, match them against the rules, write alerts and commands; until "
          "SIGTERM",
      .examples =
          "  riposte run --config /etc/riposte/riposte.yaml\n"
          "  riposte run --rules rules/ --brokers localhost:9092 \\\n"
          "    --set inputs.topics=edr-events=qualys-edr --set inputs.start=earliest\n"
          "SIGHUP reads the rules again.",
      .formats = {},
      .declare =
          [arguments](Options& options) {
            options.List("rules", arguments->rules, "PATH", "Same as --set rules.paths=...");
            options.Text("brokers", arguments->brokers, "HOST:PORT",
                         "Same as --set kafka.brokers=...");
            options.Text("listen", arguments->listen, "ADDRESS:PORT",
                         "Same as --set http.listen=...");
          },
      .run = [arguments](Session& session) { return RunRun(*arguments, session); }};
}

}  // namespace riposte::cli
