#include "app/crash_log.h"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/crash_line.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using pipeline::CrashedRecord;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const pipeline::PartitionId kEdr{.topic = "edr", .partition = 3};

std::string Line(int64_t offset, int partition = 3, std::string_view topic = "edr",
                 int64_t times = 1) {
  CrashLineBuffer buffer;
  return std::string(FormatCrashLine({.signal = "SIGSEGV",
                                      .times = times,
                                      .partition = partition,
                                      .offset = offset,
                                      .topic = topic},
                                     buffer));
}

class CrashLogTest : public testing::Test {
 protected:
  std::string state() const { return folder_.path() + "/state"; }
  std::string path() const { return state() + "/crashes"; }
  std::string Text() const { return test::ReadFile(path()); }
  void Write(std::string_view text) const { folder_.Write("state/crashes", text); }
  // As "offset:crashes", of the file as it is, for the partition read from `start` on.
  std::vector<std::string> Known(int64_t start = 0,
                                 const pipeline::PartitionId& partition = kEdr) const {
    CrashLog log(state());
    EXPECT_TRUE(log.problem().ok()) << log.problem().message();
    std::vector<std::string> known;
    for (const CrashedRecord& record : log.OnAssigned(partition, start))
      known.push_back(fmt::format("{}:{}", record.offset, record.crashes));
    return known;
  }

  const test::TempDir folder_;
};

TEST_F(CrashLogTest, ANewStateDirectoryIsMade) {
  const CrashLog log(state());
  EXPECT_TRUE(log.problem().ok()) << log.problem().message();
  EXPECT_GE(log.file(), 0);
  EXPECT_EQ(Text(), "");
  EXPECT_EQ(log.Summary(),
            "0 records known that crashed the process, 0 dead-lettered as poison since the start");
}

TEST_F(CrashLogTest, WhatIsAppendedIsCountedByRecord) {
  for (const std::string& line :
       {Line(42), Line(7), Line(42), Line(42, 4), Line(42, 3, "winlog"), Line(42)}) {
    const CrashLog log(state());
    ASSERT_EQ(write(log.file(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  EXPECT_THAT(Known(), ElementsAre("7:1", "42:3"));
  EXPECT_THAT(Known(0, {.topic = "edr", .partition = 4}), ElementsAre("42:1"));
  EXPECT_THAT(Known(0, {.topic = "winlog", .partition = 3}), ElementsAre("42:1"));
  EXPECT_THAT(Known(0, {.topic = "edr", .partition = 5}), IsEmpty());
}

TEST_F(CrashLogTest, ATornLastLineIsDroppedAndTheNextCrashIsCounted) {
  Write(Line(42) + Line(42) + "crash1 SIGSEGV 1 3 4");
  {
    const CrashLog log(state());
    EXPECT_EQ(Text(), Line(42, 3, "edr", 2));
    const std::string line = Line(42);
    ASSERT_EQ(write(log.file(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  EXPECT_THAT(Known(), ElementsAre("42:3"));
}

TEST_F(CrashLogTest, ALineThatLacksItsEndOnlyIsTornToo) {
  const std::string line = Line(42);
  Write(line.substr(0, line.size() - 1));
  EXPECT_THAT(Known(), IsEmpty());
}

TEST_F(CrashLogTest, GarbageBetweenTheLinesIsDropped) {
  Write("\n\xff\xfe" + std::string(3, '\0') + "\n" + Line(42) +
        "crash1 SIGSEGV 1 3 -1 edr\nhello\n" + Line(42));
  EXPECT_THAT(Known(), ElementsAre("42:2"));
  EXPECT_EQ(Text(), Line(42, 3, "edr", 2));
}

TEST_F(CrashLogTest, OfALargeFileTheEndIsRead) {
  std::string text;
  while (text.size() <= CrashLog::kFileBytesMax) text += Line(1);
  Write(text + Line(42) + Line(42) + Line(42));
  EXPECT_THAT(Known(), ElementsAre("1:1000", "42:3"));
  EXPECT_LT(Text().size(), 100u);
}

TEST_F(CrashLogTest, AFileOfExactlyTheLimitIsReadWhole) {
  std::string text = Line(42);
  while (text.size() < CrashLog::kFileBytesMax) text += '\n';
  Write(text);
  EXPECT_THAT(Known(), ElementsAre("42:1"));
  Write(text + '\n');
  EXPECT_THAT(Known(), IsEmpty()) << "now its first byte is missing";
}

TEST_F(CrashLogTest, ALargeFileWithoutAnyLineIsNoHarm) {
  Write(std::string(2 * CrashLog::kFileBytesMax, 'x'));
  EXPECT_THAT(Known(), IsEmpty());
  EXPECT_EQ(Text(), "");
}

TEST_F(CrashLogTest, OnlySoManyRecordsAreRemembered) {
  std::string text;
  for (size_t i = 0; i <= CrashLog::kRecordsMax; ++i) text += Line(static_cast<int64_t>(i));
  Write(text + Line(1));
  std::vector<std::string> known = Known();
  ASSERT_EQ(known.size(), CrashLog::kRecordsMax);
  EXPECT_EQ(known.front(), "1:2") << "the one that crashed longest ago is gone";
  EXPECT_EQ(known.back(), fmt::format("{}:1", CrashLog::kRecordsMax));
}

TEST_F(CrashLogTest, CountsDoNotGrowForEver) {
  Write(Line(42, 3, "edr", 1000) + Line(42, 3, "edr", 1000));
  EXPECT_THAT(Known(), ElementsAre("42:1000"));
}

TEST_F(CrashLogTest, WhatIsCommittedElsewhereIsForgottenOnAssignment) {
  Write(Line(41) + Line(42) + Line(41, 4));
  EXPECT_THAT(Known(42), ElementsAre("42:1"));
  EXPECT_EQ(Text(), Line(42) + Line(41, 4));
}

TEST_F(CrashLogTest, WhatIsCommittedHereIsForgottenAndTold) {
  Write(Line(41) + Line(42, 3, "edr", 3) + Line(43) + Line(42, 4));
  CrashLog log(state());
  ASSERT_EQ(log.OnAssigned(kEdr, 41).size(), 3u);
  log.OnCommitted(kEdr, 42);
  EXPECT_EQ(Text(), Line(42, 3, "edr", 3) + Line(43) + Line(42, 4));
  EXPECT_THAT(log.Summary(),
              HasSubstr("3 records known that crashed the process, 0 dead-lettered"));
  log.OnCommitted(kEdr, 43);
  EXPECT_EQ(Text(), Line(43) + Line(42, 4));
  EXPECT_EQ(
      log.Summary(),
      "2 records known that crashed the process, 1 dead-lettered as poison since the start, the "
      "last one edr-3 at offset 42");
}

TEST_F(CrashLogTest, TheDescriptorStaysThatOfTheFile) {
  Write(Line(41) + Line(42));
  CrashLog log(state());
  const int file = log.file();
  log.OnAssigned(kEdr, 42);
  EXPECT_EQ(log.file(), file);
  const std::string line = Line(42);
  ASSERT_EQ(write(file, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  EXPECT_EQ(Text(), Line(42) + Line(42));
}

// A disk that is full later does not hide a crash.
TEST_F(CrashLogTest, ThereIsRoomForFurtherCrashes) {
  const CrashLog log(state());
  struct stat about {};
  ASSERT_EQ(fstat(log.file(), &about), 0);
  EXPECT_EQ(about.st_size, 0);
  if (about.st_blocks == 0)
    GTEST_SKIP() << "the file system of the temporary folder reserves no blocks";
  EXPECT_GE(about.st_blocks * 512, 4096);
}

TEST_F(CrashLogTest, AStateDirectoryThatIsAFile) {
  const std::string file = folder_.Write("file", "");
  const CrashLog log(file);
  EXPECT_EQ(log.problem().code(), ErrorCode::kIo);
  EXPECT_THAT(log.problem().message(), HasSubstr(file));
  EXPECT_EQ(log.file(), -1);
  EXPECT_THAT(log.Summary(), StartsWith("NOT COUNTED: " + file));
}

TEST_F(CrashLogTest, NoStateDirectory) {
  const CrashLog log("");
  EXPECT_EQ(log.problem().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(log.file(), -1);
}

TEST_F(CrashLogTest, AFolderInThePlaceOfTheFile) {
  fs::create_directories(path() + "/deep");
  const CrashLog log(state());
  EXPECT_EQ(log.problem().code(), ErrorCode::kIo);
  EXPECT_EQ(log.file(), -1);
}

// As on a disk that is full: the new file cannot be written. The old one still counts.
TEST_F(CrashLogTest, WhereTheFileCannotBeWrittenAnewItIsAppendedTo) {
  for (const char* const torn : {"", "crash1 SIGSEGV 1 3 4"}) {
    Write(Line(42) + torn);
    fs::create_directories(state() + "/crashes.new");
    {
      CrashLog log(state());
      EXPECT_TRUE(log.problem().ok());
      const std::string line = Line(42);
      ASSERT_EQ(write(log.file(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
    }
    fs::remove(state() + "/crashes.new");
    EXPECT_THAT(Known(), ElementsAre("42:2")) << torn;
  }
}

TEST_F(CrashLogTest, WhatCannotBeTakenOutOfTheFileIsForgottenAllTheSame) {
  Write(Line(42, 3, "edr", 3));
  CrashLog log(state());
  fs::create_directories(state() + "/crashes.new");
  ASSERT_EQ(log.OnAssigned(kEdr, 0).size(), 1u);
  log.OnCommitted(kEdr, 43);
  EXPECT_THAT(log.Summary(),
              HasSubstr("0 records known that crashed the process, 1 dead-lettered"));
  EXPECT_EQ(Text(), Line(42, 3, "edr", 3));
  EXPECT_TRUE(log.OnAssigned(kEdr, 43).empty());
}

// What a second process could read still counts there: the record is dead-lettered.
TEST_F(CrashLogTest, WithAProblemWhatWasReadIsStillKnown) {
  Write(Line(42, 3, "edr", 3));
  const CrashLog first(state());
  CrashLog second(state());
  ASSERT_FALSE(second.problem().ok());
  const std::vector<CrashedRecord> known = second.OnAssigned(kEdr, 0);
  ASSERT_EQ(known.size(), 1u);
  EXPECT_EQ(known[0].crashes, 3);
  second.OnCommitted(kEdr, 43);
  EXPECT_EQ(Text(), Line(42, 3, "edr", 3)) << "the file is the first one's";
}

TEST_F(CrashLogTest, ASecondProcessIsTold) {
  const CrashLog first(state());
  {
    const CrashLog second(state());
    EXPECT_EQ(second.file(), -1);
    EXPECT_THAT(second.problem().message(), HasSubstr("another process uses this state directory"));
  }
  EXPECT_TRUE(first.problem().ok());
}

}  // namespace
}  // namespace riposte::app
