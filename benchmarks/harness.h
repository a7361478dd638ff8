// Figures of the benchmarks: the median of five runs against a reference that was taken in the same
// program, one JSON line each.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace riposte::bench {

struct Measurement {
  double seconds = 0;  // CPU time of this thread: the median of five runs
  double spread = 0;   // (slowest - fastest) / median
};

// Runs `work` once to warm up, then five times.
Measurement Measure(const std::function<void()>& work);

struct Figure {
  std::string_view name;
  double value = 0;
  std::string_view unit;
  std::string_view reference;  // what `ratio` is against
  double ratio = 0;
  double spread = 0;
};
// {"name":...,"value":...,"unit":...,"reference":...,"ratio":...,"spread":...} on stdout.
void Print(const Figure& figure);

// What `measured` took for each of `events`, against what `against` took: a figure in ns/event.
void Print(std::string_view name, const Measurement& measured, std::string_view reference,
           const Measurement& against, size_t events);

// Keeps the compiler from leaving out what nobody looks at.
template <typename T>
void Keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace riposte::bench
