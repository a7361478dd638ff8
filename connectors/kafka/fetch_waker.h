// Wakes the client's fetcher when a prefetch queue that was full runs low.
//
// librdkafka before 2.3 looks at a full queue again only when the thread of its broker wakes for
// another reason, up to a second later, however fast the queue was drained; measured, that is most
// of the time of a backlog. Any request to that broker wakes the thread, so the partition's offsets
// are asked for. Newer versions have a property instead (fetch.queue.backoff.ms) and need none of
// this.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <librdkafka/rdkafka.h>

#include "engine/pipeline/ports.h"

namespace riposte::kafka {

class FetchWaker {
 public:
  // Whether the library of this process needs one.
  static bool Needed();

  // `consumer` must outlive it.
  explicit FetchWaker(rd_kafka_t* consumer);
  // Waits for the request at hand, a fraction of a second at most.
  ~FetchWaker();
  FetchWaker(const FetchWaker&) = delete;  // a thread points at it
  FetchWaker& operator=(const FetchWaker&) = delete;

  // The queue of the partition runs low though its topic has more. Any thread; cheap enough for
  // each batch. Requests are spaced, and several of one partition are one.
  void RunsLow(const pipeline::PartitionId& id);

 private:
  void Run();

  rd_kafka_t* const consumer_;
  std::mutex mutex_;  // of the members below
  std::condition_variable changed_;
  std::deque<pipeline::PartitionId> low_;  // each once, longest wait first
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace riposte::kafka
