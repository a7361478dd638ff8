// Rules of several steps, matches of them and random timelines, for the criteria and the naive
// references that judge them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/trigger/kept_step.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

rule::Step PresentStep(int64_t at_least = 1, bool distinct = false);
rule::Step AbsentStep();

// What arrives, as a reference keeps it. The event is "e<order>".
struct Arrival {
  int64_t at = 0;
  uint64_t order = 0;
  StepSet steps = 0;
  bool until = false;
  std::vector<std::string> values{};  // by step
  bool Fits(size_t step) const { return ((steps >> step) & 1) != 0; }
  bool operator<(const Arrival& other) const {
    return at != other.at ? at < other.at : order < other.order;
  }
};

Kept KeptOf(const Arrival& arrival);
// As gtest shows it where a timeline fails.
std::string Describe(const Arrival& arrival);

// Hands `arrival` to a criterion.
template <typename Criterion>
Fate Arrive(const Criterion& criterion, typename Criterion::State& state, const Arrival& arrival,
            Outcome& outcome) {
  const std::vector<std::string_view> values(arrival.values.begin(), arrival.values.end());
  const Kept kept = KeptOf(arrival);
  return criterion.OnOccurrence(state,
                                {.place = kept.place,
                                 .event = kept.event,
                                 .steps = arrival.steps,
                                 .until = arrival.until,
                                 .values = values},
                                outcome);
}

template <typename Criterion>
std::string Bytes(const Criterion& criterion, const typename Criterion::State& state) {
  std::string bytes;
  ByteWriter writer(bytes);
  criterion.Write(state, writer);
  return bytes;
}

template <typename Criterion>
bool ReadAll(const Criterion& criterion, std::string_view bytes, typename Criterion::State& state) {
  ByteReader reader(bytes);
  return criterion.Read(reader, state) && reader.at_end();
}

inline constexpr StepSet kUntil = StepSet{1} << 63;  // of a row: it fits `until`

struct Row {
  int64_t at = 0;
  StepSet steps = 0;
  std::string value{};
};

// A key's timeline with a lateness of 100 ms. A firing is told as its time and its events, by their
// place among the rows: "10:0,1".
template <typename Criterion>
class RowTimeline {
 public:
  template <typename Rule>
  explicit RowTimeline(const Rule& rule)
      : steps_(rule.steps.size()), criterion_(rule, std::chrono::milliseconds(100)) {}

  Fate Arrives(const Row& row) {
    Arrival arrival{.at = row.at, .order = next_++, .steps = row.steps & ~kUntil};
    arrival.until = (row.steps & kUntil) != 0;
    arrival.values.assign(steps_, row.value);
    return Arrive(criterion_, state_, arrival, outcome_);
  }
  std::string Fired() {
    std::string text;
    for (const Completion& completion : outcome_.fired) {
      if (!text.empty()) text += " ";
      text += std::to_string(ToMs(completion.time)) + ":";
      for (const Kept& event : completion.events)
        text += (text.back() == ':' ? "" : ",") + event.event.substr(1);
    }
    outcome_ = {};
    return text;
  }
  std::string Play(const std::vector<Row>& rows) {
    for (const Row& row : rows) Arrives(row);
    return Fired();
  }
  std::string Watermark(int64_t at) {
    criterion_.OnTime(state_, TimeFromMs(at), outcome_);
    return Fired();
  }

  size_t steps_;
  uint64_t next_ = 0;
  Criterion criterion_;
  typename Criterion::State state_;
  Outcome outcome_;
};

// Few values everywhere, so that ties and boundaries are common.
class Randomness {
 public:
  explicit Randomness(uint64_t seed) : random_(seed) {}
  int64_t From(int64_t low, int64_t high) {  // both inclusive
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  bool OneIn(int64_t n) { return From(1, n) == 1; }
  // A present step first; of the others one in three is absent.
  std::vector<rule::Step> Steps(bool may_be_one);
  std::vector<Arrival> Arrivals(size_t steps, size_t count);
  std::string Mutated(std::string bytes);

 private:
  std::mt19937_64 random_;
};

// What the timelines had in them: a comparison of nothing proves nothing.
struct Coverage {
  uint64_t completions = 0;
  uint64_t by_deadline = 0;
  uint64_t by_a_kept_one = 0;  // an arrival out of order let another occurrence complete
  uint64_t late = 0;
  uint64_t joined = 0;
  uint64_t no_use = 0;
};

// Plays a timeline to both, and every now and then writes the state and goes on with what was read.
template <typename Criterion, typename Reference>
void Compare(const Criterion& criterion, Reference& reference, const std::vector<Arrival>& arrivals,
             Randomness& random, Coverage& coverage) {
  typename Criterion::State state;
  Time watermark{};
  for (const Arrival& arrival : arrivals) {
    SCOPED_TRACE(Describe(arrival));
    Outcome got;
    Outcome expected;
    const Fate fate = Arrive(criterion, state, arrival, got);
    ASSERT_EQ(FateName(fate), FateName(reference.Arrive(arrival, expected)));
    ASSERT_EQ(got.fired, expected.fired);
    for (const Completion& completion : got.fired)
      coverage.by_a_kept_one +=
          !completion.by_deadline && completion.completed_by != KeptOf(arrival).place ? 1 : 0;
    coverage.late += fate == Fate::kLate ? 1 : 0;
    coverage.joined += fate == Fate::kJoined ? 1 : 0;
    coverage.no_use += fate == Fate::kNoUse ? 1 : 0;
    if (random.OneIn(3)) {
      watermark = std::max(watermark, TimeFromMs(arrival.at + random.From(-6, 6)));
      criterion.OnTime(state, watermark, got);
      reference.OnTime(watermark, expected);
      ASSERT_EQ(got.fired, expected.fired) << "watermark " << ToMs(watermark);
    }
    ASSERT_EQ(criterion.NextDeadline(state), reference.NextDeadline());
    for (const Completion& completion : got.fired) {
      ++coverage.completions;
      coverage.by_deadline += completion.by_deadline ? 1 : 0;
    }
    if (random.OneIn(6)) {
      typename Criterion::State read;
      ASSERT_TRUE(ReadAll(criterion, Bytes(criterion, state), read));
      ASSERT_EQ(read, state);
      state = std::move(read);
    }
  }
}

}  // namespace riposte::trigger
