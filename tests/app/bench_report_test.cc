#include "app/bench_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/golden.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class BenchReportTest : public testing::Test {
 protected:
  BenchReportTest() {
    set_.schema = test::EngineSchema();
    set_.rules = {test::RuleFor("a"), test::RuleFor("b"), test::RuleFor("c")};
    set_.rules[1].name = "na\u00EFve \x1b[31mred";
    result_ = {
        .events = 2000,
        .bytes = 6'600'000,
        .rejected = 3,
        .rules = 2,
        .rules_evaluated = 5,
        .matches = 1234,
        .matched_events = 999,
        .evaluations = 3000,
        .plain_events = 7,
        .dom = {.seconds = 0.002, .spread = 0.031},
        .decode = {.seconds = 0.0025, .spread = 0},
        .whole = {.seconds = 0.004, .spread = 1.5},
        .find_ns = 250.4,
        .evaluate_ns = 120,
        .ranking = {
            {.rule = 1,
             .evaluations = 2000,
             .matches = 1200,
             .ns_per_event = 100.25,
             .share = 0.05,
             .reasons = {{.cause = CostCause::kNoAnchor,
                          .words = "no anchor: evaluated for every event"},
                         {.cause = CostCause::kOpenRegex,
                          .words = "regex without a required literal: " + std::string(200, 'x')}}},
            {.rule = 0,
             .evaluations = 1000,
             .matches = 34,
             .ns_per_event = 19.75,
             .share = 0.00987,
             .reasons = {}}}};
  }
  BenchSubject Subject(bool cut = false) const {
    return {.rules = &set_, .profile = &set_.schema->profiles.front(), .cut = cut};
  }
  rule::RuleSet set_;
  BenchResult result_;
};

TEST_F(BenchReportTest, Golden) {
  const std::string text = BenchText(result_, Subject()), json = BenchJson(result_, Subject());
  ASSERT_TRUE(text.ends_with('\n') && json.ends_with('\n'));
  test::ExpectGolden("bench/report.txt", text.substr(0, text.size() - 1));
  test::ExpectGolden("bench/report.json", json.substr(0, json.size() - 1));
}

TEST_F(BenchReportTest, WhatIsNotThereIsNotSaid) {
  EXPECT_THAT(BenchText(result_, Subject()), Not(HasSubstr("left out")));
  EXPECT_THAT(BenchText(result_, Subject(true)),
              HasSubstr("Not all events had room in memory: the others are left out.\n"));
  EXPECT_TRUE(*json::Parse(BenchJson(result_, Subject(true)))->Find("cut")->as_bool());
  result_.plain_events = result_.rejected = result_.rules_evaluated = 0;
  result_.ranking.clear();
  const std::string text = BenchText(result_, Subject());
  EXPECT_THAT(text, Not(HasSubstr("rejected")));
  EXPECT_THAT(text, Not(HasSubstr("all rules were evaluated")));
  EXPECT_THAT(text, Not(HasSubstr("why")));
}

TEST_F(BenchReportTest, NothingOfARuleReachesTheTerminal) {
  EXPECT_THAT(BenchText(result_, Subject()), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace riposte::app
