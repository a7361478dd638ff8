#include "benchmarks/events.h"

#include <algorithm>
#include <string_view>

#include "tests/support/corpus.h"
#include "tests/support/zst.h"

namespace riposte::bench {

void ReadEvents(const std::string& path, size_t limit, Events& events) {
  const auto add = [&](std::string_view line) {
    if (!line.empty()) events.emplace_back(line);
    return events.size() < limit;
  };
  if (path.ends_with(".zst")) return test::ForEachLineOfZst(path, add);
  const std::string bytes = test::ReadFile(path);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (!add(rest.substr(0, end))) return;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

Measurement MeasureDom(const Events& events) {
  simdjson::dom::parser parser;
  return Measure([&] {
    for (const simdjson::padded_string& event : events) {
      const simdjson::error_code error = parser.parse(event).error();
      Keep(error);
    }
  });
}

}  // namespace riposte::bench
