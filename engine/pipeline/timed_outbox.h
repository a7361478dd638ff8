// How long the transactions of a task take: for a metric only, nothing depends on it.
#pragma once

#include <chrono>
#include <memory>

#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// Shared, since who commits may be at it when the task is gone already.
using CommitTime = std::shared_ptr<std::chrono::duration<double>>;

// The same outbox, which sets `took` to the time that each Commit() took, whatever came of it,
// before it answers. On the thread that commits.
std::unique_ptr<Outbox> Timed(std::unique_ptr<Outbox> outbox, CommitTime took);

}  // namespace riposte::pipeline
