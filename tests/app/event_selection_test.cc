// Standard input is read through the built program (cli_explain_test.cc).
#include "app/event_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;

class EventSelection : public testing::Test {
 protected:
  std::string Read(const std::string& text, size_t event_bytes_max = 1000) {
    Result<SelectedEvent> event = ReadEvent(text, event_bytes_max);
    status_ = event.status();
    if (!event.ok()) return "(error)";
    line_ = event->line;
    file_ = event->file;
    return event->bytes;
  }

  const test::TempDir folder_;
  Status status_;
  std::string file_;
  int64_t line_ = -1;
};

TEST_F(EventSelection, AFileIsOneEvent) {
  const std::string path = folder_.Write("e.json", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n");
  EXPECT_EQ(Read(path), "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n");
  EXPECT_EQ(file_, path);
  EXPECT_EQ(line_, 0);
  EXPECT_EQ(Read(folder_.Write("line.json", "{\"a\":1}\n\n")), "{\"a\":1}\n\n");
  EXPECT_EQ(Read(folder_.Write("empty.json", "")), "");
}

TEST_F(EventSelection, ALineOfAFile) {
  const std::string path = folder_.Write("day.ndjson", "{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":4}");
  EXPECT_EQ(Read(path + ":1"), "{\"a\":1}");
  EXPECT_EQ(file_, path);
  EXPECT_EQ(line_, 1);
  EXPECT_EQ(Read(path + ":2"), "{\"a\":2}");
  EXPECT_EQ(Read(path + ":3"), "");
  EXPECT_EQ(Read(path + ":4"), "{\"a\":4}");
  EXPECT_EQ(Read(path + ":5"), "(error)");
  EXPECT_EQ(status_.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status_.message(), HasSubstr("day.ndjson has 4 lines, not 5"));
  EXPECT_EQ(Read(path + ":0"), "(error)");
  EXPECT_EQ(status_.message(), "lines are counted from 1");
}

TEST_F(EventSelection, ACompressedFile) {
  // Gzip of {"a":1} and {"a":2}, a line each.
  constexpr std::string_view kGzip(
      "\037\213\010\000\000\000\000\000\002\003\253\126\112\124\262\062"
      "\254\345\252\006\321\106\265\134\000\146\300\132\031\020\000\000"
      "\000",
      33);
  const std::string path = folder_.Write("day.ndjson.gz", kGzip);
  EXPECT_EQ(Read(path + ":2"), "{\"a\":2}");
  EXPECT_EQ(Read(path), "(error)");
  EXPECT_THAT(status_.message(), HasSubstr("has an event a line"));
}

TEST_F(EventSelection, AFileOfEventsNeedsALine) {
  for (const char* bytes : {"{\"a\":1}\n{\"a\":2}\n", "\n{}\r\n\r\n{}", "{}\n{"}) {
    EXPECT_EQ(Read(folder_.Write("day.ndjson", bytes)), "(error)");
    EXPECT_EQ(status_.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(status_.message(), HasSubstr("day.ndjson has an event a line: name one, as in "));
  }
}

TEST_F(EventSelection, ANameThatEndsLikeALine) {
  const std::string path = folder_.Write("events:7", "{}");
  EXPECT_EQ(Read(path), "{}");
  EXPECT_EQ(line_, 0);
  EXPECT_EQ(Read(path + ":1"), "{}");
  EXPECT_EQ(line_, 1);
}

TEST_F(EventSelection, WhatCannotBeRead) {
  EXPECT_EQ(Read(folder_.path() + "/none.json"), "(error)");
  EXPECT_THAT(status_.message(), HasSubstr("none.json"));
  EXPECT_EQ(Read(folder_.path() + "/none.json:1"), "(error)");
  EXPECT_THAT(status_.message(), HasSubstr("none.json"));
  EXPECT_EQ(Read(folder_.Write("bad.zst", "no zstd")), "(error)");
}

// Whoever decodes it sees that it is too large.
TEST_F(EventSelection, OfALargeEventMoreThanTheLimit) {
  const std::string path = folder_.Write("large.json", std::string(100, ' '));
  EXPECT_EQ(Read(path, 100).size(), 100u);
  EXPECT_GT(Read(path, 99).size(), 99u);
  EXPECT_EQ(Read(path + ":1", 99).size(), 100u);
}

TEST_F(EventSelection, ARunOfEvents) {
  const std::string path = folder_.Write("day.ndjson", "1\n22\r\n\n444444\n5");
  const auto read = [&](const std::string& text, size_t event_bytes_max = 1000) {
    std::string lines;
    const Result<std::string> file =
        ReadEvents(text, event_bytes_max, [&](std::string_view bytes, int64_t line) {
          lines += std::to_string(line) + "=" + std::string(bytes) + " ";
        });
    status_ = file.status();
    if (file.ok()) file_ = *file;
    return lines;
  };
  EXPECT_EQ(read(path), "1=1 2=22 4=444444 5=5 ");
  EXPECT_EQ(file_, path);
  EXPECT_EQ(read(path + ":2-4"), "2=22 4=444444 ");
  EXPECT_EQ(file_, path);
  EXPECT_EQ(read(path + ":5-5"), "5=5 ");
  EXPECT_EQ(read(path + ":4-99"), "4=444444 5=5 ");
  EXPECT_EQ(read(path, 3), "1=1 2=22 4=4444 5=5 ") << "more than the limit, which rejects it";
  EXPECT_EQ(read(path + ":6-7"), "");
  EXPECT_EQ(status_.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status_.message(), HasSubstr("day.ndjson has 5 lines, not 6"));
  for (const char* range : {":0-3", ":3-2"}) {
    EXPECT_EQ(read(path + range), "");
    EXPECT_EQ(status_.code(), ErrorCode::kInvalidArgument) << range;
  }
  for (const char* range : {":a-3", ":3-", ":-3", ":1", "-3"}) {
    EXPECT_EQ(read(path + range), "");
    EXPECT_THAT(status_.message(), HasSubstr("No such file")) << range;
  }
  EXPECT_EQ(read(folder_.Write("odd:1-2", "x")), "1=x ") << "a file whose name is such";
}

}  // namespace
}  // namespace riposte::app
