// Decoding against simdjson's stage 1 and its DOM on the same bytes.
//   bench_decode [FILE.ndjson | FILE.ndjson.zst ...]   events of the profile windows-nxlog; without
//   a file, generated ones
#include "engine/event/decode.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/check.h"
#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "rules/schema/load.h"
#include "tests/support/event_text.h"

namespace riposte::bench {
namespace {

void GenerateEvents(const schema::Profile& profile, Events& events) {
  test::EventTextGenerator generator(1, {.paths = test::PathsOf(profile), .texts = {}});
  for (int i = 0; i < 10'000; ++i) events.emplace_back(generator.Next());
}

// More than any rule set uses.
std::vector<schema::FieldId> AllTokens(const schema::Catalogue& catalogue) {
  std::vector<schema::FieldId> all;
  for (size_t i = 0; i < catalogue.size(); ++i)
    all.push_back(schema::FieldId{static_cast<uint16_t>(i)});
  return all;
}

Measurement MeasureStageOne(const Events& events) {
  simdjson::dom::parser parser;
  size_t largest = 0;
  for (const simdjson::padded_string& event : events) largest = std::max(largest, event.size());
  RIPOSTE_CHECK(parser.allocate(largest) == simdjson::SUCCESS, "simdjson has memory");
  return Measure([&] {
    for (const simdjson::padded_string& event : events) {
      const simdjson::error_code error =
          parser.implementation->stage1(reinterpret_cast<const uint8_t*>(event.data()),
                                        event.size(), simdjson::stage1_mode::regular);
      Keep(error);
      Keep(parser.implementation->n_structural_indexes);
    }
  });
}

Measurement MeasureDecode(const event::Plan& plan, const Events& events, size_t& decoded) {
  event::Decoder decoder;
  return Measure([&] {
    decoded = 0;
    for (const simdjson::padded_string& event : events)
      decoded += decoder.Decode(plan, {event.data(), event.size()}) == event::Reject::kNone;
  });
}

void Run(int argument_count, char** arguments) {
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  RIPOSTE_CHECK(schema != nullptr, text::Render(diagnostics));
  const schema::Profile* const profile = schema->FindProfile("windows-nxlog");
  RIPOSTE_CHECK(profile != nullptr, "the profile ships");
  Events events;
  for (int i = 1; i < argument_count; ++i) ReadEvents(arguments[i], kMostEvents, events);
  if (argument_count < 2) GenerateEvents(*profile, events);
  RIPOSTE_CHECK(!events.empty(), "there are events");

  const std::shared_ptr<const event::Plan> all =
      event::Plan::Compile(*schema, *profile, AllTokens(schema->catalogue));
  const std::shared_ptr<const event::Plan> roles = event::Plan::Compile(*schema, *profile, {});
  const auto count = static_cast<double>(events.size());
  size_t decoded = 0;
  const Measurement stage_one = MeasureStageOne(events);
  const Measurement dom = MeasureDom(events);
  const Measurement decode = MeasureDecode(*all, events, decoded);
  const Measurement decode_roles = MeasureDecode(*roles, events, decoded);
  std::fprintf(stderr, "%zu events, %zu decoded\n", events.size(), decoded);
  const auto print = [&](std::string_view name, const Measurement& measured,
                         std::string_view reference, const Measurement& against) {
    Print({.name = name,
           .value = measured.seconds / count * 1e9,
           .unit = "ns/event",
           .reference = reference,
           .ratio = measured.seconds / against.seconds,
           .spread = measured.spread});
  };
  print("simdjson_stage1", stage_one, "simdjson_stage1", stage_one);
  print("simdjson_dom", dom, "simdjson_stage1", stage_one);
  print("decode", decode, "simdjson_stage1", stage_one);
  print("decode", decode, "simdjson_dom", dom);
  print("decode_roles_only", decode_roles, "simdjson_stage1", stage_one);
  print("decode_roles_only", decode_roles, "simdjson_dom", dom);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  riposte::bench::Run(argc, argv);
  return 0;
}
