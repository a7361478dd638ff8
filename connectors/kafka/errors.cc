#include "connectors/kafka/errors.h"

#include <fmt/format.h>

namespace riposte::kafka {

Step StepAfter(const rd_kafka_error_t* error) {
  if (error == nullptr) return Step::kDone;
  // Fatal before the others: nothing else helps then.
  if (rd_kafka_error_is_fatal(error) != 0) return Step::kRebuild;
  if (rd_kafka_error_txn_requires_abort(error) != 0) return Step::kAbort;
  if (rd_kafka_error_is_retriable(error) != 0) return Step::kRetry;
  return Step::kRebuild;
}

bool IsFencing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool IsStaleMember(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

bool IsRefusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return true;
    default:
      return false;
  }
}

bool IsUnsupported(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
         error == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION;
}

bool IsPermanent(const Status& status) {
  return status.code() == ErrorCode::kPermission || status.code() == ErrorCode::kInvalidArgument ||
         status.code() == ErrorCode::kNotFound;
}

Status ToStatus(rd_kafka_resp_err_t error, std::string_view what) {
  ErrorCode code = ErrorCode::kUnavailable;
  if (IsRefusal(error)) {
    code = ErrorCode::kPermission;
  } else if (IsUnsupported(error)) {
    code = ErrorCode::kInvalidArgument;
  } else if (IsFencing(error) || IsStaleMember(error)) {
    code = ErrorCode::kFenced;
  } else {
    switch (error) {
      case RD_KAFKA_RESP_ERR__TIMED_OUT:
      case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        code = ErrorCode::kTimeout;
        break;
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        code = ErrorCode::kNotFound;
        break;
      case RD_KAFKA_RESP_ERR__INVALID_ARG:
      case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
      case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
      case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
        code = ErrorCode::kInvalidArgument;
        break;
      default:
        break;
    }
  }
  return {code, fmt::format("{}: {}", what, rd_kafka_err2str(error))};
}

}  // namespace riposte::kafka
