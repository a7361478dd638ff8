// How the cost of matching grows with the number of rules: from bytes to matches with 1,000, 10,000
// and 100,000 synthetic rules, against the figure of the first; what compiling them takes, and the
// memory of the compiled ones. The matches of some events are compared with the plain evaluator's.
//   bench_growth FILE.ndjson[.zst] ...   events of the profile windows-nxlog
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <malloc.h>

#include "base/cpu_time.h"
#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "benchmarks/synthetic_rules.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"

namespace riposte::bench {
namespace {

constexpr size_t kSizes[] = {1'000, 10'000, 100'000};
constexpr uint64_t kSeed = 2026;
// As many pairs of a rule and an event are compared with the plain evaluator.
constexpr size_t kPairsCompared = 2'000'000;

double UsedMegabytes() { return static_cast<double>(mallinfo2().uordblks) / 1e6; }

struct Figures {
  double compile_seconds = 0, megabytes = 0;
  Measurement decode, all;
  double candidates = 0, matches = 0;  // an event
  uint64_t plain = 0;
  bool agrees = true;
};

Figures Take(const schema::SchemaPtr& schema, const schema::Profile& profile, const Events& events,
             size_t size) {
  Figures figures;
  const rule::RuleSet rules = SyntheticRules(schema, size, kSeed);
  const double used_before = UsedMegabytes();
  const double begin = ThreadCpuSeconds();
  const std::shared_ptr<const match::Matcher> matcher = match::Matcher::Compile(rules, profile);
  figures.compile_seconds = ThreadCpuSeconds() - begin;
  figures.megabytes = UsedMegabytes() - used_before;

  const match::Context context{.now = SystemClock().Now()};
  event::Decoder decoder;
  match::Matcher::Scratch scratch;
  std::vector<match::Match> found;
  const auto decode_all = [&](const auto& each) {
    for (const simdjson::padded_string& bytes : events)
      if (decoder.DecodeForRules(matcher->plan(), {bytes.data(), bytes.size()}) ==
          event::Reject::kNone)
        each(decoder.event());
  };
  figures.decode = Measure([&] { decode_all([](const event::Event& event) { Keep(&event); }); });
  figures.all = Measure([&] {
    found.clear();
    scratch.ResetCosts();
    decode_all(
        [&](const event::Event& event) { matcher->FindMatches(event, context, scratch, found); });
  });
  const auto count = static_cast<double>(events.size());
  figures.matches = static_cast<double>(found.size()) / count;
  figures.candidates =
      static_cast<double>(std::accumulate(scratch.costs().evaluations.begin(),
                                          scratch.costs().evaluations.end(), uint64_t{0})) /
      count;
  figures.plain = scratch.costs().plain_events;

  match::PlainMatcher plain(rules, profile);
  size_t left = kPairsCompared / size;
  const size_t step = std::max<size_t>(1, events.size() / left);
  size_t at = 0;
  decode_all([&](const event::Event& event) {
    if (at++ % step != 0) return;
    found.clear();
    matcher->FindMatches(event, context, scratch, found);
    if (found != plain.FindMatches(event, context)) figures.agrees = false;
  });
  return figures;
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::fputs("usage: bench_growth FILE.ndjson[.zst] ...\n", stderr);
    return 3;
  }
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  const schema::Profile* profile =
      schema == nullptr ? nullptr : schema->FindProfile("windows-nxlog");
  if (profile == nullptr) {
    std::fputs(text::Render(diagnostics).c_str(), stderr);
    return 3;
  }
  Events events;
  for (int i = 1; i < argument_count; ++i) ReadEvents(arguments[i], kMostEvents, events);
  if (events.empty()) return 3;
  const auto count = static_cast<double>(events.size());

  double first = 0, first_match = 0, first_compile = 0, first_megabytes = 0;
  for (const size_t size : kSizes) {
    const Figures figures = Take(schema, *profile, events, size);
    std::fprintf(
        stderr, "%zu rules: %.2f candidates and %.3f matches an event, %llu events plain\n", size,
        figures.candidates, figures.matches, static_cast<unsigned long long>(figures.plain));
    if (!figures.agrees) {
      std::fputs("the matcher and the plain evaluator differ\n", stderr);
      return 1;
    }
    const auto print = [&](const std::string& name, double value, std::string_view unit,
                           double& reference, double spread) {
      if (reference == 0) reference = value;
      const std::string full = name + "_" + std::to_string(size) + "_rules";
      Print({.name = full,
             .value = value,
             .unit = unit,
             .reference = "1000_rules",
             .ratio = value / reference,
             .spread = spread});
    };
    const double all = figures.all.seconds / count * 1e9;
    print("bytes_to_matches", all, "ns/event", first, figures.all.spread);
    print("match", all - figures.decode.seconds / count * 1e9, "ns/event", first_match,
          figures.all.spread);
    print("compile", figures.compile_seconds, "s", first_compile, 0);
    print("compiled", figures.megabytes, "MB", first_megabytes, 0);
  }
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
