// A decoder that has seen events of a kind allocates nothing for more of them. A program of its
// own: it counts every allocation.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "tests/support/allocations.h"
#include "tests/support/event_text.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

TEST(Allocations, NoneInSteadyState) {
  test::SchemaBuilder schema;
  schema.Field("name", FieldType::kText, "process.name");
  schema.Field("pid", FieldType::kNumber, "process.pid");
  schema.Field("ip", FieldType::kIp, "ip");
  schema.Field("indicator", FieldType::kObject, "indicators");
  schema.Field("indicator.name", FieldType::kKeyword, "indicators.name");
  schema::Alternative joined = test::At("folder");
  joined.paths.push_back(test::PathOf("process.name"));
  joined.when.push_back({.path = test::PathOf("kind"), .any_of = {"file", "8", ""}});
  joined.steps.push_back(
      {.kind = schema::Step::Kind::kPrefix, .key = "file:", .map = {}, .map_default = {}});
  schema.Field("joined", FieldType::kText, {joined, test::At("path")});
  const std::shared_ptr<const Plan> plan =
      Plan::Compile(schema.schema(), schema.profile(), schema.AllFields());

  // Odd events too: invalid UTF-8, escapes, duplicates, rejects.
  test::EventTextGenerator generator(
      7, {.paths = test::PathsOf(schema.profile()), .texts = {"PowerShell.exe", "8", "10.0.0.1"}});
  std::vector<std::string> events;
  for (int i = 0; i < 2000; ++i) {
    events.push_back(generator.Next());
    events.push_back(test::MutateBytes(events.back(), generator.random()));
  }

  Decoder decoder;
  size_t decoded = 0;
  const auto run = [&] {
    for (const std::string& event : events)
      decoded += decoder.Decode(*plan, event) == Reject::kNone;
  };
  // The first round grows each buffer; the second one lets the arena join its chunks.
  run();
  run();
  const uint64_t before = test::Allocations();
  run();
  EXPECT_EQ(test::Allocations() - before, 0u);
  EXPECT_GT(decoded, events.size());
}

TEST(Allocations, AreCounted) {
  const uint64_t before = test::Allocations();
  const std::string text(1000, 'x');
  EXPECT_EQ(text.size(), 1000u);
  EXPECT_EQ(test::Allocations() - before, 1u);
}

}  // namespace
}  // namespace riposte::event
