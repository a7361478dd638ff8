#include "engine/trigger/exact_sum.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

double SumOf(const std::vector<double>& numbers) {
  ExactSum sum;
  for (const double number : numbers) sum.Add(number);
  return sum.Value();
}

TEST(ExactSumTest, IsRoundedOnce) {
  EXPECT_EQ(SumOf({}), 0);
  EXPECT_EQ(SumOf(std::vector<double>(10, 0.1)), 1.0);
  EXPECT_EQ(SumOf({1e300, 1, -1e300}), 1);
  EXPECT_EQ(SumOf({0x1p53, 1}), 0x1p53) << "a tie goes to even";
  EXPECT_EQ(SumOf({0x1p53, 1, 0x1p-60}), 0x1p53 + 2) << "just above a tie";
  EXPECT_EQ(SumOf({0x1p53, 3, -0x1p-60}), 0x1p53 + 2) << "just below a tie";
}

TEST(ExactSumTest, WhatIsTakenOutLeavesNoTrace) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(-1, 1);
  std::uniform_int_distribution<int> exponent(-300, 900);
  for (int round = 0; round < 500; ++round) {
    ExactSum sum;
    std::vector<double> others;
    for (int i = 0; i < 40; ++i) {
      others.push_back(std::ldexp(mantissa(random), exponent(random)));
      sum.Add(others.back());
      sum.Add(i);
    }
    for (const double other : others) sum.Add(-other);
    ASSERT_EQ(sum.Value(), 780);
  }
}

}  // namespace
}  // namespace riposte::trigger
