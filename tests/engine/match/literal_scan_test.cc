#include "engine/match/literal_scan.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr size_t kNoLimit = 1'000'000;

struct Wanted {
  std::string field, text;
};

// Literals on the table's tokens, numbered in order.
class Bench {
 public:
  explicit Bench(const std::vector<Wanted>& literals) : schema_(TableSchema()), scan_({}) {
    std::vector<Literal> made;
    std::vector<schema::FieldId> fields;
    for (const auto& [field, text] : literals) {
      fields.push_back(schema_->catalogue.Find(field));
      made.push_back(
          {.field = fields.back(), .text = text, .number = static_cast<uint32_t>(made.size())});
    }
    plan_ = event::Plan::Compile(*schema_, schema_->profiles.front(), fields);
    scan_ = LiteralScan(std::move(made));
    scan_.Prepare(scratch_);
  }

  std::vector<uint32_t> Find(const std::string& json, size_t windows_max = kNoLimit) {
    EXPECT_EQ(decoder_.Decode(*plan_, json), event::Reject::kNone);
    std::vector<uint32_t> found;
    complete_ = scan_.Find(decoder_.event(), windows_max, scratch_, found);
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
  }
  bool complete() const { return complete_; }
  const LiteralScan& scan() const { return scan_; }

 private:
  schema::SchemaPtr schema_;
  LiteralScan scan_;
  std::shared_ptr<const event::Plan> plan_;
  LiteralScan::Scratch scratch_;
  event::Decoder decoder_;
  bool complete_ = false;
};

// {"key": ["value", ...]}
std::string ArrayOf(std::string_view key, const std::vector<std::string>& values) {
  std::string json;
  json::Writer writer(json);
  writer.BeginObject().Key(key).BeginArray();
  for (const std::string& value : values) writer.String(value);
  writer.EndArray().EndObject();
  return json;
}

TEST(LiteralScan, NoLiterals) {
  Bench bench({});
  EXPECT_THAT(bench.Find(With("text", "abc")), IsEmpty());
  EXPECT_TRUE(bench.complete());
  EXPECT_EQ(bench.scan().memory_bytes(), 0u);
}

TEST(LiteralScan, AnywhereInAFoldedValue) {
  Bench bench({{"text", "power"}, {"text", "shell"}, {"text", "ell.exe"}, {"text", "bash"}});
  EXPECT_THAT(bench.Find(With("text", "PowerShell.EXE")), UnorderedElementsAre(0, 1, 2));
  EXPECT_THAT(bench.Find(With("text", "power\u017Fhell")), UnorderedElementsAre(0, 1));
  EXPECT_THAT(bench.Find(With("text", "")), IsEmpty());
  EXPECT_THAT(bench.Find("{}"), IsEmpty());
  EXPECT_TRUE(bench.complete());
}

TEST(LiteralScan, InItsOwnFieldOnly) {
  Bench bench({{"text", "abc"}, {"keyword", "abc"}, {"keyword", "xyz"}});
  EXPECT_THAT(bench.Find(With("text", "abc xyz")), UnorderedElementsAre(0));
  EXPECT_THAT(bench.Find(With("keyword", "abc xyz")), UnorderedElementsAre(1, 2));
}

TEST(LiteralScan, NotAcrossValues) {
  Bench bench({{"text", "abcdef"}, {"keyword", "abcdef"}});
  EXPECT_THAT(bench.Find(R"({"text":"abc","keyword":"def"})"), IsEmpty());
  EXPECT_THAT(bench.Find(R"({"text":["abc","def"]})"), IsEmpty());
  EXPECT_THAT(bench.Find(R"({"text":["abc","def","abcdef"]})"), UnorderedElementsAre(0));
}

TEST(LiteralScan, EveryOneOfManyValues) {
  Bench bench({{"text", "first one"}, {"text", "last one"}, {"keyword", "another"}});
  std::string json = R"({"keyword":"another","text":["first one")";
  for (int i = 0; i < 200; ++i) json += ",\"x" + std::to_string(i) + "\",\"\"";
  EXPECT_THAT(bench.Find(json + ",\"last one\"]}"), UnorderedElementsAre(0, 1, 2));
}

// A field with many literals has a scan of its own.
TEST(LiteralScan, FieldsApartAndTogether) {
  std::vector<Wanted> literals = {{"keyword", "alone00"}, {"first", "alone01"}, {"keyword", "xyz"}};
  for (size_t i = 0; i < LiteralScan::kOwnScan; ++i)
    literals.push_back({"text", "alone0" + std::to_string(i)});
  Bench bench(literals);
  EXPECT_THAT(bench.Find(With("text", "Alone00 alone01 xyz")), UnorderedElementsAre(3, 4));
  EXPECT_THAT(bench.Find(With("keyword", "alone00 alone01 xyz")), UnorderedElementsAre(0, 2));
  EXPECT_THAT(bench.Find(R"({"text":["alone0","0"],"keyword":"alone0","one":"0alone01"})"),
              UnorderedElementsAre(1));
  EXPECT_TRUE(bench.complete());
  const std::string both = R"({"text":"alone00 alone02","keyword":"alone00"})";
  EXPECT_THAT(bench.Find(both, 3), UnorderedElementsAre(0, 3, 5));
  EXPECT_TRUE(bench.complete());
  bench.Find(both, 2);
  EXPECT_FALSE(bench.complete()) << "the windows of all scans count";
}

// The scan looks for a few bytes of a long literal only.
TEST(LiteralScan, LongLiteralsAreComparedWhole) {
  const std::string text = "c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe";
  Bench bench({{"text", text}, {"text", text + " -enc"}, {"text", "x" + text}});
  EXPECT_THAT(bench.Find(With("text", text)), UnorderedElementsAre(0));
  EXPECT_THAT(bench.Find(With("text", "x" + text + " -enc")), UnorderedElementsAre(0, 1, 2));
  EXPECT_THAT(bench.Find(With("text", text.substr(1))), IsEmpty());
  EXPECT_THAT(bench.Find(With("text", text.substr(0, text.size() - 1))), IsEmpty());
  EXPECT_THAT(bench.Find(With("text", text.substr(0, 20) + "x" + text.substr(21))), IsEmpty());
}

// Every part of a text, of every length, at every place.
TEST(LiteralScan, EveryPartOfAText) {
  const std::string text = "abcab\\cdeab\u03C3cdz0123456789abcdefghij";
  std::vector<Wanted> literals;
  for (size_t begin = 0; begin < text.size(); ++begin)
    for (size_t size = 2; begin + size <= text.size(); ++size)
      literals.push_back({"text", text.substr(begin, size)});
  std::ranges::sort(literals, {}, &Wanted::text);
  literals.erase(std::ranges::unique(literals, {}, &Wanted::text).begin(), literals.end());
  Bench bench(literals);
  const auto expect = [&](const std::string& value) {
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < literals.size(); ++i)
      if (value.find(literals[i].text) != std::string::npos) expected.push_back(i);
    EXPECT_EQ(bench.Find(With("text", value)), expected) << value;
  };
  expect(text);
  expect(text + text);
  for (const size_t cut : {1u, 2u, 7u, 14u, 20u, 30u}) {
    expect(text.substr(0, cut == 14 ? 13 : cut));
    if (cut != 14) expect(text.substr(cut));
  }
}

TEST(LiteralScan, TextsThatRepeatThemselves) {
  const std::string many(40, 'a');
  Bench bench({{"text", "aa"}, {"text", "aaaaaaaa"}, {"text", many}, {"text", "aab"}});
  EXPECT_THAT(bench.Find(With("text", many)), UnorderedElementsAre(0, 1, 2));
  EXPECT_THAT(bench.Find(With("text", std::string(39, 'a') + "b")), UnorderedElementsAre(0, 1, 3));
  EXPECT_THAT(bench.Find(With("text", std::string(100'000, 'a'))), UnorderedElementsAre(0, 1, 2));
}

// What the library does with a set depends on the set: few literals, or such as begin alike, make
// it skip ahead, and releases are known to skip too far near the end of a text.
TEST(LiteralScan, MissesNothingWhateverTheSet) {
  const std::vector<std::string> texts = {"c:\\windows\\system32\\cmd.exe",
                                          "\\\\srv\\share\\x.dll",
                                          "cmd.exe /c \"whoami\" && net user",
                                          "it's `quoted` \"twice\"",
                                          "7781808c-ad94-bebc-9d48",
                                          "/usr/bin/python3",
                                          "10,125 10.134",
                                          "qualys.corp.com",
                                          "a*b**c",
                                          "-encodedcommand"};
  std::mt19937_64 random(11);
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  const auto part = [&] {
    const std::string& text = texts[below(texts.size())];
    const size_t begin = below(text.size());
    return text.substr(begin, 1 + below(text.size() - begin));
  };
  const schema::SchemaPtr schema = TableSchema();
  const schema::FieldId field = schema->catalogue.Find("text");
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(*schema, schema->profiles.front(), std::vector{field});
  event::Decoder decoder;
  LiteralScan::Scratch scratch;
  std::vector<uint32_t> found, expected;
  for (int round = 0; round < 600; ++round) {
    const std::string alike = below(2) == 0 ? part().substr(0, 2) : "";
    std::vector<std::string> wanted;
    for (size_t count = 1 + below(below(2) == 0 ? 3 : 60); count > 0; --count)
      wanted.push_back(alike + part() + (alike.empty() ? "" : "~"));
    std::erase_if(wanted, [](const std::string& text) { return text.size() < 3; });
    std::ranges::sort(wanted);
    wanted.erase(std::ranges::unique(wanted).begin(), wanted.end());
    if (wanted.empty()) continue;
    std::vector<Literal> literals;
    for (uint32_t i = 0; i < wanted.size(); ++i)
      literals.push_back({.field = field, .text = wanted[i], .number = i});
    const LiteralScan scan(std::move(literals));
    scan.Prepare(scratch);
    for (int i = 0; i < 400; ++i) {
      std::vector<std::string> values(1 + below(8));
      for (std::string& one : values) one = below(3) == 0 ? wanted[below(wanted.size())] : part();
      found.clear();
      const std::string json = ArrayOf("text", values);
      ASSERT_EQ(decoder.Decode(*plan, json), event::Reject::kNone) << json;
      EXPECT_TRUE(scan.Find(decoder.event(), kNoLimit, scratch, found));
      std::ranges::sort(found);
      found.erase(std::ranges::unique(found).begin(), found.end());
      expected.clear();
      for (uint32_t n = 0; n < wanted.size(); ++n)
        if (std::ranges::any_of(values, [&](const std::string& one) {
              return one.find(wanted[n]) != std::string::npos;
            }))
          expected.push_back(n);
      ASSERT_EQ(found, expected) << "round " << round << ": " << ::testing::PrintToString(values);
    }
  }
}

TEST(LiteralScan, GivesUpAtTheLimit) {
  Bench bench(std::vector<Wanted>{{"text", "ab"}});
  std::string text;
  for (int i = 0; i < 10; ++i) text += "ab ";
  EXPECT_THAT(bench.Find(With("text", text), 10), UnorderedElementsAre(0));
  EXPECT_TRUE(bench.complete());
  bench.Find(With("text", text), 9);
  EXPECT_FALSE(bench.complete());
  bench.Find(With("text", "ab"), 9);
  EXPECT_TRUE(bench.complete()) << "of this event";
}

// No value holds it, since values are valid UTF-8.
TEST(LiteralScan, ALiteralOfTheSeparator) {
  Bench bench({{"text", "ab\xFF"}, {"text", "\xFF\xFF"}, {"text", "ab"}});
  EXPECT_THAT(bench.Find(R"({"text":["ab","",""]})"), UnorderedElementsAre(2));
}

TEST(LiteralScan, OnlyDecodableValues) {
  Bench bench(std::vector<Wanted>{{"text", "abc"}});
  EXPECT_THAT(bench.Find(R"({"text":[{"abc":"abc"},"xabc"]})"), UnorderedElementsAre(0));
  EXPECT_THAT(bench.Find(R"({"text":{"abc":"abc"}})"), IsEmpty());
}

TEST(LiteralScan, OneScratchForSeveralScans) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::FieldId field = schema->catalogue.Find("text");
  std::vector<Literal> many;
  for (uint32_t i = 0; i < 3000; ++i)
    many.push_back({.field = field, .text = "literal" + std::to_string(i) + "$", .number = i});
  const LiteralScan small({{.field = field, .text = "abc", .number = 0}}), large(many);
  EXPECT_GT(large.memory_bytes(), small.memory_bytes());
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(*schema, schema->profiles.front(), std::vector{field});
  event::Decoder decoder;
  const std::string json = With("text", "abc literal2999$");
  ASSERT_EQ(decoder.Decode(*plan, json), event::Reject::kNone);
  LiteralScan::Scratch scratch;
  for (const LiteralScan* scan : {&small, &large, &small}) {
    scan->Prepare(scratch);
    std::vector<uint32_t> found;
    EXPECT_TRUE(scan->Find(decoder.event(), kNoLimit, scratch, found));
    EXPECT_THAT(found, UnorderedElementsAre(scan == &small ? 0u : 2999u));
  }
}

}  // namespace
}  // namespace riposte::match
