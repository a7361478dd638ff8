#include "benchmarks/keyed_events.h"

#include <array>
#include <string>
#include <utility>

namespace riposte::bench {
namespace {

constexpr std::string_view kHostKey = R"("Hostname":")";
constexpr std::string_view kProcessStart = R"("EventID":1,)";
constexpr size_t kDigits = 7;
// The profile reads no time from these. They are as long as what they stand for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kTimeKeys = {{
    {R"("UtcTime")", R"("UtcTim_")"},
    {R"("@timestamp")", R"("@timestam_")"},
    {R"("TimeCreated")", R"("TimeCreate_")"},
}};

void HideTimes(std::string& event) {
  for (const auto& [key, instead] : kTimeKeys)
    if (const size_t at = event.find(key); at != std::string::npos)
      event.replace(at, key.size(), instead);
}

}  // namespace

KeyedEvents::KeyedEvents(const Events& events) {
  for (const simdjson::padded_string& each : events) {
    std::string event(each.data(), each.size());
    const size_t key = event.find(kHostKey);
    if (key == std::string::npos) continue;
    const size_t host_at = key + kHostKey.size();
    event.replace(host_at, event.find('"', host_at) - host_at, 1 + kDigits, '0');
    HideTimes(event);
    events_.push_back({.text = simdjson::padded_string(event), .host_at = host_at});
    if (process_start_ == 0 && event.find(kProcessStart) != std::string::npos)
      process_start_ = events_.size() - 1;
  }
}

std::string_view KeyedEvents::Of(size_t index, char letter, uint32_t host) {
  Keyed& event = events_[index];
  char* const name = event.text.data() + event.host_at;
  name[0] = letter;
  for (size_t i = kDigits; i > 0; --i, host /= 10) name[i] = static_cast<char>('0' + host % 10);
  return {event.text.data(), event.text.size()};
}

}  // namespace riposte::bench
