#include "engine/pipeline/committer.h"

#include <future>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

using std::chrono::seconds;

// Answers when it is let.
class GatedOutbox final : public Outbox {
 public:
  struct Gate {
    std::promise<Result<Committed>> answer;
    std::vector<std::thread::id> threads;  // of commits and the end
    std::vector<int64_t> offsets;
    std::vector<size_t> records;
  };
  explicit GatedOutbox(Gate& gate) : gate_(gate) {}
  ~GatedOutbox() override { gate_.threads.push_back(std::this_thread::get_id()); }
  size_t MaxValueBytes(OutTopic topic) const override { return topic == OutTopic::kAudit ? 7 : 5; }
  Result<Committed> Commit(std::span<const OutRecord> records, int64_t next_offset) override {
    gate_.threads.push_back(std::this_thread::get_id());
    gate_.offsets.push_back(next_offset);
    gate_.records.push_back(records.size());
    Result<Committed> answer = gate_.answer.get_future().get();
    gate_.answer = {};
    return answer;
  }

 private:
  Gate& gate_;
};

TEST(CommitThreadTest, CommitsBesideItsCaller) {
  GatedOutbox::Gate gate;
  std::unique_ptr<Committer> committer = MakeCommitThread(std::make_unique<GatedOutbox>(gate));
  EXPECT_EQ(committer->MaxValueBytes(OutTopic::kAudit), 7u);
  EXPECT_FALSE(committer->Take(Duration(0)));
  const std::vector<OutRecord> records(3);
  committer->Submit(records, 42);
  EXPECT_FALSE(committer->Take(Duration(0)));
  EXPECT_FALSE(committer->Take(Duration(1)));
  gate.answer.set_value(Committed::kAborted);
  std::optional<Result<Committed>> answer = committer->Take(seconds(60));
  ASSERT_TRUE(answer);
  EXPECT_EQ(**answer, Committed::kAborted);
  EXPECT_FALSE(committer->Take(Duration(0)));  // once

  committer->Submit({}, 43);
  gate.answer.set_value(Status(ErrorCode::kFenced, "another"));
  answer = committer->Take(seconds(60));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status().code(), ErrorCode::kFenced);
  committer.reset();
  EXPECT_EQ(gate.offsets, (std::vector<int64_t>{42, 43}));
  EXPECT_EQ(gate.records, (std::vector<size_t>{3, 0}));
  ASSERT_EQ(gate.threads.size(), 3u);  // all on one, which is not ours
  EXPECT_EQ(std::set(gate.threads.begin(), gate.threads.end()).size(), 1u);
  EXPECT_NE(gate.threads[0], std::this_thread::get_id());
}

TEST(CommitThreadTest, ItsEndWaitsForTheTransactionUnderWay) {
  GatedOutbox::Gate gate;
  std::unique_ptr<Committer> committer = MakeCommitThread(std::make_unique<GatedOutbox>(gate));
  const std::vector<OutRecord> records(1);
  committer->Submit(records, 1);
  EXPECT_FALSE(committer->Take(Duration(1)));
  std::thread later([&gate] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    gate.answer.set_value(Committed::kYes);
  });
  committer.reset();
  later.join();
  EXPECT_EQ(gate.threads.back(), gate.threads.front());
}

TEST(DirectCommitterTest, CommitsWithinSubmit) {
  GatedOutbox::Gate gate;
  const std::unique_ptr<Committer> committer =
      MakeDirectCommitter(std::make_unique<GatedOutbox>(gate));
  EXPECT_FALSE(committer->Take(Duration(0)));
  gate.answer.set_value(Committed::kYes);
  committer->Submit({}, 9);
  const std::optional<Result<Committed>> answer = committer->Take(Duration(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(**answer, Committed::kYes);
  EXPECT_EQ(gate.threads, std::vector<std::thread::id>{std::this_thread::get_id()});
  EXPECT_FALSE(committer->Take(Duration(0)));
}

}  // namespace
}  // namespace riposte::pipeline
