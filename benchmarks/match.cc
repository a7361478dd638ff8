// From bytes to matches, against simdjson's DOM of the same bytes and the plain evaluator with the
// same rules.
//   bench_match RULES PROFILE FILE.ndjson[.zst] ...   RULES: a rule file or folder; all events have
//   the PROFILE
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"

namespace riposte::bench {
namespace {

// What all runs need.
struct Setup {
  rule::RuleSetPtr rules;
  const schema::Profile* profile = nullptr;
  std::shared_ptr<const match::Matcher> matcher;
  Events events;
  match::Context context{.now = SystemClock().Now()};
};

bool Prepare(int argument_count, char** arguments, Setup& setup) {
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  if (schema != nullptr)
    setup.rules = rule::LoadRules({.paths = {arguments[1]}}, schema, diagnostics);
  if (setup.rules == nullptr) {
    std::fputs(text::Render(diagnostics).c_str(), stderr);
    return false;
  }
  setup.profile = setup.rules->schema->FindProfile(arguments[2]);
  if (setup.profile == nullptr) {
    std::fprintf(stderr, "no profile %s\n", arguments[2]);
    return false;
  }
  for (int i = 3; i < argument_count; ++i) ReadEvents(arguments[i], kMostEvents, setup.events);
  setup.matcher = match::Matcher::Compile(*setup.rules, *setup.profile);
  return !setup.events.empty();
}

// Calls `each` with every event that can be decoded.
template <typename Each>
void DecodeAll(const Events& events, const event::Plan& plan, event::Decoder& decoder,
               const Each& each) {
  for (const simdjson::padded_string& bytes : events)
    if (decoder.DecodeForRules(plan, {bytes.data(), bytes.size()}) == event::Reject::kNone)
      each(decoder.event());
}

Measurement MeasureDecode(const Setup& setup) {
  event::Decoder decoder;
  return Measure([&] {
    DecodeAll(setup.events, setup.matcher->plan(), decoder,
              [](const event::Event& event) { Keep(&event); });
  });
}

Measurement MeasureMatcher(const Setup& setup, std::vector<match::Match>& found,
                           uint64_t& evaluations) {
  event::Decoder decoder;
  match::Matcher::Scratch scratch;
  return Measure([&] {
    found.clear();
    scratch.ResetCosts();
    DecodeAll(setup.events, setup.matcher->plan(), decoder, [&](const event::Event& event) {
      setup.matcher->FindMatches(event, setup.context, scratch, found);
    });
    evaluations = std::accumulate(scratch.costs().evaluations.begin(),
                                  scratch.costs().evaluations.end(), uint64_t{0});
  });
}

// The plain evaluator takes a thousand times as long: it sees so many events at most.
constexpr size_t kMostEventsNaively = 2'000;

Events SampleOf(const Events& events) {
  Events sample;
  const size_t step = (events.size() + kMostEventsNaively - 1) / kMostEventsNaively;
  for (size_t i = 0; i < events.size(); i += step)
    sample.emplace_back(events[i].data(), events[i].size());
  return sample;
}

Measurement MeasureNaive(const Setup& setup, std::vector<match::Match>& found) {
  event::Decoder decoder;
  match::PlainMatcher plain(*setup.rules, *setup.profile);
  return Measure([&] {
    found.clear();
    DecodeAll(setup.events, plain.plan(), decoder, [&](const event::Event& event) {
      for (const match::Match& one : plain.FindMatches(event, setup.context)) found.push_back(one);
    });
  });
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 4) {
    std::fputs("usage: bench_match RULES PROFILE FILE.ndjson[.zst] ...\n", stderr);
    return 3;
  }
  Setup setup;
  if (!Prepare(argument_count, arguments, setup)) return 3;
  std::vector<match::Match> found;
  uint64_t evaluations = 0;
  const Measurement dom = MeasureDom(setup.events);
  const Measurement decode = MeasureDecode(setup);
  const Measurement matcher = MeasureMatcher(setup, found, evaluations);
  const size_t count = setup.events.size();
  std::fprintf(stderr, "%zu events, %zu rules, %zu matches, %.2f evaluations an event\n", count,
               setup.matcher->rule_count(), found.size(),
               static_cast<double>(evaluations) / static_cast<double>(count));
  Print("decode_rule_fields", decode, "simdjson_dom", dom, count);
  Print("bytes_to_matches", matcher, "simdjson_dom", dom, count);

  setup.events = SampleOf(setup.events);
  std::vector<match::Match> by_matcher;
  std::vector<match::Match> by_naive;
  const Measurement sampled = MeasureMatcher(setup, by_matcher, evaluations);
  const Measurement naive = MeasureNaive(setup, by_naive);
  if (by_matcher != by_naive) {
    std::fprintf(stderr, "the matcher found %zu, the plain evaluator %zu\n", by_matcher.size(),
                 by_naive.size());
    return 1;
  }
  Print("bytes_to_matches_sample", sampled, "naive", naive, setup.events.size());
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
