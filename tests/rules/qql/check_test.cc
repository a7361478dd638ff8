// What a clause becomes, by the type of its token. The canonical texts of many more are in
// cases/accepted.txt.
#include "rules/qql/check.h"

#include <gtest/gtest.h>

#include "tests/rules/qql/parse_helper.h"

namespace riposte::qql {
namespace {

using query::DateIn;
using query::NumberIn;
using query::Predicate;
using query::TimePoint;

Predicate PredicateOf(const std::string& text) {
  const Parsed parsed = ParseText(text);
  EXPECT_TRUE(parsed.expression) << parsed.Rendered(Tokens());
  return parsed.expression ? parsed.expression->node(parsed.expression->root()).predicate
                           : Predicate{};
}

Number N(std::string_view text) { return *Number::Parse(text); }
TimePoint T(std::string_view text) { return {.fixed = *ParseTime(text)}; }

TEST(Check, Texts) {
  EXPECT_EQ(PredicateOf("process.name: \"CMD x\""),
            Predicate(query::Phrase{.words = {"cmd", "x"}, .last_is_prefix = false}));
  EXPECT_EQ(PredicateOf("process.name: \"x \xC3\xA4\xC3\xB6\""),
            Predicate(query::Phrase{.words = {"x", "\xC3\xA4\xC3\xB6"}, .last_is_prefix = false}));
  EXPECT_EQ(
      PredicateOf("process.name: x \xC3\xA4\xC3\xB6\xC3\xBC"),
      Predicate(query::Phrase{.words = {"x", "\xC3\xA4\xC3\xB6\xC3\xBC"}, .last_is_prefix = true}));
  EXPECT_EQ(PredicateOf("process.name: `A b`"), Predicate(query::Equals{.text = "a b"}));
  EXPECT_EQ(PredicateOf("process.name: A*B"), Predicate(query::Wildcard{.parts = {"a", "b"}}));
  EXPECT_EQ(PredicateOf("process.name ~ \"\xE2\x84\xAA&\""),
            Predicate(query::Contains{.text = "k&"}));
  EXPECT_EQ(PredicateOf("process.name: /A/i"),
            Predicate(query::Matches{.pattern = "A", .ignore_case = true}));
}

TEST(Check, Keywords) {
  EXPECT_EQ(PredicateOf("action: A B"), Predicate(query::Equals{.text = "a b"}));
  EXPECT_EQ(PredicateOf("action: `A*`"), Predicate(query::Equals{.text = "a*"}));
  EXPECT_EQ(PredicateOf("action: A*"), Predicate(query::Wildcard{.parts = {"a", ""}}));
}

TEST(Check, NumbersAreIntervals) {
  EXPECT_EQ(PredicateOf("process.pid: 5"), Predicate(NumberIn{.low = N("5"), .high = N("5")}));
  EXPECT_EQ(PredicateOf("process.pid > 5"),
            Predicate(NumberIn{.low = N("5"), .low_inclusive = false}));
  EXPECT_EQ(PredicateOf("process.pid >= 5"), Predicate(NumberIn{.low = N("5")}));
  EXPECT_EQ(PredicateOf("process.pid < 5"),
            Predicate(NumberIn{.high = N("5"), .high_inclusive = false}));
  EXPECT_EQ(PredicateOf("process.pid: [1 .. 5)"),
            Predicate(NumberIn{.low = N("1"), .high = N("5"), .high_inclusive = false}));
}

TEST(Check, AddressesAreIntervals) {
  EXPECT_EQ(PredicateOf("interfaces.address: 10.1.2.3/8"),
            Predicate(query::IpIn{.low = *IpAddress::Parse("10.0.0.0"),
                                  .high = *IpAddress::Parse("10.255.255.255")}));
  EXPECT_EQ(
      PredicateOf("interfaces.address: ::1"),
      Predicate(query::IpIn{.low = *IpAddress::Parse("::1"), .high = *IpAddress::Parse("::1")}));
}

// A day stands for all its instants.
TEST(Check, Dates) {
  const TimePoint begin = T("2024-02-29T00:00:00Z"), end = T("2024-03-01T00:00:00Z");
  EXPECT_EQ(PredicateOf("dateTime: 2024-02-29"),
            Predicate(DateIn{.low = begin, .high = end, .high_inclusive = false}));
  EXPECT_EQ(PredicateOf("dateTime > 2024-02-29"), Predicate(DateIn{.low = end}));
  EXPECT_EQ(PredicateOf("dateTime >= 2024-02-29"), Predicate(DateIn{.low = begin}));
  EXPECT_EQ(PredicateOf("dateTime < 2024-02-29"),
            Predicate(DateIn{.high = begin, .high_inclusive = false}));
  EXPECT_EQ(PredicateOf("dateTime <= 2024-02-29"),
            Predicate(DateIn{.high = end, .high_inclusive = false}));
  EXPECT_EQ(PredicateOf("dateTime > 2024-02-29T00:00:00Z"),
            Predicate(DateIn{.low = begin, .low_inclusive = false}));
  EXPECT_EQ(PredicateOf("dateTime < now-3M"),
            Predicate(DateIn{.high = TimePoint{.relative = true, .months = -3},
                             .high_inclusive = false}));
}

TEST(Check, TruthValues) {
  EXPECT_EQ(PredicateOf("process.elevated: TRUE"), Predicate(query::BoolIs{true}));
  EXPECT_EQ(PredicateOf("process.elevated: 'false'"), Predicate(query::BoolIs{false}));
}

}  // namespace
}  // namespace riposte::qql
