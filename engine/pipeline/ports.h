// What the pipeline needs from the outside. connectors/ implement it: kafka, file, memory.
//
// A connector hands assigned input partitions to a worker as tasks: the Inputs of one or more of
// them, and an Outbox. They belong to the worker until they are destroyed. The one transaction of a
// batch holds all its outputs and the offsets of the inputs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/state/changelog.h"

namespace riposte::pipeline {

// One record of an input partition. Views live until the next Poll() of its Input.
struct Record {
  int64_t offset = 0;
  std::string_view key;
  std::optional<std::string_view> value;  // empty optional: a tombstone
  Time append_time{};  // the broker's; consume time where the topic has CreateTime
};

// The position of an input partition.
struct PartitionId {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

class Input {
 public:
  virtual ~Input() = default;
  virtual const PartitionId& id() const = 0;
  // Replaces `records` by the next ones in order: up to `max_records` and about `max_bytes`,
  // waiting at most `wait` for the first. None: nothing new. kCancelled: the input is at its end
  // (files) or was revoked. Not calling it is the back-pressure.
  virtual Status Poll(size_t max_records, size_t max_bytes, Duration wait,
                      std::vector<Record>& records) = 0;
  // Goes back so that the next Poll() begins at `offset`; after an aborted transaction.
  virtual Status Rewind(int64_t offset) = 0;
  // Records between what was polled and the end, as last heard of; -1: not known.
  virtual int64_t Lag() const = 0;
};

enum class OutTopic : uint8_t {
  kCommands,
  kAlerts,
  kAudit,
  kDeadLetter,
  kChangelog,  // what a state task keeps: compacted, a partition for each of these tasks
  kShuffle,    // what another state task owns: a partition for each of these tasks
  kCount
};
// The part behind the prefix: "commands", "alerts", "audit", "dead-letter", "changelog", "shuffle".
std::string_view OutTopicName(OutTopic topic);

struct OutRecord {
  static constexpr int32_t kByKey = -1;

  OutTopic topic = OutTopic::kAudit;
  std::string key;
  std::string value;
  int32_t partition = kByKey;  // of changelog and shuffle: the number of a state task
  bool deletes = false;        // the key: a tombstone, `value` is empty
};

// Where a task goes on in an input partition.
struct NextOffset {
  PartitionId id;
  int64_t offset = 0;
};

// What became of a transaction.
enum class Committed : uint8_t {
  kYes,
  kAborted,  // nothing of it happened: rewind to the last committed offset and do it again
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  // Largest value that may be put on `topic`; a larger one would abort for ever.
  virtual size_t MaxValueBytes(OutTopic topic) const = 0;
  // One transaction: all of `records`, which may be none, and where the task goes on in its inputs:
  // one or more of them, the same each time or not.
  // Retries inside what may be retried. An uncertain outcome is settled inside, by the committed
  // offsets of a new producer generation, before this returns. kFenced: another instance has the
  // partition, stop without a word.
  virtual Result<Committed> Commit(std::span<const OutRecord> records,
                                   std::span<const NextOffset> offsets) = 0;
  // The first offset behind the changelog's records of the last transaction that was committed.
  // Empty: it had none, or it is not known, as after an uncertain outcome.
  virtual std::optional<int64_t> ChangelogNext() const { return std::nullopt; }
};

// A partition to read.
struct Source {
  std::unique_ptr<Input> input;
  int64_t start_offset = 0;
  std::string profile;  // of its topic
  // The committed offset, where it was no longer in the topic and the operator let it jump: what
  // lies between is a coverage gap. -1: no jump.
  int64_t skipped_from = -1;
  // Its records are the shuffle's (shuffle_record.h), not events; it has no profile then.
  bool is_shuffle = false;
};

// What a state task is besides its sources: it keeps the windows of the groups that it owns
// (owner.h), also through restarts.
struct StateTask {
  int32_t number = 0;  // from 0 on; its partition of changelog and shuffle
  std::string name;    // of its store: state::Stores
  // Read on the worker's thread, before the first record is.
  std::unique_ptr<state::Changelog> changelog;
};

// A task to work on.
struct Assignment {
  std::vector<Source> sources;  // one or more
  std::unique_ptr<Outbox> outbox;
  // How many state tasks there are; 0: none, nobody keeps windows.
  int32_t state_tasks = 0;
  std::optional<StateTask> state;  // empty: what it finds for windows goes to the shuffle
};

// Told by a connector, on its own thread.
class AssignmentListener {
 public:
  virtual ~AssignmentListener() = default;
  virtual void OnAssigned(std::vector<Assignment> assignments) = 0;
  // The partitions go away. Returns when their open transactions are committed or aborted and their
  // Input and Outbox destroyed. `lost`: they already belong to another; abort.
  virtual void OnRevoked(const std::vector<PartitionId>& partitions, bool lost) = 0;
  // The connector cannot go on (authorisation, topic deleted, fenced instance): the process has to
  // stop with this reason.
  virtual void OnFailed(const Status& status) = 0;
};

// A source of partitions: a Kafka consumer group, files, memory.
class Connector {
 public:
  virtual ~Connector() = default;
  // Begins to call `listener`. It must outlive the connector or Stop().
  virtual Status Start(AssignmentListener& listener) = 0;
  // Revokes everything (OnRevoked) and leaves. Returns within `deadline`.
  virtual void Stop(Duration deadline) = 0;
  // Whether the group is joined (also without partitions: a spare), and why not.
  virtual Status Ready() const = 0;
  // True when every input has ended (files, memory; never Kafka).
  virtual bool Finished() const { return false; }
};

// One record of the control topic: what the operators said. Read whole at start and followed.
struct ControlRecord {
  std::string key;    // "enforcement", "arming/<rule id>", "ruleset/<instance>"
  std::string value;  // JSON; empty: deleted
  Time append_time{};
};

// riposte.control, or its file in the state directory for the embedded connectors. Safe to call
// from any thread.
class Control {
 public:
  virtual ~Control() = default;
  // The latest record of each key as last read, and whether the topic was read to its end once.
  // Cheap: a snapshot pointer.
  struct Snapshot {
    std::vector<ControlRecord> records;  // ascending by key
    bool complete = false;
    const ControlRecord* Find(std::string_view key) const;
  };
  virtual std::shared_ptr<const Snapshot> Read() const = 0;
  // Appends a record durably. The snapshot shows it when it was read back.
  virtual Status Write(const ControlRecord& record) = 0;
  // The process ends: from now on no Write(), those under way included, lasts longer than until
  // `deadline` from now, or waits for somebody who is not there; a second call cannot put it off.
  // Any thread; returns at once.
  virtual void EndWithin(Duration deadline) = 0;
};

}  // namespace riposte::pipeline
