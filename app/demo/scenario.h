// The demonstration: events of an intrusion on three assets and the rules that answer it, both part
// of the binary. What has to come out is in demo/README.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.h"
#include "base/time.h"

namespace riposte::demo {

// The profile that the events are read with.
inline constexpr std::string_view kProfile = "qualys-edr";

// demo/events.ndjson and demo/rules/*.yaml.
std::span<const EmbeddedFile> DemoFiles();

// The rule files among them.
std::vector<EmbeddedFile> RuleFiles();

// The events in their order, one JSON object each, as if the intrusion had happened just before
// `now`.
std::vector<std::string> Events(Time now);

// `line` with each JSON string that is "now", "now-90s" or "now+5m" (a duration as ParseDuration()
// reads it) replaced by that time in RFC 3339. Other strings that begin with "now" stay as they
// are.
std::string WithTimes(std::string_view line, Time now);

}  // namespace riposte::demo
