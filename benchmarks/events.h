// Recorded events in memory, and what simdjson's DOM takes for them: the reference of several
// figures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <simdjson.h>

#include "benchmarks/harness.h"

namespace riposte::bench {

inline constexpr size_t kMostEvents = 60'000;

// Each with the padding that the DOM wants to read behind it.
using Events = std::vector<simdjson::padded_string>;

// Appends the events of an NDJSON file (also .zst) until there are `limit`. A file that cannot be
// read ends the program.
void ReadEvents(const std::string& path, size_t limit, Events& events);

// One parser for all, nothing copied.
Measurement MeasureDom(const Events& events);

}  // namespace riposte::bench
