// A partition of the changelog to be read by somebody who is no task of the engine.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "connectors/kafka/options.h"
#include "engine/state/changelog.h"

namespace riposte::kafka {

// Of `<topic_prefix>changelog`. Talks to no broker yet, and to none for longer than `patience`
// without an answer. Its extent tells no delete_retention. Errors as KafkaConnector::Create.
Result<std::unique_ptr<state::Changelog>> OpenChangelog(const Options& options, int32_t partition,
                                                        Duration patience);

}  // namespace riposte::kafka
