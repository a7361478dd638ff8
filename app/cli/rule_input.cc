#include "app/cli/rule_input.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/json.h"
#include "rules/schema/load.h"

namespace riposte::cli {

RuleInput ReadRuleInput(const Session& session, const std::vector<std::string>& paths) {
  RuleInput input;
  input.resolved = session.Configure();
  if (!input.resolved) {
    input.exit = Exit::kUsage;
    return input;
  }
  input.paths = paths.empty() ? input.resolved->config.rules.paths : paths;
  for (const std::string& path : input.paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      session.Complain(
          fmt::format("{}: {}", path, error ? error.message() : "no such file or folder"));
      input.exit = Exit::kUsage;
    }
  }
  if (input.exit != Exit::kOk) return input;
  input.schema =
      schema::LoadSchema(input.resolved->config.rules.profiles, input.loaded.diagnostics);
  if (input.schema != nullptr) input.loaded = app::LoadRuleSet(input.paths, input.schema);
  if (input.loaded.rules == nullptr) input.exit = Exit::kRules;
  return input;
}

std::string DiagnosticsJson(const text::Diagnostics& diagnostics) {
  std::string out;
  json::Writer writer(out);
  writer.BeginArray();
  for (const text::Diagnostic& diagnostic : diagnostics.all()) {
    const text::LineColumn begin = diagnostic.source->Locate(diagnostic.span.begin);
    const text::LineColumn end = diagnostic.source->Locate(diagnostic.span.end);
    writer.BeginObject()
        .Field("severity", text::SeverityName(diagnostic.severity))
        .Field("code", diagnostic.code)
        .Field("path", diagnostic.source->path())
        .Field("line", begin.line)
        .Field("column", begin.column)
        .Field("end_line", end.line)
        .Field("end_column", end.column)
        .Field("message", diagnostic.message)
        .Field("hint", diagnostic.hint)
        .Key("fixable")
        .Bool(diagnostic.fix.has_value())
        .EndObject();
  }
  writer.EndArray();
  return out;
}

}  // namespace riposte::cli
