// What is printed of trees that were built by hand; that it parses to the same tree is tested with
// the parser (tests/rules/qql).
#include "rules/query/print.h"

#include <gtest/gtest.h>

#include "tests/support/query_catalogue.h"

namespace riposte::query {
namespace {

class Print : public testing::Test {
 protected:
  NodeId Add(std::string_view token, Predicate predicate) {
    return expression_.AddClause(catalogue_.Find(token), std::move(predicate), {});
  }
  NodeId Pid(int64_t pid) {
    const Number number = Number::FromInt(pid);
    return Add("process.pid", NumberIn{.low = number, .high = number});
  }
  std::string Text(NodeId root) {
    expression_.SetRoot(root);
    return query::Print(std::exchange(expression_, {}), catalogue_);
  }
  std::string Clause(std::string_view token, Predicate predicate) {
    return Text(Add(token, std::move(predicate)));
  }

  schema::Catalogue catalogue_ = test::QueryCatalogue();
  Expression expression_;
};

TEST_F(Print, BracketsStandWhereTheyAreNeeded) {
  const NodeId both = expression_.AddAnd({Pid(1), Pid(2)}, {});
  EXPECT_EQ(Text(expression_.AddOr({both, Pid(3)}, {})),
            "process.pid: 1 and process.pid: 2 or process.pid: 3");
  const NodeId either = expression_.AddOr({Pid(1), Pid(2)}, {});
  EXPECT_EQ(Text(expression_.AddAnd({either, Pid(3)}, {})),
            "(process.pid: 1 or process.pid: 2) and process.pid: 3");
  EXPECT_EQ(Text(expression_.AddNot(expression_.AddAnd({Pid(1), Pid(2)}, {}), {})),
            "not (process.pid: 1 and process.pid: 2)");
  EXPECT_EQ(Text(expression_.AddNot(Pid(1), {})), "not process.pid: 1");
}

TEST_F(Print, GroupsNameTheirPartsRelatively) {
  const NodeId name = Add("indicator.source.name", Equals{.text = "x"});
  const NodeId source = expression_.AddGroup(catalogue_.Find("indicator.source"), name, {});
  EXPECT_EQ(Text(expression_.AddGroup(catalogue_.Find("indicator"), source, {})),
            "indicator: (source: (name: `x`))");
}

TEST_F(Print, Texts) {
  EXPECT_EQ(Clause("process.name", Phrase{.words = {"a", "bcd"}, .last_is_prefix = true}),
            "process.name: \"a bcd\"");
  EXPECT_EQ(Clause("process.name", Equals{.text = "a*`\\"}), R"(process.name: `a*\`\\`)");
  EXPECT_EQ(Clause("action", Equals{.text = "a*\"\\"}), R"(action: "a\*\"\\")");
  EXPECT_EQ(Clause("action", Wildcard{.parts = {"\\", "b\\c", ""}}), R"(action: "\\*b\c*")");
  EXPECT_EQ(Clause("action", Equals{.text = "\\\\srv\\x"}), R"(action: "\\srv\x")");
  EXPECT_EQ(Clause("action", Equals{.text = "\\\\.\\x"}), R"(action: "\\\.\x")");
  EXPECT_EQ(Clause("action", Contains{.text = "*"}), R"(action ~ "\*")");
  EXPECT_EQ(Clause("action", Matches{.pattern = "a/b\\d", .ignore_case = true}),
            R"(action: /a\/b\d/i)");
  EXPECT_EQ(Clause("action", IsNull{}), "action is null");
}

TEST_F(Print, Intervals) {
  const Number one = Number::FromInt(1), two = Number::FromInt(2);
  EXPECT_EQ(Clause("process.pid", NumberIn{.low = one, .high = two, .low_inclusive = false}),
            "process.pid: (1 .. 2]");
  EXPECT_EQ(Clause("process.pid", NumberIn{.high = two}), "process.pid <= 2");
  const IpRange block = *IpRange::ParseCidr("10.0.0.0/8");
  EXPECT_EQ(Clause("interfaces.address", IpIn{.low = block.first, .high = block.last}),
            "interfaces.address: \"10.0.0.0/8\"");
  EXPECT_EQ(Clause("process.elevated", BoolIs{false}), "process.elevated: false");
}

TEST_F(Print, OneNodeAsItStandsInAGroup) {
  const NodeId score = Add("indicator.score", NumberIn{.low = Number::FromInt(5)});
  const schema::FieldId indicator = catalogue_.Find("indicator");
  expression_.SetRoot(expression_.AddAnd({Pid(1), expression_.AddGroup(indicator, score, {})}, {}));
  std::vector<std::string> in_group, outside;
  for (size_t i = 0; i < expression_.nodes().size(); ++i) {
    const NodeId node{static_cast<uint32_t>(i)};
    in_group.push_back(PrintNode(expression_, node, indicator, catalogue_));
    outside.push_back(PrintNode(expression_, node, schema::kNoField, catalogue_));
  }
  EXPECT_EQ(outside, (std::vector<std::string>{"process.pid: 1", "indicator.score >= 5",
                                               "indicator: (score >= 5)",
                                               "process.pid: 1 and indicator: (score >= 5)"}));
  EXPECT_EQ(in_group[0], outside[0]);
  EXPECT_EQ(in_group[1], "score >= 5");
}

TEST_F(Print, Dates) {
  const auto relative = [](int32_t months, int64_t ms) {
    return TimePoint{.relative = true, .months = months, .offset_ms = ms};
  };
  EXPECT_EQ(Clause("dateTime", DateIn{.low = relative(-12, 0)}), "dateTime >= now-12M");
  EXPECT_EQ(Clause("dateTime", DateIn{.low = relative(0, 5'400'000)}), "dateTime >= now+90m");
  EXPECT_EQ(Clause("dateTime", DateIn{.low = relative(0, 0)}), "dateTime >= now");
  const Time day = *ParseDay("2024-02-29");
  EXPECT_EQ(Clause("dateTime", DateIn{.low = TimePoint{.fixed = day},
                                      .high = TimePoint{.fixed = day + std::chrono::days(1)},
                                      .high_inclusive = false}),
            "dateTime: \"2024-02-29\"");
}

// The end of the last day cannot be written as a time.
TEST_F(Print, TheEndOfDates) {
  const TimePoint end{.fixed = *ParseDay("9999-12-31") + std::chrono::days(1)};
  EXPECT_EQ(Clause("dateTime", DateIn{.high = end, .high_inclusive = false}),
            "dateTime <= \"9999-12-31\"");
  EXPECT_EQ(Clause("dateTime", DateIn{.low = end}), "dateTime > \"9999-12-31\"");
}

TEST_F(Print, WhatQqlCannotSayIsToldApart) {
  EXPECT_EQ(Clause("action", Equals{.text = "Ab", .cased = true}), "action: cased \"Ab\"");
  EXPECT_EQ(Clause("action", Contains{.text = "Ab", .cased = true}), "action ~ cased \"Ab\"");
  EXPECT_EQ(Clause("action", Wildcard{.parts = {"A", ""}, .cased = true}), "action: cased \"A*\"");
  EXPECT_EQ(Clause("action", Wildcard{.parts = {"a?", "b", ""},
                                      .gaps = {{.characters = 1, .open = false},
                                               {.characters = 2, .open = true}}}),
            "action: pattern \"a\\??b??*\"");
  const schema::FieldId other = catalogue_.Find("action");
  EXPECT_EQ(Clause("action", OtherField{.field = other}), "action equals field action");
  EXPECT_EQ(Clause("action",
                   OtherField{.field = other, .how = OtherField::How::kEndsWith, .cased = true}),
            "action endswith cased field action");
}

}  // namespace
}  // namespace riposte::query
