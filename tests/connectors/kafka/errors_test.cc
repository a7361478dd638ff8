#include "connectors/kafka/errors.h"

#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

TEST(ErrorsTest, MapsTheBrokersAnswersToWhoHasToAct) {
  const struct {
    rd_kafka_resp_err_t error;
    ErrorCode code;
    bool permanent;
  } cases[] = {
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorCode::kNotFound, true},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR__TIMED_OUT, ErrorCode::kTimeout, false},
      {RD_KAFKA_RESP_ERR__TRANSPORT, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ErrorCode::kFenced, false},
  };
  for (const auto& one : cases) {
    const Status status = ToStatus(one.error, "it failed");
    EXPECT_EQ(status.code(), one.code) << status.message();
    EXPECT_EQ(IsPermanent(status), one.permanent) << status.message();
    EXPECT_EQ(status.message().find("it failed: "), 0u);
  }
}

TEST(ErrorsTest, NoErrorIsDone) { EXPECT_EQ(StepAfter(nullptr), Step::kDone); }

}  // namespace
}  // namespace riposte::kafka
