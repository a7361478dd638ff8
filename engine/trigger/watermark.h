// How far the sources of a task have come in event time: its inputs, and other tasks that send it
// what it owns.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace riposte::trigger {

// A value; for one thread. `now`, everywhere, is wall time.
class Watermark {
 public:
  static constexpr size_t kSourcesMax = 4096;
  static constexpr size_t kNameBytesMax = 512;  // of a source
  static constexpr Duration kIdleWait = std::chrono::seconds(30);
  // A sender that was not heard of for so long is forgotten.
  static constexpr Duration kGoneWait = std::chrono::hours(24);

  // The inputs are numbered from 0 on and have names, no two the same; at most kSourcesMax. One
  // without a record yet holds the watermark up as long as it is not idle.
  Watermark(std::span<const std::string> inputs, Duration idle_wait, Time now);

  // A record of an input was read. `event_time`: clamped (event_clock.h).
  void OnRecord(size_t input, Time event_time, Time now);
  // The input has records that are not read yet, or cannot be asked: it is silent, but not idle.
  void OnBacklog(size_t input, Time now);
  // A sender says how far it is, clamped likewise, in a record with this append time; less than
  // before counts as before. One that is new becomes a source, in the place of the one that is idle
  // longest if there are kSourcesMax. False, and no source changed: all of them are inputs or not
  // idle, or the name is too long.
  bool OnSender(std::string_view name, Time watermark, Time append_time, Time now);
  // Senders' records are there that are not read yet, or cannot be asked: for an idle wait from now
  // on a sender's silence is judged by the append times of what was read, not by the wall clock.
  void OnSenderBacklog(Time now);
  // Never less than before. Time::min(): not known yet. With `now` from before the last call it
  // stays.
  Time At(Time now);

  // As it stands: what At() gave last.
  Time value() const { return value_; }

  // What this task tells others as a sender, likewise: of its inputs alone. If tasks told each
  // other what they were told, none would ever go on.
  Time OfInputs(Time now);
  bool InputsIdle(Time now) const;  // all of them

  size_t senders() const { return sources_.size() - inputs_; }

  // Wall times are not written: who reads gives each source the idle wait anew.
  void Write(ByteWriter& writer) const;
  // The inputs stay those that are here: those that were not written have no record yet, those that
  // are no inputs any more are left out. The senders become those that were written. False on what
  // no Write can have written, this is as it was then.
  bool Read(ByteReader& reader, Time now);
  // With the inputs that were written, for who only looks. Empty: no Write can have written it.
  static std::optional<Watermark> AsWritten(std::string_view bytes);

  struct SourceView {
    std::string_view name;  // lives as long as this is not changed
    bool is_sender = false;
    std::optional<Time> latest;  // empty: it had no record yet
  };
  std::vector<SourceView> Sources() const;

  bool operator==(const Watermark&) const = default;

 private:
  struct Source {
    std::string name;
    std::optional<Time> latest;  // event time
    Time heard{};                // wall time
    bool is_sender = false;
    // Of a sender's last record; empty: none was read since the start.
    std::optional<Time> appended{};
    bool operator==(const Source&) const = default;
  };
  using SourceList = std::vector<Source>;

  static Source SenderOf(std::string_view name, Time now);
  static void Hear(Source& source, Time event_time, Time now);
  void ReadTo(Time append_time);
  bool IsBehind(Time now) const;
  bool IsIdle(const Source& source, Time now) const;
  bool MakeRoom(Time now);
  void ForgetGone(Time now);
  SourceList::iterator PlaceOf(std::string_view sender);
  SourceList ReadInputs(size_t count, ByteReader& reader, Time now) const;
  static void ReadSenders(size_t count, ByteReader& reader, Time now, SourceList& sources);
  std::span<const Source> inputs() const { return {sources_.data(), inputs_}; }
  // Of those that are not idle; if all are, a wait behind the wall clock.
  Time Reached(std::span<const Source> sources, Time now) const;

  Duration idle_wait_;
  Time value_ = Time::min();
  Time of_inputs_ = Time::min();
  std::optional<Time> behind_at_;            // wall time
  std::optional<Time> read_from_, read_to_;  // append times of senders' records since the start
  size_t inputs_;
  SourceList sources_;  // the inputs, then the senders, ascending by name
};

}  // namespace riposte::trigger
