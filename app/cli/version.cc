#include "app/version.h"

#include <fmt/format.h>

#include "app/cli/verbs.h"
#include "base/json.h"

namespace riposte::cli {
namespace {

Exit RunVersion(Session& session) {
  if (session.json()) {
    session.Print(json::Write(json::Object{{"version", std::string(app::kVersion)},
                                           {"revision", std::string(app::kRevision)}}) +
                  "\n");
  } else {
    session.Print(fmt::format("riposte {} ({})\n", app::kVersion, app::kRevision));
  }
  return Exit::kOk;
}

}  // namespace

Verb VersionVerb() {
  return {.name = "version",
          .summary = "Print the version and the revision that it was built from",
          .examples = "  riposte version --format json",
          .formats = {"text", "json"},
          .declare = [](Options&) {},
          .run = RunVersion};
}

}  // namespace riposte::cli
