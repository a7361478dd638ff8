#include "engine/pipeline/timed_outbox.h"

#include <utility>

namespace riposte::pipeline {
namespace {

using std::chrono::steady_clock;

class TimedOutbox final : public Outbox {
 public:
  TimedOutbox(std::unique_ptr<Outbox> outbox, CommitTime took)
      : outbox_(std::move(outbox)), took_(std::move(took)) {}
  size_t MaxValueBytes(OutTopic topic) const override { return outbox_->MaxValueBytes(topic); }
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const NextOffset> offsets) override {
    const steady_clock::time_point begin = steady_clock::now();
    Result<Committed> answer = outbox_->Commit(records, offsets);
    *took_ = steady_clock::now() - begin;
    return answer;
  }
  std::optional<int64_t> ChangelogNext() const override { return outbox_->ChangelogNext(); }

 private:
  std::unique_ptr<Outbox> outbox_;
  const CommitTime took_;
};

}  // namespace

std::unique_ptr<Outbox> Timed(std::unique_ptr<Outbox> outbox, CommitTime took) {
  return std::make_unique<TimedOutbox>(std::move(outbox), std::move(took));
}

}  // namespace riposte::pipeline
