#include "app/crash_line.h"

#include <string>

#include <gtest/gtest.h>
#include <signal.h>

namespace riposte::app {
namespace {

std::string Formatted(const CrashLine& line) {
  CrashLineBuffer buffer;
  return std::string(FormatCrashLine(line, buffer));
}

TEST(CrashLineTest, TheForm) {
  EXPECT_EQ(
      Formatted({.signal = "SIGSEGV", .times = 1, .partition = 3, .offset = 42, .topic = "edr"}),
      "crash1 SIGSEGV 1 3 42 edr\n");
}

TEST(CrashLineTest, TheLargestIsReadBack) {
  const std::string topic(249, 'x');
  const std::string text = Formatted({.signal = "SIGABRT",
                                      .times = kCrashTimesMax,
                                      .partition = INT32_MAX,
                                      .offset = INT64_MAX,
                                      .topic = topic});
  ASSERT_FALSE(text.empty());
  ASSERT_LE(text.size(), kCrashLineBytesMax);
  const std::optional<CrashLine> line =
      ParseCrashLine(std::string_view(text).substr(0, text.size() - 1));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->signal, "SIGABRT");
  EXPECT_EQ(line->times, kCrashTimesMax);
  EXPECT_EQ(line->partition, INT32_MAX);
  EXPECT_EQ(line->offset, INT64_MAX);
  EXPECT_EQ(line->topic, topic);
}

// What is not whole is neither written nor read.
TEST(CrashLineTest, Bounds) {
  const CrashLine good{
      .signal = "SIGBUS", .times = 1, .partition = 0, .offset = 0, .topic = "a.B_9-"};
  EXPECT_EQ(Formatted(good), "crash1 SIGBUS 1 0 0 a.B_9-\n");
  const std::string long_topic(250, 'x');
  for (const auto& [what, spoil] :
       std::initializer_list<std::pair<const char*, void (*)(CrashLine&)>>{
           {"signal", [](CrashLine& line) { line.signal = "SIGKILL"; }},
           {"times 0", [](CrashLine& line) { line.times = 0; }},
           {"times 1001", [](CrashLine& line) { line.times = kCrashTimesMax + 1; }},
           {"partition", [](CrashLine& line) { line.partition = -1; }},
           {"offset", [](CrashLine& line) { line.offset = -1; }},
           {"no topic", [](CrashLine& line) { line.topic = ""; }},
           {"two lines", [](CrashLine& line) { line.topic = "a\nb"; }},
           {"blank", [](CrashLine& line) { line.topic = "a b"; }}}) {
    CrashLine bad = good;
    spoil(bad);
    EXPECT_EQ(Formatted(bad), "") << what;
  }
  CrashLine bad = good;
  bad.topic = long_topic;
  EXPECT_EQ(Formatted(bad), "") << "a topic of 250 bytes";
}

TEST(CrashLineTest, GarbageIsNotRead) {
  ASSERT_TRUE(ParseCrashLine("crash1 SIGSEGV 1 3 42 edr"));
  for (const char* const text : {"",
                                 " ",
                                 "crash1",
                                 "crash2 SIGSEGV 1 3 42 edr",
                                 "crash1 SIGSEGV 1 3 42",
                                 "crash1 SIGSEGV 1 3 42 ",
                                 "crash1 SIGSEGV 1 3 42 edr ",
                                 "crash1 SIGSEGV 1 3 42 edr x",
                                 "crash1  SIGSEGV 1 3 42 edr",
                                 "crash1 SIGKILL 1 3 42 edr",
                                 "crash1 SIGSEGV 0 3 42 edr",
                                 "crash1 SIGSEGV 1001 3 42 edr",
                                 "crash1 SIGSEGV 1 -3 42 edr",
                                 "crash1 SIGSEGV 1 3 -42 edr",
                                 "crash1 SIGSEGV 1 3 4x edr",
                                 "crash1 SIGSEGV 1 3 0x42 edr",
                                 "crash1 SIGSEGV 1 2147483648 42 edr",
                                 "crash1 SIGSEGV 1 3 9223372036854775808 edr",
                                 "crash1 SIGSEGV 1 3 42 \xff",
                                 "crash1 SIGSEGV crash1 SIGSEGV 1 3 42 edr"}) {
    EXPECT_FALSE(ParseCrashLine(text)) << text;
  }
}

TEST(CrashLineTest, FourSignalsAreCrashes) {
  EXPECT_EQ(CrashSignalName(SIGABRT), "SIGABRT");
  EXPECT_EQ(CrashSignalName(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(CrashSignalName(SIGBUS), "SIGBUS");
  EXPECT_EQ(CrashSignalName(SIGFPE), "SIGFPE");
  EXPECT_EQ(CrashSignalName(SIGKILL), "");
  EXPECT_EQ(CrashSignalName(SIGTERM), "");
}

}  // namespace
}  // namespace riposte::app
