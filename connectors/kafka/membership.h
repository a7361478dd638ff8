// What the tasks of one assignment share: the group member's handle, its generation, and how it
// ends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "connectors/kafka/client.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

// The committed position of a partition.
struct Position {
  int64_t offset = -1;   // -1: none
  std::string metadata;  // that the transaction gave along
};

// What an Outbox needs of its group. The calls are safe from any thread.
class GroupView {
 public:
  virtual ~GroupView() = default;
  // One attempt, up to `timeout`. Waits for a transaction that is still open on the partition.
  virtual Result<Position> Committed(const pipeline::PartitionId& id, Duration timeout) = 0;
  // Commits offsets outside of a transaction, each of a partition of this assignment. One attempt,
  // up to `timeout`; after an error they may be committed or not. The brokers refuse a member that
  // the group has gone on without (IsStaleMember).
  virtual rd_kafka_resp_err_t CommitOffsets(std::span<const pipeline::NextOffset> offsets,
                                            Duration timeout) = 0;
  // The membership in which the partition was assigned, as it was then. A later one must not be
  // used: it could vouch for a partition that has gone to another member meanwhile.
  virtual const rd_kafka_consumer_group_metadata_t* metadata() const = 0;
  // The partition is no longer this member's: nothing more may be committed.
  virtual bool Lost() const = 0;
  // The time that a revocation or the end of the process leaves has run out.
  virtual bool GivenUp() const = 0;
  // A task stops: fenced (the membership is to be renewed), or for a reason that needs an operator.
  virtual void ReportFenced() = 0;
  virtual void ReportFailure(const Status& status) = 0;
  // Inputs and Outboxes count themselves: none may be left when the partitions are given back.
  virtual void CountIn() = 0;
  virtual void CountOut() = 0;
};

// An assignment of the consumer group, from its assign to its revoke callback. Inputs and Outboxes
// hold it.
class Membership final : public GroupView {
 public:
  struct Reports {
    std::function<void(uint64_t assignment)> fenced;
    std::function<void(uint64_t assignment, const pipeline::PartitionId&)> offset_expired;
    std::function<void(const pipeline::PartitionId&)> topic_missing;
    // The prefetch queue, which may have been full, runs low though there is more.
    std::function<void(const pipeline::PartitionId&)> queue_low;
    std::function<void(const Status&)> failed;
  };
  // `consumer` must outlive it. Called in the assign callback, so that the membership is the right
  // one.
  Membership(uint64_t number, rd_kafka_t* consumer, Reports reports);

  Result<Position> Committed(const pipeline::PartitionId& id, Duration timeout) override;
  rd_kafka_resp_err_t CommitOffsets(std::span<const pipeline::NextOffset> offsets,
                                    Duration timeout) override;
  const rd_kafka_consumer_group_metadata_t* metadata() const override { return metadata_.get(); }
  bool Lost() const override;
  bool GivenUp() const override;
  void ReportFenced() override { reports_.fenced(number_); }
  void ReportFailure(const Status& status) override { reports_.failed(status); }

  // The group thread's: the end has begun. Open transactions may go on until `give_up_at`, unless
  // `lost`.
  void Revoke(bool lost, std::chrono::steady_clock::time_point give_up_at);
  // Brings the time forward, when the process stops meanwhile.
  void LimitTo(std::chrono::steady_clock::time_point give_up_at);

  bool revoked() const { return revoked_.load(std::memory_order_acquire); }
  uint64_t number() const { return number_; }
  rd_kafka_t* consumer() const { return consumer_; }
  const Reports& reports() const { return reports_; }

  void CountIn() override { ++users_; }
  void CountOut() override { --users_; }
  int users() const { return users_.load(); }

 private:
  const uint64_t number_;
  rd_kafka_t* const consumer_;
  const Reports reports_;
  const GroupMetadataPtr metadata_;
  std::atomic<bool> revoked_{false};
  std::atomic<bool> lost_{false};
  std::atomic<int64_t> give_up_at_ms_;  // of the steady clock
  std::atomic<int> users_{0};
};

}  // namespace riposte::kafka
