// A call of the client that has to end, although the client may not keep its own time limit.
//
// rd_kafka_send_offsets_to_transaction() of librdkafka 2.0.2 was seen to wait for ever when the
// broker went away under it, whatever its timeout said; a worker that hangs in it can be neither
// revoked nor stopped.
#pragma once

#include <functional>
#include <optional>

#include "base/time.h"
#include "connectors/kafka/client.h"

namespace riposte::kafka {

// Runs `call` on a thread of its own and hands on its answer. Empty if it has not returned within
// `limit`, or soon after `given_up` says true: it then goes on by itself, perhaps for ever, so what
// it uses must be its own and stay.
std::optional<ErrorPtr> CallWithin(std::function<rd_kafka_error_t*()> call, Duration limit,
                                   const std::function<bool()>& given_up);

}  // namespace riposte::kafka
