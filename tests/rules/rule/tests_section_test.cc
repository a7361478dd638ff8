#include "rules/rule/tests_section.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::Loaded;

Loaded Load(const std::string& tests) {
  return test::LoadText(test::RuleText(1, "tests:\n" + tests));
}

// The codes of a test that is valid but for `parts`, flow style, all in line 9 behind "- ".
std::string Codes(const std::string& parts) { return Load("- {" + parts + "}\n").codes(); }

constexpr char kGood[] = "name: n, events: [{event: {}}], expect: {firings: 1}";

TEST(ReadTests, EverythingThatATestSays) {
  const Loaded loaded = Load(
      "- name: first\n"
      "  profile: windows-nxlog\n"
      "  events:\n"
      "  - {at: 90s, event: {EventID: 1, Image: 'C:\\x.exe', big: 123456789012345678901}}\n"
      "  - at: 0s\n"
      "    event: |\n"
      "      {\"EventID\": 2,\n"
      "       \"a\": [1.50]}\n"
      "  - event: '{}'\n"
      "  expect: {firings: 2, commands: [{action: kill_process, target: a.exe}, {action: "
      "quarantine_asset}]}\n"
      "- name: second\n"
      "  events: [{event: {}}]\n"
      "  expect: {commands: []}\n");
  const std::vector<TestCase>& tests = loaded.rule().tests;
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(tests[0].name, "first");
  EXPECT_EQ(tests[0].profile, "windows-nxlog");
  ASSERT_EQ(tests[0].events.size(), 3u);
  EXPECT_EQ(tests[0].events[0].at, Duration{90'000});
  EXPECT_EQ(tests[0].events[0].json,
            "{\"EventID\":1,\"Image\":\"C:\\\\x.exe\",\"big\":123456789012345678901}");
  EXPECT_EQ(tests[0].events[1].json, "{\"EventID\": 2,\n \"a\": [1.50]}\n");
  EXPECT_EQ(tests[0].events[2].at, std::nullopt);
  EXPECT_EQ(tests[0].firings, 2);
  ASSERT_EQ(tests[0].commands->size(), 2u);
  EXPECT_EQ(tests[0].commands->at(0).action, "kill_process");
  EXPECT_EQ(tests[0].commands->at(0).target, "a.exe");
  EXPECT_EQ(tests[0].commands->at(1).target, "");
  EXPECT_EQ(tests[1].profile, "qualys-edr");
  EXPECT_EQ(tests[1].firings, std::nullopt);
  EXPECT_TRUE(tests[1].commands->empty());
  EXPECT_EQ(loaded.set->rules[0].source->Locate(tests[1].span.begin).line, 19u);
}

TEST(ReadTests, MandatoryKeys) {
  EXPECT_EQ(Codes(kGood), "");
  EXPECT_EQ(Codes("events: [{event: {}}], expect: {firings: 1}"), "missing-key@9:4");
  EXPECT_EQ(Codes("name: n, expect: {firings: 1}"), "missing-key@9:4");
  EXPECT_EQ(Codes("name: n, events: [{event: {}}]"), "missing-key@9:4");
  EXPECT_EQ(Codes("name: n, events: [{event: {}}], expect: {}"), "missing-key@9:44");
  EXPECT_EQ(Codes("name: n, events: [{event: {}}], expect: {commands: [{target: x}]}"),
            "missing-key@9:56");
}

TEST(ReadTests, UnknownKeys) {
  EXPECT_EQ(Codes(std::string(kGood) + ", x: 1"), "unknown-key@9:58");
  EXPECT_EQ(Codes("name: n, events: [{event: {}, x: 1}], expect: {firings: 1}"),
            "unknown-key@9:34");
  EXPECT_EQ(Codes("name: n, events: [{event: {}}], expect: {firings: 1, x: 1}"),
            "unknown-key@9:57");
  EXPECT_EQ(
      Codes("name: n, events: [{event: {}}], expect: {commands: [{action: kill_process, x: 1}]}"),
      "unknown-key@9:79");
}

TEST(ReadTests, WrongTypes) {
  EXPECT_EQ(test::LoadText(test::RuleText(1, "tests: []\n")).codes(), "empty-value@8:8");
  EXPECT_EQ(test::LoadText(test::RuleText(1, "tests: {}\n")).codes(), "wrong-type@8:8");
  EXPECT_EQ(Load("- x\n").codes(), "wrong-type@9:3");
  EXPECT_EQ(Codes("name: [n], events: [], expect: 1"),
            "wrong-type@9:10 empty-value@9:23 wrong-type@9:35");
  EXPECT_EQ(Codes("name: n, events: [x, {event: [1]}], expect: {firings: -1, commands: {}}"),
            "wrong-type@9:22 wrong-type@9:33 wrong-type@9:58 wrong-type@9:72");
}

TEST(ReadTests, Values) {
  EXPECT_EQ(Codes("name: n, profile: qualys-edt, events: [{event: {}}], expect: {firings: 1}"),
            "unknown-profile@9:22");
  EXPECT_EQ(Codes("name: n, events: [{at: 5, event: {}}], expect: {firings: 1}"),
            "bad-duration@9:27");
  EXPECT_EQ(Codes("name: n, events: [{at: -5s, event: {}}], expect: {firings: 1}"),
            "bad-duration@9:27");
  EXPECT_EQ(Codes("name: n, events: [{event: '{\"a\": }'}], expect: {firings: 1}"),
            "bad-event@9:30");
  EXPECT_EQ(Codes("name: n, events: [{event: '[1]'}], expect: {firings: 1}"), "bad-event@9:30");
  EXPECT_EQ(Codes("name: n, events: [{event: {a: .nan}}], expect: {firings: 1}"), "bad-event@9:34");
  EXPECT_EQ(Codes("name: n, events: [{event: {}}], expect: {commands: [{action: delete_file}]}"),
            "unknown-value@9:65");
}

// What is said of a test with `parts` besides `codes` where windows are allowed.
std::string Wrong(const std::string& parts, std::string_view codes) {
  return test::Unexpected(test::RuleText(1, "tests: [{name: n, " + parts + "}]\n"), codes);
}

TEST(ReadTests, Timelines) {
  const test::Loaded loaded = test::LoadTrigger(
      "{single_match: }",
      "tests: [{name: n, events: [{event: {}}, {at: 20m}], expect: {firings: [{at: 15m, events: "
      "3}, {at: 0s}]}}]\n");
  const TestCase& test = loaded.rule().tests.at(0);
  ASSERT_EQ(test.events.size(), 2u);
  EXPECT_EQ(test.events[0].json, "{}");
  EXPECT_EQ(test.events[1].json, "");
  EXPECT_EQ(test.events[1].at, Duration{1'200'000});
  EXPECT_EQ(test.firings, 2);
  ASSERT_TRUE(test.each_firing.has_value());
  ASSERT_EQ(test.each_firing->size(), 2u);
  EXPECT_EQ(test.each_firing->at(0).at, Duration{900'000});
  EXPECT_EQ(test.each_firing->at(0).events, 3);
  EXPECT_EQ(test.each_firing->at(1).at, Duration{0});
  EXPECT_EQ(test.each_firing->at(1).events, std::nullopt);
}

TEST(ReadTests, ListsOfFirings) {
  EXPECT_EQ(Wrong("events: [{event: {}}], expect: {firings: []}", ""), "");
  EXPECT_EQ(Wrong("events: [{event: {}}], expect: {firings: [^{events: 1}, {at: ^5}, {at: 1s, "
                  "^event: 1}, ^3, {at: 1s, events: ^x}]}",
                  "missing-key bad-duration unknown-key wrong-type wrong-type"),
            "");
  EXPECT_EQ(Wrong("events: [^{}], expect: {firings: ^{}}", "missing-key wrong-type"), "");
  EXPECT_EQ(Wrong("events: [{at: ^5}, {at: ^[]}], expect: {firings: 1}", "bad-duration wrong-type"),
            "");
}

}  // namespace
}  // namespace riposte::rule
