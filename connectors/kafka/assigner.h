// From a list of partitions that the group gave to ready Inputs and Outboxes, in the order that the
// promise of delivery needs: fence, committed offsets, split queues, and only then assign with
// offsets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/start_plan.h"
#include "connectors/kafka/task_outbox.h"
#include "connectors/kafka/task_plan.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

struct BuiltAssignment {
  std::vector<pipeline::Assignment> tasks;
  PartitionListPtr partitions;  // with offsets, for rd_kafka_assign
};

class Assigner {
 public:
  // All must outlive it, the settings of `context` all tasks, too. `stopping` is asked between the
  // attempts of what takes long.
  Assigner(const Options& options, const TaskContext& context, rd_kafka_t* consumer,
           std::function<bool()> stopping);

  // In the assign callback. kPermission, kInvalidArgument and kNotFound need an operator; after any
  // other error joining the group anew may help.
  Result<BuiltAssignment> Build(const std::shared_ptr<Membership>& membership,
                                const rd_kafka_topic_partition_list_t& partitions);

 private:
  struct Task {
    PlannedTask plan;
    std::unique_ptr<TaskOutbox> outbox;  // fenced
  };
  using StartOf = std::map<pipeline::PartitionId, Start>;

  Result<std::vector<Task>> FenceAll(const std::shared_ptr<Membership>& membership,
                                     std::vector<PlannedTask> plans);
  // Of the kind of delivery that is configured.
  std::unique_ptr<TaskOutbox> MakeOutbox(const std::shared_ptr<Membership>& membership,
                                         const std::string& id) const;
  Status Fence(TaskOutbox& outbox) const;
  // Of the input topics among `ids`, if that matters for which tasks there are.
  Result<std::map<std::string, int32_t>> InputCounts(const std::vector<pipeline::PartitionId>& ids);
  Result<StartOf> AllStarts(const std::vector<pipeline::PartitionId>& ids,
                            const std::vector<Task>& tasks);
  Result<std::vector<Start>> Starts(const std::string& topic, const std::vector<int32_t>& mine,
                                    const std::vector<Task>& tasks);
  Result<TopicState> ReadState(const std::string& topic, const std::vector<int32_t>& mine);
  Status Pin(const std::vector<Start>& pins, const std::vector<Task>& tasks);
  pipeline::Assignment Assemble(const std::shared_ptr<Membership>& membership, Task task,
                                const StartOf& starts,
                                rd_kafka_topic_partition_list_t& partitions) const;
  pipeline::Source Open(const std::shared_ptr<Membership>& membership, const Start& start) const;
  pipeline::StateTask StateOf(int32_t number) const;
  bool IsShuffle(const std::string& topic) const { return topic == shuffle_; }
  void NoteSkip(const Start& start) const;

  const Options& options_;
  const Options shuffle_options_;  // the shuffle begins and goes on without asking the operator
  const std::string shuffle_;      // its topic
  const TaskContext& context_;
  rd_kafka_t* const consumer_;
  const std::function<bool()> stopping_;
};

}  // namespace riposte::kafka
