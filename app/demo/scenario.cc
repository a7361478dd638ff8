#include "app/demo/scenario.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace riposte::demo {
namespace {

// The time that the text of a string stands for; empty if it is no placeholder.
std::optional<Time> Placeholder(std::string_view text, Time now) {
  if (!text.starts_with("now")) return std::nullopt;
  text.remove_prefix(3);
  if (text.empty()) return now;
  const char sign = text.front();
  const std::optional<Duration> offset = ParseDuration(text.substr(1));
  if (!offset) return std::nullopt;
  if (sign == '-') return now - *offset;
  if (sign == '+') return now + *offset;
  return std::nullopt;
}

}  // namespace

std::vector<EmbeddedFile> RuleFiles() {
  std::vector<EmbeddedFile> files;
  std::copy_if(DemoFiles().begin(), DemoFiles().end(), std::back_inserter(files),
               [](const EmbeddedFile& file) { return file.path.ends_with(".yaml"); });
  return files;
}

std::vector<std::string> Events(Time now) {
  std::vector<std::string> events;
  for (const EmbeddedFile& file : DemoFiles()) {
    if (!file.path.ends_with(".ndjson")) continue;
    std::string_view rest = file.bytes;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      if (end > 0) events.push_back(WithTimes(rest.substr(0, end), now));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return events;
}

std::string WithTimes(std::string_view line, Time now) {
  std::string out;
  constexpr std::string_view kBegin = "\"now";
  size_t copied = 0;
  for (size_t quote = line.find(kBegin); quote != std::string_view::npos;
       quote = line.find(kBegin, quote + 1)) {
    const size_t end = line.find('"', quote + 1);
    if (end == std::string_view::npos) break;
    const std::optional<Time> time = Placeholder(line.substr(quote + 1, end - quote - 1), now);
    if (!time) continue;
    out.append(line.substr(copied, quote + 1 - copied)).append(FormatTime(*time));
    copied = end;
  }
  return out.append(line.substr(copied));
}

}  // namespace riposte::demo
