// Decoding against simdjson's stage 1 and its DOM on the same bytes.
//   bench_decode RULES PROFILE FILE.ndjson[.zst] ...   RULES: a rule file or folder; all events
//   have the PROFILE
// The main figure decodes the fields that the rules use, the second one all tokens there are.
#include "engine/event/decode.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/check.h"
#include "benchmarks/events.h"
#include "benchmarks/harness.h"
#include "engine/match/matcher.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"

namespace riposte::bench {
namespace {

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
      decoded += decoder.DecodeForRules(plan, {event.data(), event.size()}) == event::Reject::kNone;
  });
}

int Run(int argument_count, char** arguments) {
  if (argument_count < 4) {
    std::fputs("usage: bench_decode RULES PROFILE FILE.ndjson[.zst] ...\n", stderr);
    return 3;
  }
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  rule::RuleSetPtr rules;
  if (schema != nullptr) rules = rule::LoadRules({.paths = {arguments[1]}}, schema, diagnostics);
  if (rules == nullptr) {
    std::fputs(text::Render(diagnostics).c_str(), stderr);
    return 3;
  }
  const schema::Profile* const profile = rules->schema->FindProfile(arguments[2]);
  if (profile == nullptr) {
    std::fprintf(stderr, "no profile %s\n", arguments[2]);
    return 3;
  }
  Events events;
  for (int i = 3; i < argument_count; ++i) ReadEvents(arguments[i], kMostEvents, events);
  RIPOSTE_CHECK(!events.empty(), "there are events");

  const std::shared_ptr<const match::Matcher> matcher = match::Matcher::Compile(*rules, *profile);
  const std::shared_ptr<const event::Plan> all = event::Plan::Compile(
      *schema, *schema->FindProfile(profile->name), AllTokens(schema->catalogue));
  const size_t count = events.size();
  size_t decoded = 0;
  const Measurement stage_one = MeasureStageOne(events);
  const Measurement dom = MeasureDom(events);
  const Measurement decode = MeasureDecode(matcher->plan(), events, decoded);
  const Measurement decode_all = MeasureDecode(*all, events, decoded);
  std::fprintf(stderr, "%zu events, %zu decoded\n", count, decoded);
  Print("simdjson_stage1", stage_one, "simdjson_stage1", stage_one, count);
  Print("simdjson_dom", dom, "simdjson_stage1", stage_one, count);
  Print("decode_rule_fields", decode, "simdjson_stage1", stage_one, count);
  Print("decode_rule_fields", decode, "simdjson_dom", dom, count);
  Print("decode_all_tokens", decode_all, "simdjson_stage1", stage_one, count);
  Print("decode_all_tokens", decode_all, "simdjson_dom", dom, count);
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
