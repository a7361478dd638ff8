// How a task's transactions are committed beside its work: a commit waits for the broker, so the
// next batch is worked on meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// Owns a task's outbox. One transaction at a time. For the task's thread, as the task is.
class Committer {
 public:
  // Waits for the transaction under way, whose answer nobody hears then: who wants it abandoned has
  // told the outbox before (a lost partition).
  virtual ~Committer() = default;
  // Outbox::MaxValueBytes.
  virtual size_t MaxValueBytes(OutTopic topic) const = 0;
  // Begins Outbox::Commit. None is under way; what is given stays as it is until its answer
  // was taken.
  virtual void Submit(std::span<const OutRecord> records, std::span<const NextOffset> offsets) = 0;
  // The answer of the one that was submitted, waiting for it at most `wait`. Empty: not yet.
  virtual std::optional<Result<Committed>> Take(Duration wait) = 0;
  // Outbox::ChangelogNext, while none is under way.
  virtual std::optional<int64_t> ChangelogNext() const = 0;
};
using MakeCommitter = std::function<std::unique_ptr<Committer>(std::unique_ptr<Outbox> outbox)>;

// Commits on a thread of its own, which is the only one that calls the outbox, and destroys it.
std::unique_ptr<Committer> MakeCommitThread(std::unique_ptr<Outbox> outbox);
// Commits within Submit(): for one flow of control, where nothing waits.
std::unique_ptr<Committer> MakeDirectCommitter(std::unique_ptr<Outbox> outbox);

}  // namespace riposte::pipeline
