// Where each assigned partition begins.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

// What the broker says about a partition.
struct PartitionState {
  int64_t committed = -1;  // -1: none
  int64_t low = 0;         // the first offset still there
  int64_t high = 0;        // the one after the last committed record
};
// All partitions of one topic, by number.
using TopicState = std::vector<PartitionState>;

struct Start {
  pipeline::PartitionId id;
  int64_t offset = 0;
  int64_t skipped_from = -1;  // the expired offset that the operator let jump
};

// The decision for one topic.
struct TopicPlan {
  enum class Kind : uint8_t {
    kGo,     // `starts` holds this member's partitions
    kPin,    // a first run: commit `pins` (all partitions) in one transaction, then plan again
    kAwait,  // a first run: the member that has partition 0 commits the offsets, plan again when it
             // has
  };
  Kind kind = Kind::kGo;
  std::vector<Start> starts;
  std::vector<Start> pins;
};

// No offset committed in any partition: a first run, which begins where `options.start` says. One
// member, the owner of partition 0, writes down that beginning for all partitions, so that a
// partition that has no record until much later is not taken for a new one. No offset in a
// partition whose others have one: a new partition, from its first record. kInvalidArgument: a
// first run without `start`. kNotFound: an offset that is not in the topic and `on_expired` is
// kFail.
Result<TopicPlan> PlanTopic(const Options& options, const std::string& topic,
                            const std::vector<int32_t>& mine, const TopicState& state);

}  // namespace riposte::kafka
