// What to do after a call of librdkafka: the one place that reads its error codes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "base/result.h"

namespace riposte::kafka {

// What a transactional call's answer asks for.
enum class Step : uint8_t {
  kDone,
  kRetry,    // the same call again; it goes on where it was
  kAbort,    // this transaction cannot commit; abort it, the producer stays good
  kRebuild,  // destroy the producer; what became of the transaction is in the committed offsets
};
Step StepAfter(const rd_kafka_error_t* error);  // null: the call succeeded

// The transactional.id belongs to a newer producer.
bool IsFencing(rd_kafka_resp_err_t error);
// The group does not know this member, or only in an earlier generation.
bool IsStaleMember(rd_kafka_resp_err_t error);
// Credentials or rights refused.
bool IsRefusal(rd_kafka_resp_err_t error);
// The brokers lack what the call needs, or know only other versions of it.
bool IsUnsupported(rd_kafka_resp_err_t error);
// Nothing that waiting would mend: an operator has to act.
bool IsPermanent(const Status& status);

// `what` is the beginning of a sentence: "topic 'x' cannot be created".
Status ToStatus(rd_kafka_resp_err_t error, std::string_view what);

}  // namespace riposte::kafka
