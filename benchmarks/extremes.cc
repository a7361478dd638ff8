// Where the cost of matching may go wrong: small and large events, an event that has the text of
// every rule in it, and rules of which none can be found by an index.
//   bench_extremes RULES FILE.ndjson[.zst] ...   events of the profile windows-nxlog
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "benchmarks/synthetic_rules.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"

namespace riposte::bench {
namespace {

// Recorded events of about a size, in bytes.
struct Band {
  std::string_view name;
  size_t from = 0, to = 0;
};
constexpr Band kBands[] = {
    {"0.3_KB", 250, 450}, {"1_KB", 800, 1'300}, {"3_KB", 2'500, 3'800}, {"30_KB", 20'000, 45'000}};
// As many bytes as this are measured of each band, by repetition where there are fewer.
constexpr size_t kBandBytes = 20'000'000;
constexpr size_t kFieldBytes = 32'000;  // of the event that has all texts
constexpr size_t kHostileEvents = 50;
constexpr size_t kWithoutAnchor = 1'000;
constexpr size_t kEventsWithoutAnchor = 2'000;
constexpr uint64_t kSeed = 2026;
constexpr std::string_view kProfile = "windows-nxlog";

struct Setup {
  schema::SchemaPtr schema;
  const schema::Profile* profile = nullptr;
  rule::RuleSetPtr rules;
  Events events;
  match::Context context{.now = SystemClock().Now()};
};

struct Taken {
  Measurement time;
  double evaluations = 0;  // an event
  uint64_t plain = 0;      // events that were left to the plain evaluator
  size_t matches = 0;
};

Taken Take(const Setup& setup, const match::Matcher& matcher, const Events& events) {
  Taken taken;
  event::Decoder decoder;
  match::Matcher::Scratch scratch;
  std::vector<match::Match> found;
  taken.time = Measure([&] {
    found.clear();
    scratch.ResetCosts();
    for (const simdjson::padded_string& bytes : events)
      if (decoder.DecodeForRules(matcher.plan(), {bytes.data(), bytes.size()}) ==
          event::Reject::kNone)
        matcher.FindMatches(decoder.event(), setup.context, scratch, found);
  });
  taken.evaluations =
      static_cast<double>(std::accumulate(scratch.costs().evaluations.begin(),
                                          scratch.costs().evaluations.end(), uint64_t{0})) /
      static_cast<double>(events.size());
  taken.plain = scratch.costs().plain_events;
  taken.matches = found.size();
  return taken;
}

void Tell(std::string_view what, const Taken& taken, size_t events) {
  std::fprintf(stderr, "%.*s: %zu events, %.1f evaluations an event, %zu matches, %llu plain\n",
               static_cast<int>(what.size()), what.data(), events, taken.evaluations, taken.matches,
               static_cast<unsigned long long>(taken.plain));
}

void MeasureSizes(const Setup& setup, const match::Matcher& matcher) {
  for (const Band& band : kBands) {
    Events some;
    size_t bytes = 0;
    for (size_t before = 1; bytes < kBandBytes && before != bytes;) {
      before = bytes;
      for (const simdjson::padded_string& event : setup.events) {
        if (event.size() < band.from || event.size() > band.to || bytes >= kBandBytes) continue;
        some.emplace_back(event.data(), event.size());
        bytes += event.size();
      }
    }
    if (some.empty()) {
      std::fprintf(stderr, "no event of %.*s\n", static_cast<int>(band.name.size()),
                   band.name.data());
      continue;
    }
    const Taken taken = Take(setup, matcher, some);
    Tell(band.name, taken, some.size());
    Print("bytes_to_matches_" + std::string(band.name), taken.time, "simdjson_dom",
          MeasureDom(some), some.size());
  }
}

// The texts that a clause looks for, in an order that a wildcard's parts need.
void AppendTexts(const query::Predicate& predicate, std::string& out) {
  const auto add = [&](std::string_view text) {
    if (!text.empty()) out.append(text).push_back(' ');
  };
  if (const auto* equals = std::get_if<query::Equals>(&predicate)) add(equals->text);
  if (const auto* contains = std::get_if<query::Contains>(&predicate)) add(contains->text);
  if (const auto* phrase = std::get_if<query::Phrase>(&predicate))
    for (const std::string& word : phrase->words) add(word);
  if (const auto* wildcard = std::get_if<query::Wildcard>(&predicate))
    for (const std::string& part : wildcard->parts) add(part);
}

// An event of a new process whose every field has the texts that any rule looks for in it.
std::string HostileEvent(const Setup& setup) {
  std::map<std::string, std::string> members;
  for (const rule::Rule& rule : setup.rules->rules) {
    for (const query::Node& node : rule.query.nodes()) {
      if (node.kind != query::Node::Kind::kClause || !setup.profile->Has(node.field)) continue;
      for (const schema::Alternative& alternative :
           setup.profile->fields[schema::Index(node.field)]->alternatives) {
        for (const schema::Path& path : alternative.paths) {
          if (path.keys.size() != 1 || path.keys[0].starts_with('\xff')) continue;
          std::string& value = members[path.keys[0]];
          if (value.size() < kFieldBytes) AppendTexts(node.predicate, value);
        }
      }
    }
  }
  // What says that it is one.
  members["EventID"] = "1";
  members["Channel"] = "Microsoft-Windows-Sysmon/Operational";
  members["SourceName"] = "Microsoft-Windows-Sysmon";
  members["EventType"] = "INFO";
  std::string text;
  json::Writer writer(text);
  writer.BeginObject();
  for (const auto& [key, value] : members) writer.Field(key, value);
  writer.EndObject();
  return text;
}

void MeasureHostile(const Setup& setup, const match::Matcher& matcher) {
  const std::string text = HostileEvent(setup);
  Events events;
  for (size_t i = 0; i < kHostileEvents; ++i) events.emplace_back(text.data(), text.size());
  std::fprintf(stderr, "the hostile event has %zu bytes\n", text.size());
  const Taken taken = Take(setup, matcher, events);
  Tell("hostile", taken, events.size());
  event::Decoder decoder;
  match::PlainMatcher plain(*setup.rules, *setup.profile);
  const Measurement naive = Measure([&] {
    for (const simdjson::padded_string& bytes : events)
      if (decoder.Decode(plain.plan(), {bytes.data(), bytes.size()}) == event::Reject::kNone)
        Keep(plain.FindMatches(decoder.event(), setup.context));
  });
  Print("bytes_to_matches_hostile", taken.time, "naive", naive, events.size());
  Print("bytes_to_matches_hostile", taken.time, "simdjson_dom", MeasureDom(events), events.size());
}

// Negations are never what a rule is found by.
void MeasureWithoutAnchors(const Setup& setup) {
  rule::RuleSet rules = SyntheticRules(setup.schema, kWithoutAnchor, kSeed);
  for (rule::Rule& rule : rules.rules) {
    query::Expression negated;
    const query::NodeId all = negated.AddCopy(rule.query);
    negated.SetRoot(negated.AddNot(all, {}));
    rule.query = std::move(negated);
  }
  const std::shared_ptr<const match::Matcher> matcher =
      match::Matcher::Compile(rules, *setup.profile);
  Events events;
  const size_t step = std::max<size_t>(1, setup.events.size() / kEventsWithoutAnchor);
  for (size_t i = 0; i < setup.events.size(); i += step)
    events.emplace_back(setup.events[i].data(), setup.events[i].size());
  const Taken taken = Take(setup, *matcher, events);
  Tell("without anchors", taken, events.size());
  Print("bytes_to_matches_1000_rules_without_anchor", taken.time, "simdjson_dom",
        MeasureDom(events), events.size());
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 3) {
    std::fputs("usage: bench_extremes RULES FILE.ndjson[.zst] ...\n", stderr);
    return 3;
  }
  Setup setup;
  text::Diagnostics diagnostics;
  setup.schema = schema::LoadSchema({}, diagnostics);
  if (setup.schema != nullptr)
    setup.rules = rule::LoadRules({.paths = {arguments[1]}}, setup.schema, diagnostics);
  if (setup.rules == nullptr) {
    std::fputs(text::Render(diagnostics).c_str(), stderr);
    return 3;
  }
  setup.schema = setup.rules->schema;  // with the tokens of Sigma rules
  setup.profile = setup.schema->FindProfile(kProfile);
  for (int i = 2; i < argument_count; ++i) ReadEvents(arguments[i], kMostEvents, setup.events);
  const std::shared_ptr<const match::Matcher> matcher =
      match::Matcher::Compile(*setup.rules, *setup.profile);
  MeasureSizes(setup, *matcher);
  MeasureHostile(setup, *matcher);
  MeasureWithoutAnchors(setup);
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
