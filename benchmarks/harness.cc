#include "benchmarks/harness.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/cpu_time.h"
#include "base/json.h"

namespace riposte::bench {

Measurement Measure(const std::function<void()>& work) {
  work();
  std::array<double, 5> runs{};
  for (double& run : runs) {
    const double begin = ThreadCpuSeconds();
    work();
    run = ThreadCpuSeconds() - begin;
  }
  std::sort(runs.begin(), runs.end());
  const double median = runs[runs.size() / 2];
  return {.seconds = median, .spread = (runs.back() - runs.front()) / median};
}

void Print(const Figure& figure) {
  std::string line;
  json::Writer writer(line);
  writer.BeginObject();
  writer.Field("name", figure.name);
  writer.Key("value").Double(figure.value);
  writer.Field("unit", figure.unit);
  writer.Field("reference", figure.reference);
  writer.Key("ratio").Double(figure.ratio);
  writer.Key("spread").Double(figure.spread);
  writer.EndObject();
  std::puts(line.c_str());
}

void Print(std::string_view name, const Measurement& measured, std::string_view reference,
           const Measurement& against, size_t events) {
  Print({.name = name,
         .value = measured.seconds / static_cast<double>(events) * 1e9,
         .unit = "ns/event",
         .reference = reference,
         .ratio = measured.seconds / against.seconds,
         .spread = measured.spread});
}

}  // namespace riposte::bench
