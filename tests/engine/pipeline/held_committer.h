// Commits that are answered when the test says so, or when somebody waits for them.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "engine/pipeline/committer.h"

namespace riposte::test {

// What the committers of one test share; outlives them.
struct Holding {
  bool holds = true;  // false: answered at once
  int submitted = 0;
  int waited_for = 0;  // takes that had to wait
};

class HeldCommitter final : public pipeline::Committer {
 public:
  HeldCommitter(std::unique_ptr<pipeline::Outbox> outbox, Holding& holding)
      : outbox_(std::move(outbox)), holding_(holding) {}

  size_t MaxValueBytes(pipeline::OutTopic topic) const override {
    return outbox_->MaxValueBytes(topic);
  }
  void Submit(std::span<const pipeline::OutRecord> records,
              std::span<const pipeline::NextOffset> offsets) override {
    RIPOSTE_CHECK(!submitted_, "one transaction at a time");
    submitted_ = {.records = records, .offsets = offsets};
    ++holding_.submitted;
  }
  std::optional<Result<pipeline::Committed>> Take(Duration wait) override {
    if (!submitted_ || (holding_.holds && wait == Duration::zero())) return std::nullopt;
    if (holding_.holds) ++holding_.waited_for;
    const Transaction under_way = *std::exchange(submitted_, std::nullopt);
    return outbox_->Commit(under_way.records, under_way.offsets);
  }
  std::optional<int64_t> ChangelogNext() const override { return outbox_->ChangelogNext(); }

 private:
  struct Transaction {
    std::span<const pipeline::OutRecord> records;
    std::span<const pipeline::NextOffset> offsets;
  };
  std::unique_ptr<pipeline::Outbox> outbox_;
  Holding& holding_;
  std::optional<Transaction> submitted_;
};

inline pipeline::MakeCommitter Hold(Holding& holding) {
  return [&holding](std::unique_ptr<pipeline::Outbox> outbox) {
    return std::make_unique<HeldCommitter>(std::move(outbox), holding);
  };
}

}  // namespace riposte::test
