// Input that nobody here wrote: bad and odd JSON, naughty strings, vendors' samples, recordings of
// endpoint events.
#include "tests/support/corpus.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/event/decode.h"
#include "rules/schema/load.h"
#include "tests/support/event_dump.h"
#include "tests/support/schema_builder.h"
#include "tests/support/zst.h"

namespace riposte::event {
namespace {

using schema::FieldType;

// The profiles that ship; every token of one is decoded.
const schema::SchemaPtr& ShippedSchema() {
  static const schema::SchemaPtr schema = [] {
    text::Diagnostics diagnostics;
    schema::SchemaPtr loaded = schema::LoadSchema({}, diagnostics);
    EXPECT_NE(loaded, nullptr) << text::Render(diagnostics);
    return loaded;
  }();
  return schema;
}

std::shared_ptr<const Plan> PlanOfAllTokens(const schema::Profile& profile) {
  std::vector<schema::FieldId> all;
  for (size_t i = 0; i < ShippedSchema()->catalogue.size(); ++i)
    all.push_back(schema::FieldId{static_cast<uint16_t>(i)});
  return Plan::Compile(*ShippedSchema(), profile, all);
}

// Every line of an NDJSON text that is not empty.
template <typename Each>
void ForEachLine(std::string_view text, const Each& each) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

class CorpusTest : public testing::Test {
 protected:
  // The verdict of both decoders, which must agree in everything.
  Reject Decode(const Plan& plan, std::string_view bytes, const std::string& name) {
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const std::string_view view(exact.data(), exact.size());
    const Reject verdict = decoder_.Decode(plan, view);
    const Reject dom = dom_.Decode(plan, view);
    EXPECT_EQ(RejectName(verdict), RejectName(dom)) << name;
    if (verdict == Reject::kNone && dom == Reject::kNone) {
      EXPECT_EQ(test::DumpEvent(decoder_.event(), ShippedSchema()->catalogue),
                test::DumpEvent(dom_.event(), ShippedSchema()->catalogue))
          << name;
    }
    return verdict;
  }

  Decoder decoder_;
  DomDecoder dom_;
};

TEST_F(CorpusTest, BadJson) {
  RIPOSTE_REQUIRE_CORPUS(folder, "bad-json");
  const std::shared_ptr<const Plan> plan = PlanOfAllTokens(ShippedSchema()->profiles.front());
  size_t accepted = 0, not_objects = 0, rejected = 0, either = 0;
  ForEachLine(test::ReadFile(folder + "/index.jsonl"), [&](std::string_view line) {
    const json::Value entry = *json::Parse(line);
    const std::string file(entry.StringOr("file", ""));
    const std::string_view expected = entry.StringOr("expect", "");
    const std::string bytes = test::ReadFile(folder + "/" + file);
    // A reason for each verdict, whatever the DOM says: where a text is both deep and broken they
    // may differ.
    const Reject verdict = decoder_.Decode(*plan, bytes);
    if (expected == "accept") {
      ++accepted;
      EXPECT_TRUE(verdict == Reject::kNone || verdict == Reject::kNotAnObject)
          << file << ": " << RejectName(verdict);
      not_objects += verdict == Reject::kNotAnObject;
      const size_t first = bytes.find_first_not_of(" \t\r\n");
      EXPECT_EQ(verdict == Reject::kNone, bytes[first] == '{') << file;
      EXPECT_EQ(Decode(*plan, bytes, file), verdict) << file;
    } else if (expected == "reject") {
      ++rejected;
      EXPECT_NE(verdict, Reject::kNone) << file;
      EXPECT_NE(verdict, Reject::kNotAnObject) << file;
      EXPECT_NE(dom_.Decode(*plan, bytes), Reject::kNone) << file;
    } else {
      ++either;
    }
    // The same inside an event: what is no JSON is none there, and what is JSON is a value.
    const std::string wrapped = "{\"x\":" + bytes + "}";
    const Reject inside = Decode(*plan, wrapped, file + " in an object");
    if (expected == "accept") {
      EXPECT_EQ(RejectName(inside), "none") << file;
    }
  });
  std::cout << accepted << " accept (" << not_objects << " no objects), " << rejected << " reject, "
            << either << " either\n";
  EXPECT_GT(accepted, 0u);
  EXPECT_GT(rejected, 0u);
}

TEST_F(CorpusTest, NaughtyStringsAreTextLikeAnyOther) {
  RIPOSTE_REQUIRE_CORPUS(folder, "bad-json");
  test::SchemaBuilder schema;
  const schema::FieldId text = schema.Field("text", FieldType::kText, "t");
  const std::shared_ptr<const Plan> plan =
      Plan::Compile(schema.schema(), schema.profile(), schema.AllFields());
  const json::Value strings = *json::Parse(test::ReadFile(folder + "/naughty-strings.json"));
  ASSERT_NE(strings.as_array(), nullptr);
  for (const json::Value& naughty : *strings.as_array()) {
    ASSERT_NE(naughty.as_string(), nullptr);
    std::string event = "{\"before\":1,";
    json::AppendQuoted(*naughty.as_string(), event);  // as a key, too
    event += ":2,\"t\":";
    json::AppendQuoted(*naughty.as_string(), event);
    event += "}";
    ASSERT_EQ(RejectName(decoder_.Decode(*plan, event)), "none") << event;
    ASSERT_EQ(decoder_.event().values(text).size(), 1u) << event;
    EXPECT_EQ(decoder_.event().values(text).front().text, *naughty.as_string());
  }
}

TEST_F(CorpusTest, VendorSamplesAndLinuxEvents) {
  RIPOSTE_REQUIRE_CORPUS(samples, "vendor-samples");
  RIPOSTE_REQUIRE_CORPUS(linux_events, "events-linux");
  size_t count = 0;
  for (const schema::Profile& profile : ShippedSchema()->profiles) {
    const std::shared_ptr<const Plan> plan = PlanOfAllTokens(profile);
    for (const std::filesystem::directory_entry& file :
         std::filesystem::recursive_directory_iterator(samples)) {
      if (file.path().extension() != ".json") continue;
      ++count;
      EXPECT_EQ(RejectName(Decode(*plan, test::ReadFile(file.path()), file.path())), "none");
    }
    for (const std::string name : {"/auditd.ndjson", "/tetragon.ndjson"})
      ForEachLine(test::ReadFile(linux_events + name), [&](std::string_view line) {
        ++count;
        EXPECT_EQ(RejectName(Decode(*plan, line, name)), "none");
      });
  }
  EXPECT_GT(count, 100u);
}

// The beginning of each recording: RIPOSTE_RECORDED_EVENTS of each file (default 1,000).
TEST_F(CorpusTest, RecordedEvents) {
  RIPOSTE_REQUIRE_CORPUS(folder, "events");
  const char* const limit_text = std::getenv("RIPOSTE_RECORDED_EVENTS");
  const size_t limit = limit_text == nullptr ? 1000 : std::strtoull(limit_text, nullptr, 10);
  size_t total = 0;
  for (const std::filesystem::directory_entry& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".zst") continue;
    const bool is_nxlog = file.path().filename().string().find("nxlog") != std::string::npos;
    const schema::Profile* const profile =
        ShippedSchema()->FindProfile(is_nxlog ? "windows-nxlog" : "qualys-edr");
    ASSERT_NE(profile, nullptr);
    const std::shared_ptr<const Plan> plan = PlanOfAllTokens(*profile);
    size_t count = 0, without_time = 0;
    test::ForEachLineOfZst(file.path(), [&](std::string_view line) {
      EXPECT_EQ(RejectName(Decode(*plan, line, file.path())), "none") << line;
      without_time += decoder_.event().Has(Oddity::kNoEventTime);
      return ++count < limit && !HasFailure();
    });
    total += count;
    if (is_nxlog) {
      EXPECT_LT(without_time, count) << file.path();
    }
  }
  std::cout << total << " recorded events\n";
  EXPECT_GT(total, 1000u);
}

}  // namespace
}  // namespace riposte::event
