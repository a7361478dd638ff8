#include <algorithm>

#include <fmt/format.h>

#include "app/cli/verbs.h"
#include "base/json.h"

namespace riposte::cli {
namespace {

struct Arguments {
  bool resolved = false;
  bool example = false;
  bool table = false;
};

std::string AsJson(const app::Resolved& resolved) {
  json::Array keys;
  for (const app::Setting& setting : resolved.settings) {
    keys.push_back(json::Object{{"key", std::string(setting.key->name)},
                                {"value", app::Redacted(setting)},
                                {"origin", std::string(app::OriginName(setting.origin))},
                                {"place", setting.place}});
  }
  return json::Write(json::Object{{"settings", std::move(keys)}}) + "\n";
}

std::string AsText(const app::Resolved& resolved) {
  size_t key_width = 0, value_width = 0;
  constexpr size_t kValueWidthMax = 48;
  for (const app::Setting& setting : resolved.settings) {
    key_width = std::max(key_width, setting.key->name.size());
    value_width = std::max(value_width, std::min(app::Redacted(setting).size(), kValueWidthMax));
  }
  std::string out;
  for (const app::Setting& setting : resolved.settings) {
    out += fmt::format("{:<{}}  {:<{}}  {}{}{}\n", setting.key->name, key_width,
                       app::Redacted(setting), value_width, app::OriginName(setting.origin),
                       setting.place.empty() ? "" : " ", setting.place);
  }
  return out;
}

Exit RunConfigShow(const Arguments& arguments, Session& session) {
  if (arguments.example) {
    session.Print(app::ExampleFile());
    return Exit::kOk;
  }
  if (arguments.table) {
    session.Print(app::MarkdownTable());
    return Exit::kOk;
  }
  const std::optional<app::Resolved> resolved = session.Configure();
  if (!resolved) return Exit::kUsage;
  session.Print(session.json() ? AsJson(*resolved) : AsText(*resolved));
  return Exit::kOk;
}

}  // namespace

Verb ConfigShowVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "config show",
          .summary = "Print each key of the configuration, its value and where that came from",
          .examples =
              "  riposte config show --resolved\n"
              "  riposte config show --resolved --config riposte.yaml --set kafka.group=lab\n"
              "  riposte config show --example > riposte.yaml",
          .formats = {"text", "json"},
          .declare =
              [arguments](Options& options) {
                options.Flag("resolved", arguments->resolved,
                             "The values that hold after all layers (always so; kept for scripts)");
                options.Flag(
                    "example", arguments->example,
                    "Print a configuration file with every key, its default and an example");
                options.Flag("table", arguments->table,
                             "Print the table of keys in Markdown, as in docs/operations.md");
              },
          .run = [arguments](Session& session) { return RunConfigShow(*arguments, session); }};
}

}  // namespace riposte::cli
