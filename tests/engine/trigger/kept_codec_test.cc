#include "engine/trigger/kept_codec.h"

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

TEST(KeptCodecTest, ATallyIsReadBackWholeOnly) {
  Tally tally;
  const Place base{.time = TimeFromMs(5000), .order = 7};
  for (uint64_t i = 0; i < 50; ++i)
    tally.Add({.place = {.time = TimeFromMs(4000 + static_cast<int64_t>(i)), .order = 90 - i},
               .event = std::to_string(i)});
  std::string bytes;
  ByteWriter writer(bytes);
  WriteTally(tally, base, writer);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    const Tally read = ReadTally(base, reader);
    EXPECT_EQ(reader.ok(), size == bytes.size());
    if (size == bytes.size()) {
      EXPECT_EQ(read, tally);
    }
  }
}

TEST(KeptCodecTest, ATimeBeyondTheBoundFails) {
  for (const int64_t beyond : {0, 1}) {
    std::string bytes;
    ByteWriter writer(bytes);
    WriteTime(kTimeMax + Duration(beyond), Time{}, writer);
    ByteReader reader(bytes);
    ReadTime(Time{}, reader);
    EXPECT_EQ(reader.ok(), beyond == 0);
  }
}

}  // namespace
}  // namespace riposte::trigger
