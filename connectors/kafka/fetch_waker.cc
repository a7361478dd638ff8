#include "connectors/kafka/fetch_waker.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace riposte::kafka {
namespace {

constexpr int kFirstVersionWithBackoff = 0x02030000;
// Between two requests, whatever the number of partitions.
constexpr Duration kPause{10};
constexpr int kAnswerTimeoutMs = 250;

}  // namespace

bool FetchWaker::Needed() { return rd_kafka_version() < kFirstVersionWithBackoff; }

FetchWaker::FetchWaker(rd_kafka_t* consumer) : consumer_(consumer), thread_([this] { Run(); }) {}

FetchWaker::~FetchWaker() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void FetchWaker::RunsLow(const pipeline::PartitionId& id) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::find(low_.begin(), low_.end(), id) != low_.end()) return;
    low_.push_back(id);
  }
  changed_.notify_one();
}

void FetchWaker::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !low_.empty(); });
    if (stop_) return;
    const pipeline::PartitionId id = std::move(low_.front());
    low_.pop_front();
    lock.unlock();
    int64_t low = 0;
    int64_t high = 0;
    // The answer does not matter, and an error is the fetcher's to report.
    (void)rd_kafka_query_watermark_offsets(consumer_, id.topic.c_str(), id.partition, &low, &high,
                                           kAnswerTimeoutMs);
    lock.lock();
    changed_.wait_for(lock, kPause, [this] { return stop_; });
  }
}

}  // namespace riposte::kafka
