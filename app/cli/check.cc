#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/response_report.h"
#include "app/rule_fixes.h"
#include "app/sarif.h"
#include "base/json.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  bool fix = false;
};

// What --fix did, over all its passes.
struct Fixes {
  std::map<std::string, size_t> by_path;
  bool failed = false;  // said on stderr
};

std::string_view ModeOf(const rule::Rule& rule) {
  if (!rule.enabled) return "disabled";
  return rule.remediation ? rule::AutoModeName(rule.remediation->mode) : "alert";
}

size_t WarningCount(const text::Diagnostics& diagnostics) {
  return static_cast<size_t>(std::count_if(diagnostics.all().begin(), diagnostics.all().end(),
                                           [](const text::Diagnostic& diagnostic) {
                                             return diagnostic.severity == text::Severity::kWarning;
                                           }));
}

void WriteRule(const rule::Rule& rule, const schema::Schema& schema, json::Writer& writer) {
  const app::Reach reach = app::ReachOf(rule, schema);
  writer.BeginObject()
      .Field("id", rule.id.ToString())
      .Field("name", rule.name)
      .Field("path", rule.source->path())
      .Field("line", rule.source->Locate(rule.span.begin).line)
      .Field("severity", rule::SeverityName(rule.severity))
      .Field("mode", ModeOf(rule))
      .Field("tests", static_cast<int64_t>(rule.tests.size()));
  writer.Key("runs_on").BeginArray();
  for (const std::string& profile : reach.profiles) writer.String(profile);
  writer.EndArray().Key("response");
  app::WriteResponseOf(rule, writer);
  writer.Key("not_on").BeginArray();
  for (const app::Reach::Without& without : reach.without) {
    writer.BeginObject().Field("profile", without.profile).Key("missing").BeginArray();
    for (const std::string& token : without.missing) writer.String(token);
    writer.EndArray().EndObject();
  }
  writer.EndArray().EndObject();
}

std::string AsJson(const RuleInput& input, const Fixes& fixes) {
  const text::Diagnostics& diagnostics = input.loaded.diagnostics;
  std::string out;
  json::Writer writer(out);
  writer.BeginObject()
      .Key("diagnostics")
      .Raw(DiagnosticsJson(diagnostics))
      .Key("rules")
      .BeginArray();
  if (input.loaded.rules != nullptr) {
    for (const rule::Rule& rule : input.loaded.rules->rules)
      WriteRule(rule, *input.loaded.rules->schema, writer);
  }
  writer.EndArray().Key("responses");
  if (input.loaded.rules != nullptr) {
    app::WriteResponses(*input.loaded.rules, writer);
  } else {
    writer.BeginArray().EndArray();
  }
  writer.Field("errors", static_cast<int64_t>(diagnostics.error_count()))
      .Field("warnings", static_cast<int64_t>(WarningCount(diagnostics)));
  if (input.loaded.rules != nullptr) writer.Field("sha256", input.loaded.rules->sha256);
  writer.Key("fixed").BeginArray();
  for (const auto& [path, count] : fixes.by_path) {
    writer.BeginObject()
        .Field("path", path)
        .Field("findings", static_cast<int64_t>(count))
        .EndObject();
  }
  writer.EndArray().EndObject();
  return out + "\n";
}

std::string ReachSentence(const app::Reach& reach) {
  std::string out = reach.profiles.empty()
                        ? std::string("runs on no profile")
                        : fmt::format("runs on {}", fmt::join(reach.profiles, ", "));
  for (const app::Reach::Without& without : reach.without) {
    out += without.missing.empty() ? fmt::format("; not on {} (not named)", without.profile)
                                   : fmt::format("; not on {} (lacks {})", without.profile,
                                                 fmt::join(without.missing, ", "));
  }
  return out;
}

std::string AsText(const Session& session, const RuleInput& input, const Fixes& fixes) {
  const text::Diagnostics& diagnostics = input.loaded.diagnostics;
  std::string out;
  for (const auto& [path, count] : fixes.by_path)
    out += fmt::format("{}: fixed {} finding{}\n", path, count, count == 1 ? "" : "s");
  out += text::Render(diagnostics);
  size_t rules = 0;
  if (input.loaded.rules != nullptr) {
    const text::Source* source = nullptr;
    for (const rule::Rule& rule : input.loaded.rules->rules) {
      if (rule.source.get() != source) {
        source = rule.source.get();
        out += source->path() + "\n";
      }
      out += fmt::format("  {} ({}, {}): {}\n", Colored(session, 1, rule.name),
                         rule::SeverityName(rule.severity), ModeOf(rule),
                         ReachSentence(app::ReachOf(rule, *input.loaded.rules->schema)));
    }
    out += app::ResponsesText(*input.loaded.rules);
    rules = input.loaded.rules->rules.size();
  }
  const size_t errors = diagnostics.error_count(), warnings = WarningCount(diagnostics);
  if (errors > 0) {
    out += fmt::format("{} error{}, {} warning{}: the set is refused\n", errors,
                       errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  } else {
    out += fmt::format("{} rule{}, {} warning{}\n", rules, rules == 1 ? "" : "s", warnings,
                       warnings == 1 ? "" : "s");
  }
  return out;
}

// Reads and fixes until nothing is left that can be fixed; what is wrong then.
RuleInput ReadAndFix(const Session& session, const std::vector<std::string>& paths, Fixes& fixes) {
  // A pass leaves over what overlaps; each makes at least one fix, which takes text away.
  constexpr int kMostPasses = 100;
  RuleInput input = ReadRuleInput(session, paths);
  for (int pass = 0; pass < kMostPasses && input.exit != Exit::kUsage; ++pass) {
    size_t made = 0;
    for (const app::FixedFile& file : app::ApplyFixes(input.loaded.diagnostics, input.schema)) {
      if (file.fixes > 0) fixes.by_path[file.path] += file.fixes;
      made += file.fixes;
      if (file.status.ok()) continue;
      session.Complain(fmt::format("{}: {}", file.path, file.status.message()));
      fixes.failed = true;
    }
    if (made == 0 || fixes.failed) break;
    input = ReadRuleInput(session, paths);
  }
  return input;
}

Exit RunCheck(const Arguments& arguments, Session& session) {
  Fixes fixes;
  const RuleInput input = arguments.fix ? ReadAndFix(session, arguments.paths, fixes)
                                        : ReadRuleInput(session, arguments.paths);
  if (input.exit == Exit::kUsage) return input.exit;
  if (session.format == "sarif") {
    session.Print(app::SarifOf(input.loaded.diagnostics));
  } else {
    session.Print(session.json() ? AsJson(input, fixes) : AsText(session, input, fixes));
  }
  if (fixes.failed) return Exit::kUsage;
  if (input.exit == Exit::kRules) return input.exit;
  return WarningCount(input.loaded.diagnostics) > 0 ? Exit::kFindings : Exit::kOk;
}

}  // namespace

Verb CheckVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "check",
          .summary =
              "Read rules as `run` would and print everything that is wrong with them, and where "
              "each runs",
          .examples =
              "  riposte check rules/\n"
              "  riposte check office.yaml --fix\n"
              "  riposte check rules/ --format sarif > findings.sarif",
          .formats = {"text", "json", "sarif"},
          .declare =
              [arguments](Options& options) {
                options.Positionals(
                    "PATH", arguments->paths,
                    "Rule files and folders; default: rules.paths of the configuration");
                options.Flag("fix", arguments->fix,
                             "Rewrite the files where a finding has a fix that keeps the meaning");
              },
          .run = [arguments](Session& session) { return RunCheck(*arguments, session); }};
}

}  // namespace riposte::cli
