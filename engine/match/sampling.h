// What takes how long, estimated from a few events so that it can always be on. For metrics and
// people only: nothing depends on it.
#pragma once

#include <chrono>
#include <cstdint>

namespace riposte::match {

// Which events are timed: the last of each `every`, so that what is cold at first is not. What a
// timed one takes stands for `every` of them. One thread.
class Sampler {
 public:
  // Rare enough to cost nothing, and a prime: events often repeat in rounds of 2^n, of which only
  // some would be seen else.
  static constexpr uint32_t kEvery = 257;
  explicit Sampler(uint32_t every = kEvery) : every_(every), left_(every) {}

  // Whether the next event is to be timed.
  bool Next() {
    if (--left_ != 0) return false;
    left_ = every_;
    return true;
  }
  uint32_t every() const { return every_; }

 private:
  uint32_t every_, left_;
};

// Times short pieces of work: reading the clock takes about as long as they do, and is left out.
class Lap {
 public:
  Lap();  // finds out what reading the clock takes
  void Begin() { begin_ = std::chrono::steady_clock::now(); }
  // Since Begin(), in nanoseconds.
  uint64_t End() const {
    const int64_t ns = NsBetween(begin_, std::chrono::steady_clock::now()) - reading_ns_;
    return ns > 0 ? static_cast<uint64_t>(ns) : 0;
  }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  static int64_t NsBetween(TimePoint from, TimePoint to) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
  }

  int64_t reading_ns_ = 0;
  TimePoint begin_{};
};

}  // namespace riposte::match
