// `suppress`: repeated alerts of a key are silent for a while. What it means to the millisecond:
// docs/adr/0007-trigger-semantics.md. Spans longer than kSpanMax count as that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace riposte::trigger {

// A span that is over.
struct SilencedSpan {
  Time first{};          // the alert that began it
  int64_t silenced = 0;  // at least one
  bool operator==(const SilencedSpan&) const = default;
};

struct SuppressState {
  std::optional<Time> first;  // of the span; none: nothing else is there either
  int64_t silenced = 0;
  // Hashes of what the span's firings would have ordered commands for; ascending, each once.
  std::vector<uint64_t> targets;
  bool operator==(const SuppressState&) const = default;
};

struct Judgement {
  bool silent = false;
  Time first{};                       // the alert that began the span
  int64_t silenced = 0;               // in this span so far, this one included
  std::optional<SilencedSpan> ended;  // the span before, if this alert begins another
  bool operator==(const Judgement&) const = default;
};

// Immutable, safe to use from any thread. A state is that of one key.
class Suppressor {
 public:
  using State = SuppressState;
  // Beyond these a firing with a new target is never silent.
  static constexpr size_t kTargetsMax = 256;

  explicit Suppressor(Duration span);

  // `targets`: what the firing would order commands for, in a form of the caller's that differs
  // where they differ; empty if it orders none.
  Judgement Judge(State& state, Time time, std::span<const std::string_view> targets) const;

  // Ends the span once the watermark is beyond it: the state is then as new and may be forgotten.
  std::optional<SilencedSpan> OnTime(State& state, Time watermark) const;
  // OnTime has something to do when the watermark is beyond this.
  std::optional<Time> NextDeadline(const State& state) const;

  void Write(const State& state, ByteWriter& out) const;
  // False if the bytes are none that Write gave; then `state` is as it was.
  bool Read(ByteReader& in, State& state) const;

 private:
  Duration span_;
};

}  // namespace riposte::trigger
