// A task's commits as a flow of control of their own, as the pipeline's commit thread: a process
// works on while one is under way, and each can be overtaken or killed by itself.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/pipeline/committer.h"
#include "tests/simulation/fiber.h"
#include "tests/simulation/network.h"
#include "tests/simulation/sim_clock.h"

namespace riposte::sim {

// Outlives its task's committer while a commit is under way: who ends a task waits for that.
struct CommitFlow {
  std::unique_ptr<pipeline::Outbox> outbox;
  std::vector<pipeline::OutRecord> records;  // copies: the task may be gone
  int64_t next_offset = 0;
  std::unique_ptr<Fiber> fiber;  // of the last transaction; null before the first
  Time wake_at{};
  std::optional<Result<pipeline::Committed>> answer;
  bool abandoned = false;  // the task is gone

  bool under_way() const { return fiber != nullptr && !fiber->ended(); }
};

// For the process's main flow. `host` lets it wait and outlives it; `run` is the body of a flow: it
// commits what the flow holds, unless the process is killed meanwhile.
std::unique_ptr<pipeline::Committer> MakeCommitFlow(std::shared_ptr<CommitFlow> flow, Host& host,
                                                    std::function<void(CommitFlow& flow)> run);

}  // namespace riposte::sim
