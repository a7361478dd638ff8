// The group coordinator of the Kafka model: members, generations, the eager protocol with the range
// assignor, and committed offsets, those of open transactions included.
//
// As Kafka's classic groups: a member that does not send heartbeats for a session goes; a member
// that joins or goes makes all join again; who has not joined when the time for it is over is out.
// A transaction's offsets are checked by member and generation, never by who has the partition;
// without a member they are not checked at all.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/pipeline/ports.h"
#include "tests/simulation/kafka_error.h"

namespace riposte::sim {

// Who commits: what the client calls its group metadata.
struct MemberId {
  std::string name;  // empty: no metadata
  int32_t generation = -1;
};

// A committed offset and the text that its transaction gave along.
struct Position {
  int64_t offset = -1;  // -1: none
  std::string metadata;
};

class Group {
 public:
  struct Timing {
    Duration session{400};
    Duration rebalance{1500};
  };
  // `partitions`: topic by topic.
  Group(const Timing& timing, std::vector<pipeline::PartitionId> partitions);

  // The member takes part in the next generation; Sync() says when there is one.
  void Join(const std::string& name, Time now);
  struct Synced {
    enum class State : uint8_t { kUnknown, kWaiting, kMember };
    State state = State::kUnknown;
    int32_t generation = -1;
    std::vector<pipeline::PartitionId> partitions;
  };
  Synced Sync(const std::string& name) const;
  // kRebalance: join again. kUnknownMember, kIllegalGeneration: the group has gone on without it.
  KafkaError Heartbeat(const MemberId& member, Time now);
  void Leave(const std::string& name, Time now);
  void Tick(Time now);

  KafkaError Check(const MemberId& member) const;
  int32_t generation() const { return generation_; }

  // Offsets that `producer`'s open transaction commits.
  void AddPending(int64_t producer, const pipeline::PartitionId& id, const Position& position);
  // Applies or drops them; tells what was applied, each with the offset before it (-1: none).
  struct Move {
    int64_t from = -1;
    Position to;
  };
  std::map<pipeline::PartitionId, Move> EndPending(int64_t producer, bool commit);
  // kUnstableOffset: a transaction that commits this partition is open.
  KafkaError Committed(const pipeline::PartitionId& id, Position& position) const;

 private:
  struct Member {
    Time last_seen{};
    bool joined = false;
  };
  void BeginRebalance(Time now);
  void CompleteIfAllJoined(Time now);
  void Complete(Time now);
  void Divide(std::span<const pipeline::PartitionId> of_topic);

  const Timing timing_;
  const std::vector<pipeline::PartitionId> partitions_;
  std::map<std::string, Member> members_;
  bool rebalancing_ = false;
  Time rebalance_ends_{};
  int32_t generation_ = 0;
  std::map<std::string, std::vector<pipeline::PartitionId>> assigned_;
  std::map<pipeline::PartitionId, Position> committed_;
  std::map<int64_t, std::map<pipeline::PartitionId, Position>> pending_;  // by producer
};

}  // namespace riposte::sim
