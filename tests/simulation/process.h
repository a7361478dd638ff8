// One engine process: a member of the consumer group with real pipeline::Tasks for the partitions
// that it is given. Does with them what connectors/kafka (connector.cc, assigner.cc) and
// engine/pipeline/worker.cc do, on fibers instead of their threads, so that it can be stopped,
// overtaken or killed in the middle of any request.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/pipeline/task.h"
#include "tests/simulation/commit_flow.h"
#include "tests/simulation/fiber.h"
#include "tests/simulation/membership.h"
#include "tests/simulation/world.h"

namespace riposte::sim {

class Process final : public Host {
 public:
  // Both outlive it.
  Process(World& world, Disk& disk, Random random);
  ~Process() override;  // kills it

  // From the driver.
  bool runnable() const;
  bool ended() const { return fiber_.ended(); }
  void Resume();
  // The client library's own thread: it goes on while the process is in a call.
  void Heartbeat();
  // As SIGKILL: nothing of it runs any more but the end of its stack.
  void Kill();
  // As SIGSTOP: it neither runs nor sends heartbeats until then.
  void PauseUntil(Time until);
  bool paused() const { return world_.clock.Now() < paused_until_; }
  // In the middle of something, not between two rounds.
  bool in_call() const { return !fiber_.ended() && !idle_; }
  // As SIGTERM: commits what is open, leaves the group, ends.
  void Stop();

  void Pass(Duration at_least) override;

 private:
  struct Killed {};
  bool MainIsDue() const;
  bool IsDue(const CommitFlow& flow) const;
  void ResumeFlows();
  void ResumeFlow(CommitFlow& flow);
  std::unique_ptr<pipeline::Committer> MakeCommitter(std::unique_ptr<pipeline::Outbox> outbox);
  // The commits of tasks that are gone come to their end.
  void AwaitAbandoned();
  void Body();
  void Run();
  bool Join();  // false: asked to stop
  bool Build();
  std::unique_ptr<SimOutbox> MakeOutbox(const std::string& transactional_id, int32_t state_task);
  using Starts = std::map<PartitionId, int64_t>;
  pipeline::Assignment Assemble(const PlannedTask& plan, const Starts& starts,
                                std::unique_ptr<SimOutbox> outbox);
  pipeline::Source Open(const PartitionId& id, int64_t start);
  bool FenceAll(const std::vector<PlannedTask>& plans,
                const std::vector<std::unique_ptr<SimOutbox>>& outboxes);
  bool FenceOne(SimOutbox& outbox);
  // The offset to begin at; -1: it could not be read.
  int64_t ReadStart(const PartitionId& id);
  void Work();
  bool Round();
  const pipeline::LiveRulesPtr& Rules();
  void OnStopped(const PartitionId& id, const Status& reason);
  void Release();
  void Leave();
  KafkaError Ask(const std::function<KafkaError()>& request);
  void WakeUp();

  World& world_;
  Disk& disk_;
  Random random_;
  const Broker broker_;
  Fiber fiber_;
  Time wake_at_{};
  Time paused_until_{};
  bool was_paused_ = false;
  bool idle_ = false;
  bool killed_ = false;
  bool stopping_ = false;

  size_t rules_ = 0;  // the version that it has
  std::string name_;  // as a member; empty: of no group
  std::vector<PartitionId> assigned_;
  std::shared_ptr<Membership> membership_;
  Time last_heartbeat_{};
  bool heart_stopped_ = false;  // by a pause
  Time heart_beats_from_{};
  std::vector<std::unique_ptr<pipeline::Task>> tasks_;
  std::vector<std::shared_ptr<CommitFlow>> commits_;
  CommitFlow* current_ = nullptr;  // the flow that runs; null: the main one
};

}  // namespace riposte::sim
