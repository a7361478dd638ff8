#include "connectors/kafka/errors.h"

#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

// What became of each error code, whatever the library answers with.
struct CodeCase {
  rd_kafka_resp_err_t error;
  ErrorCode code;
  bool permanent;
};

const std::vector<CodeCase>& CodeCases() {
  static const std::vector<CodeCase> cases = {
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorCode::kPermission, true},
      {RD_KAFKA_RESP_ERR__FENCED, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ErrorCode::kFenced, false},
      {RD_KAFKA_RESP_ERR__TIMED_OUT, ErrorCode::kTimeout, false},
      {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ErrorCode::kTimeout, false},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorCode::kNotFound, true},
      {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ErrorCode::kNotFound, true},
      {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ErrorCode::kNotFound, true},
      {RD_KAFKA_RESP_ERR__INVALID_ARG, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_INVALID_CONFIG, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ErrorCode::kInvalidArgument, true},
      {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ErrorCode::kInvalidArgument, true},
      // What a broker that is away, full or busy says passes.
      {RD_KAFKA_RESP_ERR__TRANSPORT, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR__RESOLVE, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ErrorCode::kUnavailable, false},
      {RD_KAFKA_RESP_ERR_UNKNOWN, ErrorCode::kUnavailable, false},
  };
  return cases;
}

TEST(ErrorsTest, EachErrorHasItsCodeAndKeepsBothSentences) {
  for (const CodeCase& test : CodeCases()) {
    const char* text = rd_kafka_err2str(test.error);
    SCOPED_TRACE(rd_kafka_err2name(test.error));
    const Status status = ToStatus(test.error, "topic 'x' cannot be read");
    EXPECT_EQ(status.code(), test.code);
    EXPECT_THAT(status.message(), HasSubstr("topic 'x' cannot be read: "));
    EXPECT_THAT(status.message(), HasSubstr(text));
    EXPECT_EQ(IsPermanent(status), test.permanent);
  }
}

TEST(ErrorsTest, EachErrorIsOfOneKindAtMost) {
  for (const CodeCase& test : CodeCases()) {
    SCOPED_TRACE(rd_kafka_err2name(test.error));
    EXPECT_EQ(IsRefusal(test.error), test.code == ErrorCode::kPermission);
    EXPECT_EQ(IsFencing(test.error) || IsStaleMember(test.error), test.code == ErrorCode::kFenced);
    EXPECT_FALSE(IsFencing(test.error) && IsStaleMember(test.error));
  }
}

TEST(ErrorsTest, SuccessIsNotPermanent) { EXPECT_FALSE(IsPermanent(Status::Ok())); }

TEST(ErrorsTest, ACallThatSucceededIsDone) { EXPECT_EQ(StepAfter(nullptr), Step::kDone); }

// The library's flags cannot be set from the outside; the other steps are seen on a real broker
// (outbox_test). An error without any flag says nothing about the producer: it is made anew.
TEST(ErrorsTest, AnErrorWithoutAdviceAsksForANewProducer) {
  const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> error(
      rd_kafka_error_new(RD_KAFKA_RESP_ERR__STATE, "out of order"), &rd_kafka_error_destroy);
  EXPECT_EQ(StepAfter(error.get()), Step::kRebuild);
}

}  // namespace
}  // namespace riposte::kafka
