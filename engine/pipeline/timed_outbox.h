// How long the transactions of a task take: for a metric only, nothing depends on it.
#pragma once

#include <chrono>
#include <memory>

#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// The same outbox, which sets `took` to the time that each Commit() took, whatever came of it,
// before it answers. On the thread that commits; `took` outlives it.
std::unique_ptr<Outbox> Timed(std::unique_ptr<Outbox> outbox, std::chrono::duration<double>& took);

}  // namespace riposte::pipeline
