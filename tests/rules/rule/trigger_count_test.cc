#include "rules/rule/trigger_count.h"

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using std::chrono::minutes;
using test::UnexpectedOfTrigger;

Count Read(const std::string& settings) {
  return std::get<Count>(test::LoadTrigger("{count: {" + settings + "}}").rule().trigger);
}

std::string Print(const Count& count) {
  return PrintTrigger(count, test::ShippedSchema()->catalogue);
}

schema::FieldId Field(std::string_view name) { return test::ShippedSchema()->catalogue.Find(name); }

TEST(ReadCount, EverythingThatItSays) {
  EXPECT_EQ(Print(Read("at_least: 3, within: 15m, group_by: [asset.id, process.name], distinct: "
                       "file.name, cooldown: 1h")),
            Print(Count{.measure = Measure::kDistinct,
                        .fields = {Field("file.name")},
                        .comparison = Comparison::kAtLeast,
                        .threshold = 3,
                        .within = minutes(15),
                        .cooldown = minutes(60),
                        .group_by = {Field("asset.id"), Field("process.name")}}));
}

TEST(ReadCount, Defaults) {
  EXPECT_EQ(Print(Read("at_least: 1, within: 15m")), Print(Count{.measure = Measure::kMatches,
                                                                 .fields = {},
                                                                 .threshold = 1,
                                                                 .within = minutes(15),
                                                                 .cooldown = minutes(15),
                                                                 .group_by = {Field("asset.id")}}));
  EXPECT_EQ(Read("at_least: 1, within: 15m, cooldown: 0s").cooldown, Duration{0});
  EXPECT_EQ(Read("at_least: 1, within: 15m, group_by: []").group_by, GroupBy{});
}

TEST(ReadCount, Bounds) {
  EXPECT_EQ(Read("at_least: 10000, within: 1s, cooldown: 31d").threshold, 10'000);
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: ^10001, within: ^999ms, cooldown: ^745h}}",
                                "count-out-of-range span-out-of-range span-out-of-range"),
            "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: ^0, within: ^0s}}",
                                "count-out-of-range span-out-of-range"),
            "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: 1, within: ^32d}}", "span-out-of-range"), "");
}

TEST(ReadCount, AllThatIsWrong) {
  EXPECT_EQ(UnexpectedOfTrigger("{^^count: {}}", "missing-key missing-key"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: ^3}", "wrong-type"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{count:^}", "empty-value"), "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: ^'3', within: ^15 min, ^groupby: [asset.id]}}",
                                "wrong-type bad-duration unknown-key"),
            "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: ^-1, within: ^[], cooldown:^ , distinct: ^[]}}",
                                "wrong-type wrong-type empty-value empty-value"),
            "");
  EXPECT_EQ(UnexpectedOfTrigger("{count: {at_least: 1, within: 1h, group_by: [^asset.idd], "
                                "distinct: ^process.nam}}",
                                "unknown-token unknown-token"),
            "");
}

}  // namespace
}  // namespace riposte::rule
