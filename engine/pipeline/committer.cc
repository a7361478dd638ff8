#include "engine/pipeline/committer.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/check.h"

namespace riposte::pipeline {
namespace {

class CommitThread final : public Committer {
 public:
  explicit CommitThread(std::unique_ptr<Outbox> outbox)
      : outbox_(std::move(outbox)), thread_([this] { Run(); }) {}
  ~CommitThread() override {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  CommitThread(const CommitThread&) = delete;  // the thread points at it
  CommitThread& operator=(const CommitThread&) = delete;

  size_t MaxValueBytes(OutTopic topic) const override { return outbox_->MaxValueBytes(topic); }

  void Submit(std::span<const OutRecord> records, std::span<const NextOffset> offsets) override {
    {
      const std::scoped_lock lock(mutex_);
      RIPOSTE_CHECK(!job_ && !answer_, "one transaction at a time");
      job_ = Job{.records = records, .offsets = offsets};
    }
    changed_.notify_all();
  }

  std::optional<Result<Committed>> Take(Duration wait) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [this] { return answer_.has_value(); });
    return std::exchange(answer_, std::nullopt);
  }

  std::optional<int64_t> ChangelogNext() const override {
    const std::scoped_lock lock(mutex_);
    RIPOSTE_CHECK(!job_, "none is under way");
    return outbox_->ChangelogNext();
  }

 private:
  struct Job {
    std::span<const OutRecord> records;
    std::span<const NextOffset> offsets;
  };

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || job_; });
      if (stop_) break;
      const Job job = *job_;
      lock.unlock();
      Result<Committed> answer = outbox_->Commit(job.records, job.offsets);
      lock.lock();
      job_.reset();
      answer_ = std::move(answer);
      changed_.notify_all();
    }
    lock.unlock();
    outbox_.reset();
  }

  std::unique_ptr<Outbox> outbox_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::optional<Job> job_;  // until it is answered
  std::optional<Result<Committed>> answer_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

class DirectCommitter final : public Committer {
 public:
  explicit DirectCommitter(std::unique_ptr<Outbox> outbox) : outbox_(std::move(outbox)) {}
  size_t MaxValueBytes(OutTopic topic) const override { return outbox_->MaxValueBytes(topic); }
  void Submit(std::span<const OutRecord> records, std::span<const NextOffset> offsets) override {
    RIPOSTE_CHECK(!answer_, "one transaction at a time");
    answer_ = outbox_->Commit(records, offsets);
  }
  std::optional<Result<Committed>> Take(Duration) override {
    return std::exchange(answer_, std::nullopt);
  }
  std::optional<int64_t> ChangelogNext() const override { return outbox_->ChangelogNext(); }

 private:
  std::unique_ptr<Outbox> outbox_;
  std::optional<Result<Committed>> answer_;
};

}  // namespace

std::unique_ptr<Committer> MakeCommitThread(std::unique_ptr<Outbox> outbox) {
  return std::make_unique<CommitThread>(std::move(outbox));
}

std::unique_ptr<Committer> MakeDirectCommitter(std::unique_ptr<Outbox> outbox) {
  return std::make_unique<DirectCommitter>(std::move(outbox));
}

}  // namespace riposte::pipeline
