#include "engine/trigger/group_key.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/digest.h"
#include "engine/event/decode.h"
#include "tests/support/schema_builder.h"

namespace riposte::trigger {
namespace {

using schema::FieldType;

std::string KeyOf(const std::vector<std::string>& values, size_t bytes_max = kKeyBytesMax) {
  KeyWriter writer;
  for (const std::string& value : values) writer.AddText(value);
  return std::move(writer).Finish(bytes_max);
}

TEST(GroupKeyTest, TellsItsValuesBack) {
  for (const std::vector<std::string>& values : std::vector<std::vector<std::string>>{
           {}, {""}, {"", ""}, {"a"}, {"a", "b"}, {"ab"}, {std::string("\0\xff\x01", 3), "x"}})
    EXPECT_EQ(ValuesOfKey(KeyOf(values)), values);
}

TEST(GroupKeyTest, ALongValueIsItsHash) {
  const std::string longest(kValueBytesMax, 'x');
  const std::string longer = longest + "x";
  EXPECT_EQ(ValuesOfKey(KeyOf({"a", longest})), (std::vector<std::string>{"a", longest}));
  EXPECT_EQ(ValuesOfKey(KeyOf({"a", longer})),
            (std::vector<std::string>{"a", "sha256:" + Sha256Hex(longer)}));
  // The hash as a value is not the same.
  EXPECT_NE(KeyOf({longer}), KeyOf({Sha256(longer)}));
}

TEST(GroupKeyTest, ALongKeyIsItsHash) {
  std::vector<std::string> values(7, std::string(kValueBytesMax, 'x'));
  values.push_back(std::string(kKeyBytesMax - 7 * (kValueBytesMax + 2) - 2, 'y'));
  const std::string longest = KeyOf(values);
  EXPECT_EQ(longest.size(), kKeyBytesMax);
  EXPECT_EQ(ValuesOfKey(longest), values);
  EXPECT_FALSE(IsHash(longest));
  values.back() += 'y';
  const std::string longer = KeyOf(values);
  EXPECT_TRUE(IsHash(longer));
  EXPECT_EQ(longer.size(), 33u);
  EXPECT_EQ(ValuesOfKey(longer).size(), 1u);
  std::vector<KeyValue> split;
  EXPECT_FALSE(SplitKey(longer, split));
}

TEST(GroupKeyTest, ValuesOfOneKeyMakeAnother) {
  const std::string key = KeyOf({"a", std::string(200, 'x'), "c"});
  std::vector<KeyValue> values;
  ASSERT_TRUE(SplitKey(key, values));
  KeyWriter writer;
  writer.Add(values[1]);
  writer.Add(values[0]);
  EXPECT_EQ(std::move(writer).Finish(), KeyOf({std::string(200, 'x'), "a"}));
}

// Few bytes, so that what runs together would be equal.
TEST(GroupKeyTest, DifferentValuesHaveDifferentKeys) {
  std::mt19937_64 random(1);
  std::map<std::string, std::vector<std::string>> seen;
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::string> values(random() % 4);
    for (std::string& value : values)
      for (uint64_t n = random() % 4; n > 0; --n) value += static_cast<char>(random() % 5);
    // At a bound that makes some of them hashes.
    const std::string key = KeyOf(values, 6);
    const auto [at, is_new] = seen.emplace(key, values);
    ASSERT_EQ(at->second, values) << is_new;
  }
}

TEST(GroupKeyTest, AnyBytesCanBeSplitOrNot) {
  std::mt19937_64 random(1);
  size_t good = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes;
    for (uint64_t n = random() % 40; n > 0; --n)
      bytes += static_cast<char>(random() % 3 == 0 ? random() : random() % 12);
    std::vector<KeyValue> values;
    if (!SplitKey(bytes, values)) continue;
    ++good;
    for (const KeyValue& value : values) ASSERT_LE(value.bytes.size(), kValueBytesMax);
  }
  EXPECT_GT(good, 100u);
}

class TextOfFirstTest : public testing::Test {
 protected:
  std::optional<std::string> TextOf(FieldType type, const std::string& json) {
    test::SchemaBuilder builder;
    const schema::FieldId field = builder.Field("x", type, "x");
    const auto plan =
        event::Plan::Compile(builder.schema(), builder.profile(), builder.AllFields());
    const std::string bytes = R"({"x": )" + json + "}";
    event::Decoder decoder;
    EXPECT_EQ(decoder.Decode(*plan, bytes), event::Reject::kNone);
    return TextOfFirst(decoder.event(), field, type);
  }
};

TEST_F(TextOfFirstTest, TextsAreFolded) {
  EXPECT_EQ(TextOf(FieldType::kText, R"("C:\\Temp\\\u00c4.EXE")"), "c:\\temp\\\u00e4.exe");
  EXPECT_EQ(TextOf(FieldType::kKeyword, R"("WIN7")"), "win7");
  EXPECT_EQ(TextOf(FieldType::kKeyword, R"("")"), "");
}

TEST_F(TextOfFirstTest, EqualValuesHaveOneText) {
  EXPECT_EQ(TextOf(FieldType::kNumber, "1.0"), "1");
  EXPECT_EQ(TextOf(FieldType::kNumber, R"("1e0")"), "1");
  EXPECT_EQ(TextOf(FieldType::kNumber, "1e15"), "1000000000000000");
  EXPECT_EQ(TextOf(FieldType::kIp, R"("::ffff:10.0.0.1")"),
            TextOf(FieldType::kIp, R"("10.0.0.1")"));
  EXPECT_EQ(TextOf(FieldType::kDate, R"("2026-01-15T17:00:00+01:00")"), "2026-01-15T16:00:00.000Z");
  EXPECT_EQ(TextOf(FieldType::kBool, "true"), "true");
}

TEST_F(TextOfFirstTest, OfSeveralItIsTheFirstThatCanBeUsed) {
  EXPECT_EQ(TextOf(FieldType::kKeyword, R"(["B", "A"])"), "b");
  EXPECT_EQ(TextOf(FieldType::kNumber, R"(["n/a", 7, 8])"), "7");
  EXPECT_EQ(TextOf(FieldType::kNumber, R"("n/a")"), std::nullopt);
  EXPECT_EQ(TextOf(FieldType::kKeyword, "null"), std::nullopt);
  EXPECT_EQ(TextOf(FieldType::kKeyword, "[]"), std::nullopt);
}

}  // namespace
}  // namespace riposte::trigger
