// Recorded events in memory, for what goes through them several times.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace riposte::app {

class RecordedEvents {
 public:
  // So many bytes behind each event are readable.
  static constexpr size_t kPadding = 64;

  // `bytes_max`: of all events together.
  explicit RecordedEvents(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Appends the lines of a file (plain, .gz, .zst, or - for standard input) that are not empty; of
  // one that is longer than `event_bytes_max` so much that it is seen. Stops at the first event
  // that would be too much for the memory: see cut(). kNotFound, kIo: the file cannot be
  // read.
  Status Add(const std::string& path, size_t event_bytes_max);

  size_t size() const { return events_.size(); }
  size_t bytes() const { return bytes_; }
  // Events were left out.
  bool cut() const { return cut_; }
  // Valid until the next Add().
  std::string_view operator[](size_t i) const {
    return std::string_view(text_).substr(events_[i].first, events_[i].second);
  }

 private:
  const size_t bytes_max_;
  std::string text_;  // ends with the padding
  size_t bytes_ = 0;
  std::vector<std::pair<size_t, size_t>> events_;  // begin and size in the text
  bool cut_ = false;
};

}  // namespace riposte::app
