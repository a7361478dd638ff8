#include "tests/simulation/group.h"

#include <algorithm>
#include <utility>

namespace riposte::sim {

Group::Group(const Timing& timing, std::vector<pipeline::PartitionId> partitions)
    : timing_(timing), partitions_(std::move(partitions)) {}

void Group::Join(const std::string& name, Time now) {
  members_[name] = {.last_seen = now, .joined = true};
  BeginRebalance(now);
  CompleteIfAllJoined(now);
}

Group::Synced Group::Sync(const std::string& name) const {
  const std::map<std::string, Member>::const_iterator member = members_.find(name);
  if (member == members_.end()) return {};
  if (member->second.joined) return {.state = Synced::State::kWaiting, .partitions = {}};
  return {
      .state = Synced::State::kMember, .generation = generation_, .partitions = assigned_.at(name)};
}

KafkaError Group::Heartbeat(const MemberId& member, Time now) {
  if (const KafkaError error = Check(member); error != KafkaError::kNone) return error;
  members_.at(member.name).last_seen = now;
  return rebalancing_ ? KafkaError::kRebalance : KafkaError::kNone;
}

void Group::Leave(const std::string& name, Time now) {
  if (members_.erase(name) == 0) return;
  BeginRebalance(now);
  CompleteIfAllJoined(now);
}

void Group::Tick(Time now) {
  const size_t gone = std::erase_if(members_, [&](const auto& entry) {
    return !entry.second.joined && now - entry.second.last_seen > timing_.session;
  });
  if (gone > 0) BeginRebalance(now);
  if (rebalancing_ && now >= rebalance_ends_)
    std::erase_if(members_, [](const auto& entry) { return !entry.second.joined; });
  CompleteIfAllJoined(now);
}

KafkaError Group::Check(const MemberId& member) const {
  if (member.name.empty() && member.generation < 0) return KafkaError::kNone;
  if (!members_.contains(member.name)) return KafkaError::kUnknownMember;
  return member.generation == generation_ ? KafkaError::kNone : KafkaError::kIllegalGeneration;
}

void Group::BeginRebalance(Time now) {
  if (rebalancing_) return;
  rebalancing_ = true;
  rebalance_ends_ = now + timing_.rebalance;
}

void Group::CompleteIfAllJoined(Time now) {
  const bool all = std::all_of(members_.begin(), members_.end(),
                               [](const auto& entry) { return entry.second.joined; });
  if (rebalancing_ && all) Complete(now);
}

void Group::Complete(Time now) {
  rebalancing_ = false;
  ++generation_;
  assigned_.clear();
  for (auto& [name, member] : members_) {
    member = {.last_seen = now, .joined = false};
    assigned_[name];
  }
  for (size_t begin = 0, end = 0; begin < partitions_.size(); begin = end) {
    while (end < partitions_.size() && partitions_[end].topic == partitions_[begin].topic) ++end;
    Divide({partitions_.data() + begin, partitions_.data() + end});
  }
}

// Range: the members in the order of their names, each a run of partitions, the first ones one more
// where they do not divide. So partitions of the same number are one member's, where their topics
// have as many.
void Group::Divide(std::span<const pipeline::PartitionId> of_topic) {
  size_t next = 0, left = assigned_.size();
  for (auto& [name, mine] : assigned_) {
    const size_t share = (of_topic.size() - next + left - 1) / left;
    for (size_t i = 0; i < share; ++i) mine.push_back(of_topic[next++]);
    --left;
  }
}

void Group::AddPending(int64_t producer, const pipeline::PartitionId& id,
                       const Position& position) {
  pending_[producer].insert_or_assign(id, position);
}

std::map<pipeline::PartitionId, Group::Move> Group::EndPending(int64_t producer, bool commit) {
  std::map<pipeline::PartitionId, Move> moves;
  const auto found = pending_.find(producer);
  if (found == pending_.end()) return moves;
  if (commit) {
    for (const auto& [id, position] : found->second) {
      moves[id] = {.from = committed_[id].offset, .to = position};
      committed_[id] = position;
    }
  }
  pending_.erase(found);
  return moves;
}

KafkaError Group::Committed(const pipeline::PartitionId& id, Position& position) const {
  for (const auto& [producer, offsets] : pending_)
    if (offsets.contains(id)) return KafkaError::kUnstableOffset;
  const std::map<pipeline::PartitionId, Position>::const_iterator found = committed_.find(id);
  position = found == committed_.end() ? Position{} : found->second;
  return KafkaError::kNone;
}

}  // namespace riposte::sim
