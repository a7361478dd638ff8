// Random events, whole and damaged: the decoder judges as the DOM does, and reads the same.
#include <array>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "tests/support/environment.h"
#include "tests/support/event_dump.h"
#include "tests/support/event_text.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

// A profile with every kind of source.
test::SchemaBuilder MakeSchema() {
  test::SchemaBuilder schema;
  schema.Field("name", FieldType::kText, "process.name");
  schema.Field("line", FieldType::kText,
               {test::At("process.commandLine"), test::At("process.args")});
  schema.Field("pid", FieldType::kNumber, "process.pid");
  schema.Field("address", FieldType::kIp, "network.ip");
  schema.Field("seen", FieldType::kBool, "flags.seen");
  schema.Field("tags", FieldType::kKeyword, "tags");
  schema.Field("indicator", FieldType::kObject, "indicators");
  schema.Field("indicator.score", FieldType::kNumber, "indicators.score");
  schema.Field("indicator.family", FieldType::kKeyword, "indicators.family");
  schema.Field("indicator.part", FieldType::kObject, "indicators.parts");
  schema.Field("indicator.part.name", FieldType::kKeyword, "indicators.parts.name");
  schema.Field("process", FieldType::kObject, "process");
  schema::Alternative joined = test::At("process.path");
  joined.paths.push_back(test::PathOf("process.name"));
  joined.separator = "\\";
  schema.Field("image", FieldType::kKeyword, {joined, test::At("process.image")});
  schema::Alternative conditional = test::At("target");
  conditional.when.push_back({.path = test::PathOf("kind"), .any_of = {"file", "Kernel"}});
  schema.Field("file", FieldType::kText, {conditional, test::At("file.name")});
  const schema::FieldId both =
      schema.Field("any", FieldType::kKeyword, {test::At("kind"), test::At("flags.kind")});
  schema.Source(both).union_of_all = true;
  schema.Role(schema::Role::kAssetId, schema.Field("asset", FieldType::kKeyword, "asset.id"));
  schema.Role(schema::Role::kEventTime, schema.Field("time", FieldType::kDate, "time"));
  return schema;
}

// What the two decoders made of one text.
struct Comparison {
  Reject decoder, dom;
  std::string decoder_dump, dom_dump;
};

class MutationTest : public testing::Test {
 protected:
  MutationTest()
      : schema_(MakeSchema()),
        plan_(Plan::Compile(schema_.schema(), schema_.profile(), schema_.AllFields())) {}

  Comparison Compare(std::string_view bytes) {
    // A copy of exactly its size, so that the sanitizer sees any read beyond it.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const std::string_view view(exact.data(), exact.size());
    Comparison comparison;
    comparison.decoder = decoder_.Decode(*plan_, view);
    comparison.dom = dom_.Decode(*plan_, view);
    if (comparison.decoder == Reject::kNone)
      comparison.decoder_dump = test::DumpEvent(decoder_.event(), schema_.schema().catalogue);
    if (comparison.dom == Reject::kNone)
      comparison.dom_dump = test::DumpEvent(dom_.event(), schema_.schema().catalogue);
    return comparison;
  }

  test::EventTextOptions Options() const {
    return {.paths = test::PathsOf(schema_.profile()),
            .texts = {"powershell.exe", "C:\\Windows\\cmd.exe", "-enc ZQBjAGgAbwA=", "10.1.2.3",
                      "8", "n/a", "file", "kernel", "true", "2026-11-25T01:10:53Z"}};
  }

  test::SchemaBuilder schema_;
  std::shared_ptr<const Plan> plan_;
  Decoder decoder_;
  DomDecoder dom_;
};

TEST_F(MutationTest, DecoderAgreesWithTheDom) {
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device()());
  const uint64_t count = test::NumberFromEnvironment("RIPOSTE_MUTATIONS", 50'000);
  std::cout << "RIPOSTE_SEED=" << seed << " RIPOSTE_MUTATIONS=" << count << std::endl;
  test::EventTextGenerator generator(seed, Options());
  std::array<uint64_t, static_cast<size_t>(Reject::kCount)> verdicts{};
  std::string event;
  for (uint64_t i = 0; i < count; ++i) {
    // Four damaged copies of each whole one.
    if (i % 5 == 0) event = generator.Next();
    const std::string bytes = i % 5 == 0 ? event : test::MutateBytes(event, generator.random());
    const Comparison got = Compare(bytes);
    ++verdicts[static_cast<size_t>(got.decoder)];
    ASSERT_EQ(RejectName(got.decoder), RejectName(got.dom)) << bytes;
    ASSERT_EQ(got.decoder_dump, got.dom_dump) << bytes;
    if (i % 5 == 0) {
      ASSERT_EQ(got.decoder, Reject::kNone) << bytes;
    }
  }
  for (size_t i = 0; i < verdicts.size(); ++i)
    std::cout << RejectName(static_cast<Reject>(i)) << ": " << verdicts[i] << "\n";
  // The test means something only if both verdicts are common.
  EXPECT_GT(verdicts[static_cast<size_t>(Reject::kNone)], count / 4);
  EXPECT_GT(verdicts[static_cast<size_t>(Reject::kInvalidJson)], count / 10);
}

}  // namespace
}  // namespace riposte::event
