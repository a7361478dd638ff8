// Plays events against rules through the whole engine on the embedded connectors: no Kafka.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "base/json.h"
#include "base/result.h"

namespace riposte::demo {

// What came out, in the order of the commits.
struct Played {
  std::vector<json::Value> alerts;  // agent-bridge/schema/alert.schema.json
  std::vector<json::Value> commands;
  size_t events = 0, commits = 0;
};

// The settings of the demonstration on top of `config`: enforcement on, no arming period, and
// events of more than ten minutes are too old to kill for (demo/README.md says why).
void Configure(app::Config& config);

// `events` have the profile kProfile; the rules are those of config.rules.paths. kInvalidArgument:
// they do not load.
Result<Played> Play(const app::Config& config, const std::vector<std::string>& events);

}  // namespace riposte::demo
