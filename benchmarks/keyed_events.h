// Recorded events that are each time of another host: for windows by host, of which there are more
// than any recording has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "benchmarks/events.h"

namespace riposte::bench {

// Of the profile windows-nxlog. The events tell no time: theirs is that of the record.
class KeyedEvents {
 public:
  // Their hosts have names of eight characters: a letter, and a number below this.
  static constexpr uint32_t kHosts = 10'000'000;

  // Events without a host are left out.
  explicit KeyedEvents(const Events& events);

  size_t size() const { return events_.size(); }
  // The event of that index, of the host of that letter and number; until the next call.
  std::string_view Of(size_t index, char letter, uint32_t host);
  // One of which a window keeps much: a process was started. The first, if there is none.
  size_t process_start() const { return process_start_; }

 private:
  struct Keyed {
    simdjson::padded_string text;
    size_t host_at = 0;
  };
  std::vector<Keyed> events_;
  size_t process_start_ = 0;
};

}  // namespace riposte::bench
