// How far the sources of a task (its input partitions) have come in event time.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace riposte::trigger {

// A value; for one thread.
class Watermark {
 public:
  static constexpr size_t kSourcesMax = 4096;
  static constexpr Duration kIdleWait = std::chrono::seconds(30);

  // Sources are 0 to `sources` - 1, at most kSourcesMax. `now`, here and below, is wall time. A
  // source without a record yet holds the watermark up as long as it is not idle.
  Watermark(size_t sources, Duration idle_wait, Time now);

  // A record was read. `event_time`: clamped (event_clock.h).
  void OnRecord(size_t source, Time event_time, Time now);
  // The source has records that are not read yet, or cannot be asked: it is silent, but not idle.
  void OnBacklog(size_t source, Time now);
  // Never less than before. Time::min(): not known yet. With `now` from before the last call it
  // stays.
  Time At(Time now);

  size_t sources() const { return sources_.size(); }
  // As it stands: what At() gave last.
  Time value() const { return value_; }
  // The latest event time of the source; empty: it had no record yet.
  std::optional<Time> latest(size_t source) const { return sources_[source].latest; }

  // Wall times are not written: who reads gives each source the idle wait anew.
  void Write(ByteWriter& writer) const;
  // Keeps the number of sources; those that were not written have no record yet. False on what no
  // Write can have written, this is as it was then.
  bool Read(ByteReader& reader, Time now);

  bool operator==(const Watermark&) const = default;

 private:
  struct Source {
    std::optional<Time> latest;  // event time
    Time heard{};                // wall time
    bool operator==(const Source&) const = default;
  };

  bool IsIdle(const Source& source, Time now) const;
  // Of the sources that are not idle; empty if all are.
  std::optional<Time> Least(Time now) const;

  Duration idle_wait_;
  Time value_ = Time::min();
  std::vector<Source> sources_;
};

}  // namespace riposte::trigger
