#include "base/log.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"

namespace riposte::log {
namespace {

template <typename Function>
std::string Logged(Level level, Format format, Function function) {
  Configure(level, format);
  testing::internal::CaptureStderr();
  function();
  std::string text = testing::internal::GetCapturedStderr();
  Configure(Level::kInfo, Format::kJson);
  return text;
}

TEST(Log, OneJsonObjectALine) {
  const std::string text = Logged(Level::kInfo, Format::kJson, [] {
    Write(Level::kWarn, "reload", "rules-refused", "a \"bad\"\nrule",
          {{"path", std::string_view("x\xff")},
           {"errors", int64_t{3}},
           {"share", 0.5},
           {"kept", true}});
  });
  ASSERT_EQ(text.find('\n'), text.size() - 1) << text;
  const Result<json::Value> line = json::Parse(text);
  ASSERT_TRUE(line.ok()) << line.status().message() << text;
  EXPECT_EQ(line->StringOr("level", ""), "warn");
  EXPECT_EQ(line->StringOr("component", ""), "reload");
  EXPECT_EQ(line->StringOr("code", ""), "rules-refused");
  EXPECT_EQ(line->StringOr("msg", ""), "a \"bad\"\nrule");
  EXPECT_EQ(line->StringOr("path", ""), "x\xEF\xBF\xBD");
  EXPECT_TRUE(ParseTime(line->StringOr("ts", "")));
  EXPECT_EQ(*line->Find("errors"), json::Value(3));
  EXPECT_EQ(*line->Find("share"), json::Value(0.5));
  EXPECT_EQ(*line->Find("kept"), json::Value(true));
}

TEST(Log, LevelsBelowAreLeftOut) {
  for (const Level least : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
    const std::string text = Logged(least, Format::kJson, [] {
      for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
        Write(level, "test", "level", LevelName(level));
      }
    });
    for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
      const std::string quoted = "\"msg\":\"" + std::string(LevelName(level)) + "\"";
      EXPECT_EQ(text.find(quoted) != std::string::npos, level >= least) << text;
    }
  }
}

TEST(Log, TextCannotDriveTheTerminal) {
  const std::string text = Logged(Level::kInfo, Format::kText, [] {
    Write(Level::kInfo, "run", "started", "reading",
          {{"topic", std::string_view("a\x1b[2Jb")}, {"n", int64_t{1}}});
    Write(Level::kInfo, "run", "started", "two\nlines");
  });
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("info  run: reading [started] topic=\"a\\u001b[2Jb\" n=1\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("run: \"two\\nlines\" [started]\n"), std::string::npos) << text;
}

TEST(Log, LevelNamesRoundTrip) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
    EXPECT_EQ(ParseLevel(LevelName(level)), level);
  }
  EXPECT_EQ(ParseLevel("verbose"), std::nullopt);
}

TEST(Limiter, OneAnIntervalAndHowManyWereSwallowed) {
  Limiter limiter(Duration(1000));
  uint64_t suppressed = 7;
  EXPECT_TRUE(limiter.Admit(TimeFromMs(5000), suppressed));
  EXPECT_EQ(suppressed, 0u);
  EXPECT_FALSE(limiter.Admit(TimeFromMs(5000), suppressed));
  EXPECT_FALSE(limiter.Admit(TimeFromMs(5999), suppressed));
  EXPECT_TRUE(limiter.Admit(TimeFromMs(6000), suppressed));
  EXPECT_EQ(suppressed, 2u);
  EXPECT_TRUE(limiter.Admit(TimeFromMs(7000), suppressed));
  EXPECT_EQ(suppressed, 0u);
}

TEST(Limiter, ThreadsShareOneInterval) {
  Limiter limiter(Duration(1000));
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      uint64_t suppressed = 0;
      for (int i = 0; i < 1000; ++i) admitted += limiter.Admit(TimeFromMs(1), suppressed) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted.load(), 1);
  uint64_t suppressed = 0;
  EXPECT_TRUE(limiter.Admit(TimeFromMs(1001), suppressed));
  EXPECT_EQ(suppressed, 3999u);
}

TEST(Limiter, TheLineSaysHowManyItStandsFor) {
  const std::string text = Logged(Level::kInfo, Format::kJson, [] {
    Limiter limiter(Duration(0));
    WriteLimited(limiter, Level::kInfo, "test", "first", "one");
    Limiter long_limiter(std::chrono::hours(1));
    for (int i = 0; i < 3; ++i)
      WriteLimited(long_limiter, Level::kInfo, "test", "repeated", "many");
  });
  EXPECT_EQ(text.find("suppressed"), std::string::npos);
  EXPECT_EQ(text.find("many"), text.rfind("many"));
}

}  // namespace
}  // namespace riposte::log
