// Runs many seeds of the simulation.
//   simulate [--seeds N] [--from S] [--planted NAME]
// Exit code 1 if one failed. A seed that fails is repeated by `simulate --from SEED`; with a
// planted defect, all have to be wrong.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace riposte::sim {
namespace {

struct Arguments {
  uint64_t seeds = 1, from = 1;
  Planted planted = Planted::kNone;
};

bool ReadNumber(std::string_view text, uint64_t& number) {
  const std::from_chars_result read =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

bool ReadPlanted(std::string_view name, Planted& planted) {
  for (const Planted one : kAllPlanted) {
    if (PlantedName(one) != name) continue;
    planted = one;
    return true;
  }
  return false;
}

bool Read(int count, char** texts, Arguments& arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = texts[i], value = texts[i + 1];
    const bool read = name == "--seeds"     ? ReadNumber(value, arguments.seeds)
                      : name == "--from"    ? ReadNumber(value, arguments.from)
                      : name == "--planted" ? ReadPlanted(value, arguments.planted)
                                            : false;
    if (!read) return false;
  }
  return count % 2 == 1;
}

int Main(const Arguments& arguments) {
  Summary summary;
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  for (uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    // First of all: a run that does not come to its end has to say which it was.
    std::printf("seed %llu: ", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    const RunReport report = RunSeed(seed, arguments.planted);
    std::printf("%s, %llu records, %llu commands, %llu transactions, %llu aborts\n",
                report.violations.empty() ? "ok" : "FAILED",
                static_cast<unsigned long long>(report.records),
                static_cast<unsigned long long>(report.commands),
                static_cast<unsigned long long>(report.transactions),
                static_cast<unsigned long long>(report.aborts));
    for (const Violation& violation : report.violations)
      std::printf("  %s: %s\n", std::string(violation.invariant).c_str(), violation.text.c_str());
    summary.Add(report);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  std::printf("%s%.0f seeds a minute\n", summary.Text().c_str(),
              static_cast<double>(summary.runs()) * 60 / spent.count());
  return summary.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace riposte::sim

int main(int count, char** texts) {
  riposte::sim::Arguments arguments;
  if (!riposte::sim::Read(count, texts, arguments) || arguments.seeds == 0) {
    std::fputs("usage: simulate [--seeds N] [--from S] [--planted NAME]\n", stderr);
    return 2;
  }
  return riposte::sim::Main(arguments);
}
