#include "base/bytes.h"

#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

std::string Written(const std::function<void(ByteWriter&)>& write) {
  std::string out;
  ByteWriter writer(out);
  write(writer);
  return out;
}

TEST(BytesTest, TheFormIsFixed) {
  EXPECT_EQ(Written([](ByteWriter& w) { w.Unsigned(0); }), std::string("\0", 1));
  EXPECT_EQ(Written([](ByteWriter& w) { w.Unsigned(127); }), "\x7f");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Unsigned(300); }), "\xac\x02");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Signed(-1); }), "\x01");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Signed(1); }), "\x02");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Real(1.0); }), std::string("\0\0\0\0\0\0\xf0\x3f", 8));
  EXPECT_EQ(Written([](ByteWriter& w) { w.Text("ab"); }),
            "\x02"
            "ab");
}

TEST(BytesTest, WhatIsWrittenIsReadBack) {
  const std::vector<int64_t> edges = {0,
                                      1,
                                      -1,
                                      63,
                                      64,
                                      -64,
                                      -65,
                                      127,
                                      128,
                                      std::numeric_limits<int64_t>::max(),
                                      std::numeric_limits<int64_t>::min()};
  std::mt19937_64 random(1);
  for (int round = 0; round < 1000; ++round) {
    const int64_t value = round < static_cast<int>(edges.size())
                              ? edges[static_cast<size_t>(round)]
                              : static_cast<int64_t>(random() >> (random() % 64));
    const std::string bytes = Written([&](ByteWriter& w) {
      w.Signed(value);
      w.Unsigned(static_cast<uint64_t>(value));
      w.Byte(7);
      w.Text("x");
      w.Real(static_cast<double>(value) / 3);
    });
    ByteReader reader(bytes);
    EXPECT_EQ(reader.Signed(), value);
    EXPECT_EQ(reader.Unsigned(), static_cast<uint64_t>(value));
    EXPECT_EQ(reader.Byte(), 7);
    EXPECT_EQ(reader.Text(), "x");
    EXPECT_EQ(reader.Real(), static_cast<double>(value) / 3);
    EXPECT_TRUE(reader.ok() && reader.at_end());
    // Each cut is seen.
    for (size_t size = 0; size < bytes.size(); ++size) {
      ByteReader cut(std::string_view(bytes).substr(0, size));
      cut.Signed();
      cut.Unsigned();
      cut.Byte();
      cut.Text();
      cut.Real();
      EXPECT_FALSE(cut.ok()) << size;
    }
  }
}

TEST(BytesTest, WhatIsMalformedReadsAsNothing) {
  const std::vector<std::string> malformed = {"",
                                              "\x80",
                                              std::string("\x80\x00", 2),
                                              std::string(9, '\xff') + std::string(1, '\0'),
                                              std::string(9, '\xff') + "\x02",
                                              std::string(11, '\xff')};
  for (const std::string& bytes : malformed) {
    ByteReader reader(bytes);
    EXPECT_EQ(reader.Unsigned(), 0u);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.Byte(), 0);
  }
  ByteReader largest(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  EXPECT_EQ(largest.Unsigned(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(largest.ok());
}

TEST(BytesTest, ACountIsOfWhatCanBeThere) {
  ByteReader fits(
      "\x03"
      "abc");
  EXPECT_EQ(fits.Count(), 3u);
  ByteReader too_many(
      "\x04"
      "abc");
  EXPECT_EQ(too_many.Count(), 0u);
  EXPECT_FALSE(too_many.ok());
  ByteReader wide(
      "\x02"
      "abc");
  EXPECT_EQ(wide.Count(2), 0u);
  EXPECT_FALSE(wide.ok());
}

}  // namespace
}  // namespace riposte
