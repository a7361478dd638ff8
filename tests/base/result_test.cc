#include "base/result.h"

#include <memory>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(Status, HoldsCodeAndMessage) {
  EXPECT_TRUE(Status().ok());
  const Status status(ErrorCode::kTimeout, "no answer");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.message(), "no answer");
  EXPECT_EQ(ErrorCodeName(status.code()), "timeout");
}

Status Half(int value, int& out) {
  if (value % 2 != 0) return {ErrorCode::kInvalidArgument, "odd"};
  out = value / 2;
  return {};
}

Status Quarter(int value, int& out) {
  RIPOSTE_TRY(Half(value, out));
  RIPOSTE_TRY(Half(out, out));
  return {};
}

TEST(Status, TryReturnsTheFirstError) {
  int out = 0;
  EXPECT_TRUE(Quarter(8, out).ok());
  EXPECT_EQ(out, 2);
  EXPECT_EQ(Quarter(6, out).message(), "odd");
}

TEST(Result, HoldsAValueThatOnlyMoves) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> moved = std::move(result).value();
  EXPECT_EQ(*moved, 7);
}

TEST(Result, ValueOfAnErrorIsABrokenInvariant) {
  const Result<int> result = Status(ErrorCode::kIo, "disk on fire");
  EXPECT_DEATH(static_cast<void>(result.value()), "disk on fire");
}

TEST(Check, SaysWhatBroke) {
  EXPECT_DEATH(RIPOSTE_CHECK(1 == 2, "arithmetic"), "result_test.cc:.*1 == 2: arithmetic");
}

}  // namespace
}  // namespace riposte
