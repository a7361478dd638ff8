#include "rules/sigma/aggregation.h"

#include <gtest/gtest.h>

namespace riposte::sigma {
namespace {

TEST(AggregationHint, NamesTheCorrelation) {
  EXPECT_EQ(AggregationHint(" count() by host > 6"),
            "write a correlation of type 'event_count' over this rule, group-by 'host', condition "
            "'gt: 6'");
  EXPECT_EQ(AggregationHint("count(User) by Computer >= 10"),
            "write a correlation of type 'value_count' over this rule, field 'User', group-by "
            "'Computer', condition 'gte: 10'");
  EXPECT_EQ(AggregationHint("sum(Bytes) < 5"),
            "write a correlation of type 'value_sum' over this rule, field 'Bytes', condition "
            "'lt: 5'");
  EXPECT_EQ(AggregationHint("near a and b"),
            "make two rules of it and a correlation of type 'temporal' over both");
}

TEST(AggregationHint, WhateverIsWritten) {
  EXPECT_EQ(AggregationHint(""), "remove the '|'");
  EXPECT_EQ(AggregationHint("min(x) by"),
            "make a rule of what is before it and a correlation over that rule");
  EXPECT_EQ(AggregationHint("count)x( by"),
            "make a rule of what is before it and a correlation over that rule");
}

}  // namespace
}  // namespace riposte::sigma
