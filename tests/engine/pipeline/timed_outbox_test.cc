#include "engine/pipeline/timed_outbox.h"

#include <thread>

#include <gtest/gtest.h>

#include "engine/pipeline/committer.h"

namespace riposte::pipeline {
namespace {

using Seconds = std::chrono::duration<double>;
using std::chrono::steady_clock;

// Answers with what it got, once a clock's tick is over.
class TickingOutbox final : public Outbox {
 public:
  size_t MaxValueBytes(OutTopic topic) const override { return topic == OutTopic::kAudit ? 7 : 5; }
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const NextOffset> offsets) override {
    const steady_clock::time_point begin = steady_clock::now();
    while (steady_clock::now() == begin) std::this_thread::yield();
    if (records.empty()) return Status(ErrorCode::kFenced, "another");
    next_ = offsets.front().offset;
    return Committed::kAborted;
  }
  std::optional<int64_t> ChangelogNext() const override { return next_; }

 private:
  std::optional<int64_t> next_;
};

// Whoever takes the answer sees it, also that of a transaction that failed.
TEST(TimedOutboxTest, TellsWhatACommitTook) {
  const CommitTime took = std::make_shared<Seconds>();
  const std::unique_ptr<Committer> committer =
      MakeCommitThread(Timed(std::make_unique<TickingOutbox>(), took));
  const std::vector<OutRecord> records(1);
  const NextOffset next{.id = {}, .offset = 42};
  for (const size_t count : {1, 0}) {
    *took = Seconds(-1);
    const steady_clock::time_point begin = steady_clock::now();
    committer->Submit({records.data(), count}, {&next, 1});
    const std::optional<Result<Committed>> answer = committer->Take(std::chrono::seconds(60));
    ASSERT_TRUE(answer);
    if (count == 0) {
      EXPECT_EQ(answer->status().code(), ErrorCode::kFenced);
    } else {
      EXPECT_EQ(**answer, Committed::kAborted);
    }
    EXPECT_GT(took->count(), 0);
    EXPECT_LE(*took, steady_clock::now() - begin);
  }
}

TEST(TimedOutboxTest, IsTheSameOutboxOtherwise) {
  const CommitTime took = std::make_shared<Seconds>();
  const std::unique_ptr<Outbox> outbox = Timed(std::make_unique<TickingOutbox>(), took);
  EXPECT_EQ(outbox->MaxValueBytes(OutTopic::kAudit), 7u);
  EXPECT_EQ(outbox->MaxValueBytes(OutTopic::kAlerts), 5u);
  EXPECT_EQ(outbox->ChangelogNext(), std::nullopt);
  const std::vector<OutRecord> records(1);
  const NextOffset next{.id = {}, .offset = 42};
  ASSERT_TRUE(outbox->Commit(records, {&next, 1}).ok());
  EXPECT_EQ(outbox->ChangelogNext(), 42);
}

}  // namespace
}  // namespace riposte::pipeline
