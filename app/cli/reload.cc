#include <memory>

#include <fmt/format.h>

#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/last_good.h"
#include "app/reload_report.h"
#include "rules/rule/rule_changes.h"

namespace riposte::cli {
namespace {

struct Arguments {
  bool dry_run = false;
  std::string from;
  std::vector<std::string> rules;
};

// The files of the set that is live, or taken to be.
Result<std::vector<std::string>> LiveFiles(const Arguments& arguments, const app::Config& config) {
  if (!arguments.from.empty()) return std::vector<std::string>{arguments.from};
  const std::string folder = app::LastGoodFolder(config.state.directory);
  if (folder.empty())
    return Status(ErrorCode::kNotFound,
                  fmt::format("{}: no engine has kept its live rule set there (state.directory); "
                              "--from FOLDER names the rules to compare with",
                              config.state.directory));
  return app::LastGoodFiles(folder);
}

Exit RunReload(const Arguments& arguments, Session& session) {
  if (!arguments.dry_run)
    return session.Fail({ErrorCode::kInvalidArgument,
                         "an engine reloads by itself when the files change, and on SIGHUP; "
                         "--dry-run tells what that will do"});
  const RuleInput input = ReadRuleInput(session, arguments.rules);
  if (input.exit == Exit::kUsage) return input.exit;
  session.Show(input.loaded.diagnostics);
  if (input.exit != Exit::kOk) return input.exit;
  const Result<std::vector<std::string>> files = LiveFiles(arguments, input.resolved->config);
  if (!files.ok()) return session.Fail(files.status());
  const app::LoadedRules live = app::LoadRuleSet(*files, input.schema);
  if (live.rules == nullptr) {
    session.Show(live.diagnostics);
    session.Complain("the rules to compare with cannot be read");
    return Exit::kUsage;
  }
  const std::vector<rule::RuleChange> changes = rule::ChangesOf(*live.rules, *input.loaded.rules);
  session.Print(session.json() ? app::ReloadJson(changes) : app::ReloadText(changes));
  return app::Loses(changes) ? Exit::kFindings : Exit::kOk;
}

}  // namespace

Verb ReloadVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "reload",
          .summary = "Tell what a reload of the rules does: which windows stay, which begin anew",
          .examples =
              "  riposte reload --dry-run\n"
              "  riposte reload --dry-run --rules rules/ --from /srv/rules-live --format json",
          .formats = {"text", "json"},
          .declare =
              [arguments](Options& options) {
                options.Flag("dry-run", arguments->dry_run,
                             "Change nothing (always so: engines reload by themselves)");
                options.List("rules", arguments->rules, "PATH",
                             "The new rule files and folders; default: rules.paths of the "
                             "configuration");
                options.Text("from", arguments->from, "FOLDER",
                             "The rules that are live; default: those that the engine kept in "
                             "state.directory");
              },
          .run = [arguments](Session& session) { return RunReload(*arguments, session); }};
}

}  // namespace riposte::cli
