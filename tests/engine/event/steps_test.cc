#include "engine/event/steps.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

using Kind = schema::Step::Kind;

std::string Apply(const CompiledStep& step, std::string_view text) {
  Arena arena;
  StepRunner runner;
  return runner.Run({step}, arena, text) ? std::string(text) : "absent";
}

CompiledStep StepOf(Kind kind, std::string key = {}) {
  return {.kind = kind, .key = std::move(key), .map = {}, .map_default = {}};
}

TEST(StepRunner, Basename) {
  for (const auto& [path, name] : {std::pair("c:\\windows\\cmd.exe", "cmd.exe"),
                                   {"/usr/bin/sh", "sh"},
                                   {"c:/mixed\\a", "a"},
                                   {"plain", "plain"},
                                   {"folder/", ""},
                                   {"", ""}})
    EXPECT_EQ(Apply(StepOf(Kind::kBasename), path), name);
}

TEST(StepRunner, Split) {
  constexpr std::string_view kHashes = "SHA1=11,MD5=22, sha256=33 ,=44,IMPHASH=";
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "md5"), kHashes), "22");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "sha256"), kHashes), "33");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "imphash"), kHashes), "");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "sha"), kHashes), "absent");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "md5"), "22"), "absent");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "md5"), ""), "absent");
  EXPECT_EQ(Apply(StepOf(Kind::kSplit, "md5"), "MD5=a=b"), "a=b");
}

TEST(StepRunner, Map) {
  CompiledStep step = StepOf(Kind::kMap);
  step.map = {{"1", "FILE"}, {"net", "NETWORK"}};
  EXPECT_EQ(Apply(step, "1"), "FILE");
  EXPECT_EQ(Apply(step, "NET"), "NETWORK");
  EXPECT_EQ(Apply(step, "2"), "absent");
  step.map_default = "OTHER";
  EXPECT_EQ(Apply(step, "2"), "OTHER");
}

TEST(StepRunner, PrefixBracesBefore) {
  EXPECT_EQ(Apply(StepOf(Kind::kPrefix, "win-"), "7"), "win-7");
  EXPECT_EQ(Apply(StepOf(Kind::kTrimBraces), "{guid}"), "guid");
  EXPECT_EQ(Apply(StepOf(Kind::kTrimBraces), "{guid"), "{guid");
  EXPECT_EQ(Apply(StepOf(Kind::kTrimBraces), "{"), "{");
  EXPECT_EQ(Apply(StepOf(Kind::kTrimBraces), "{}"), "");
  EXPECT_EQ(Apply(StepOf(Kind::kBefore, ": "), "tcp: 80: x"), "tcp");
  EXPECT_EQ(Apply(StepOf(Kind::kBefore, ":"), "tcp"), "absent");
  EXPECT_EQ(Apply(StepOf(Kind::kBefore, ":"), ":"), "");
}

TEST(StepRunner, Drop) {
  EXPECT_EQ(Apply(StepOf(Kind::kDrop, "-"), "-"), "absent");
  EXPECT_EQ(Apply(StepOf(Kind::kDrop, "-"), "--"), "--");
  EXPECT_EQ(Apply(StepOf(Kind::kDrop, "-"), ""), "");
}

TEST(StepRunner, Hex) {
  for (const auto& [text, expected] : {std::pair("0x1a4c", "6732"),
                                       {"0X1A4C", "6732"},
                                       {"0xffffffffffffffff", "18446744073709551615"},
                                       {"0x10000000000000000", "0x10000000000000000"},
                                       {"0x", "0x"},
                                       {"0x-1", "0x-1"},
                                       {"0x1g", "0x1g"},
                                       {"6732", "6732"},
                                       {"", ""}})
    EXPECT_EQ(Apply(StepOf(Kind::kHex), text), expected);
}

TEST(StepRunner, DatePart) {
  const auto part = [](std::string key, std::string_view text) {
    return Apply(StepOf(Kind::kDatePart, std::move(key)), text);
  };
  constexpr std::string_view kText = "2026-11-25T03:07:59.5+02:00";
  EXPECT_EQ(part("minute", kText), "7");
  EXPECT_EQ(part("hour", kText), "3") << "as written, not in UTC";
  EXPECT_EQ(part("day", kText), "25");
  EXPECT_EQ(part("month", kText), "11");
  EXPECT_EQ(part("year", kText), "2026");
  EXPECT_EQ(part("hour", "2026-11-25"), "0");
  EXPECT_EQ(part("hour", "25.11.2026"), "absent");
  EXPECT_EQ(part("hour", ""), "absent");
}

// ISO 8601: the first week is that of the first Thursday.
TEST(StepRunner, WeeksAtTheEndsOfYears) {
  for (const auto& [day, week] : {std::pair("2020-12-31", "53"),
                                  {"2021-01-01", "53"},
                                  {"2021-01-03", "53"},
                                  {"2021-01-04", "1"},
                                  {"2024-12-30", "1"},
                                  {"2026-11-25", "48"}})
    EXPECT_EQ(Apply(StepOf(Kind::kDatePart, "week"), day), week) << day;
}

}  // namespace
}  // namespace riposte::event
