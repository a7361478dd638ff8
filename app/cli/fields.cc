#include <memory>

#include "app/cli/verbs.h"
#include "rules/schema/describe.h"
#include "rules/schema/load.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::string pattern;
};

Exit RunFields(const Arguments& arguments, Session& session) {
  const std::optional<app::Resolved> resolved = session.Configure();
  if (!resolved) return Exit::kUsage;
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema(resolved->config.rules.profiles, diagnostics);
  session.Show(diagnostics);
  if (schema == nullptr) return Exit::kRules;

  const std::vector<schema::TokenDescription> tokens = schema::Describe(*schema, arguments.pattern);
  if (session.json()) {
    session.Print(schema::DescriptionJson(tokens) + "\n");
  } else {
    session.Print(schema::DescriptionTable(tokens));
  }
  if (!tokens.empty()) return Exit::kOk;
  session.Complain("no field matches '" + arguments.pattern + "'");
  return Exit::kFindings;
}

}  // namespace

Verb FieldsVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "fields",
          .summary = "Print the fields that queries may name, and where each event format has them",
          .examples =
              "  riposte fields\n"
              "  riposte fields process\n"
              "  riposte fields 'parent.*' --format json",
          .formats = {"text", "json"},
          .declare =
              [arguments](Options& options) {
                options.Positional("PATTERN", arguments->pattern,
                                   "Part of a name, or the whole name with * for any text");
              },
          .run = [arguments](Session& session) { return RunFields(*arguments, session); }};
}

}  // namespace riposte::cli
