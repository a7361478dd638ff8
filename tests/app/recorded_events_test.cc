#include "app/recorded_events.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

class RecordedEventsTest : public testing::Test {
 protected:
  Status Add(RecordedEvents& events, std::string_view text, size_t event_bytes_max = 100) {
    return events.Add(folder_.Write("events.ndjson", text), event_bytes_max);
  }
  test::TempDir folder_;
};

TEST_F(RecordedEventsTest, LinesOfSeveralFilesWithoutEmptyOnes) {
  RecordedEvents events(1000);
  ASSERT_TRUE(Add(events, "{\"a\":1}\n\n\r\n{}\r\n").ok());
  ASSERT_TRUE(Add(events, "[2]").ok());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0], "{\"a\":1}");
  EXPECT_EQ(events[1], "{}");
  EXPECT_EQ(events[2], "[2]");
  EXPECT_EQ(events.bytes(), 12u);
  EXPECT_FALSE(events.cut());
  // Readable, whatever it is: the sanitizer watches.
  EXPECT_EQ(events[2].data()[events[2].size() + RecordedEvents::kPadding - 1], ' ');
}

TEST_F(RecordedEventsTest, UpToTheBound) {
  for (const auto& [most, size, cut] : {std::tuple(9u, 2u, true), {10u, 3u, false}}) {
    RecordedEvents events(most);
    ASSERT_TRUE(Add(events, "1111\n22\n3333\n").ok());
    EXPECT_EQ(events.size(), size) << most;
    EXPECT_EQ(events.cut(), cut) << most;
    ASSERT_TRUE(Add(events, "4\n").ok());
    EXPECT_EQ(events.size(), size) << "nothing goes behind what was left out, or it is full";
  }
}

TEST_F(RecordedEventsTest, ALineThatIsTooLongStaysTooLong) {
  RecordedEvents events(1000);
  ASSERT_TRUE(Add(events, "12345\n123456\n1234567890\n", 5).ok());
  EXPECT_EQ(events[0].size(), 5u);
  EXPECT_EQ(events[1].size(), 6u);
  EXPECT_EQ(events[2].size(), 6u);
}

TEST_F(RecordedEventsTest, AFileThatIsNotThere) {
  RecordedEvents events(1000);
  EXPECT_EQ(events.Add(folder_.path() + "/none", 100).code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace riposte::app
