#include "rules/rule/suppress_section.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

std::string Wrong(const std::string& section, std::string_view codes) {
  return test::Unexpected(test::RuleText(1, section), codes);
}

schema::FieldId Field(std::string_view name) { return test::ShippedSchema()->catalogue.Find(name); }

TEST(ReadSuppress, ByWhatAndForHowLong) {
  const test::Loaded loaded =
      test::LoadTrigger("{single_match: }", "suppress: {by: [asset.id, process.name], for: 1h}\n");
  EXPECT_EQ(loaded.rule().suppress, (Suppress{.by = {Field("asset.id"), Field("process.name")},
                                              .span = Duration{3'600'000}}));
  const test::Loaded by_asset = test::LoadTrigger("{single_match: }", "suppress: {for: 31d}\n");
  EXPECT_EQ(by_asset.rule().suppress->by, GroupBy{Field("asset.id")});
  EXPECT_EQ(test::LoadTrigger("{single_match: }").rule().suppress, std::nullopt);
}

TEST(ReadSuppress, AllThatIsWrong) {
  EXPECT_EQ(Wrong("^suppress: {by: [^asset.idd, ^asset.tags], ^fro: 1h}\n",
                  "missing-key unknown-token grouped-by-object unknown-key"),
            "");
  EXPECT_EQ(Wrong("suppress: {for: ^0s}\n", "span-out-of-range"), "");
  EXPECT_EQ(Wrong("suppress: {for: ^32d}\n", "span-out-of-range"), "");
  EXPECT_EQ(Wrong("suppress: {for: ^1 hour, by: ^asset.id}\n", "bad-duration wrong-type"), "");
  EXPECT_EQ(Wrong("suppress: ^1h\n", "wrong-type"), "");
}

TEST(ReadSuppress, AWindowIsToldByItsGroupOrItsAsset) {
  const auto codes = [](const std::string& trigger, const std::string& by) {
    return test::LoadTrigger(trigger, "suppress: {by: [" + by + "], for: 1h}\n").codes();
  };
  const std::string count = "{count: {at_least: 3, within: 1h, group_by: [process.username]}}";
  EXPECT_EQ(codes(count, "process.username"), "");
  EXPECT_EQ(codes(count, "asset.id, process.username"), "");
  EXPECT_EQ(codes(count, ""), "");
  EXPECT_EQ(codes(count, "process.username, process.name"), "suppress-beside-group@7:35");
  const std::string day = "{scheduled: {daily: , from: '00:00', to: '00:00', at_least: 3}}";
  EXPECT_EQ(codes(day, "asset.id"), "");
  EXPECT_EQ(codes(day, "process.name"), "suppress-beside-group@7:17");
  const auto steps = [](const std::string& second) {
    return "{sequence: {within: 1h, steps: [{name: a, query: 'type: FILE', by: [process.username, "
           "asset.id]}, {name: b, query: 'type: PROCESS', by: [" +
           second + "]}]}}";
  };
  EXPECT_EQ(codes(steps("process.username, asset.id"), "process.username"), "");
  EXPECT_EQ(codes(steps("process.userSid, asset.id"), "process.username"),
            "suppress-beside-group@7:17")
      << "of one step only";
  EXPECT_EQ(codes("{single_match: }", "process.name"), "");
}

}  // namespace
}  // namespace riposte::rule
