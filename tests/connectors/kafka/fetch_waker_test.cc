// A real broker: a small prefetch queue, filled and drained many times over.
#include "connectors/kafka/fetch_waker.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"
#include "tests/connectors/kafka/solo_task.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr size_t kRecordBytes = 8 << 10;
constexpr size_t kRecords = 3000;  // 24 MB
constexpr size_t kQueueKb = 1024;

class FetchWakerTest : public test::KafkaTest {};

// Reads all, as a worker does: a batch, then the work on it, while the client fills the queue.
size_t ReadAll(KafkaInput& input) {
  constexpr size_t kBatch = 50;
  constexpr std::chrono::milliseconds kWork{5};
  size_t count = 0;
  while (count < kRecords) {
    const size_t taken = test::Take(input, std::min(kBatch, kRecords - count)).size();
    if (taken == 0) break;
    count += taken;
    std::this_thread::sleep_for(kWork);
  }
  return count;
}

// The client takes a few megabytes and then looks at the full queue once a second: measured, six
// seconds without a waker and less than half a second with one. The limit is far from both.
TEST_F(FetchWakerTest, ADrainedQueueIsFilledAgainAtOnce) {
  topics_->Create(input(), 1);
  topics_->Write(input(), 0,
                 std::vector<test::TopicAccess::Out>(
                     kRecords, {.key = "k", .value = std::string(kRecordBytes, 'x')}));
  test::SoloTask task(MakeOptions(), kQueueKb);
  if (FetchWaker::Needed()) task.WakeFetcher();
  const std::unique_ptr<KafkaInput> opened = task.Open({input(), 0}, 0);
  const steady_clock::time_point begin = steady_clock::now();
  EXPECT_EQ(ReadAll(*opened), kRecords);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_THAT(task.reports(), testing::ElementsAre("low"));
}

TEST_F(FetchWakerTest, EndsWithRequestsWaiting) {
  topics_->Create(input(), 4);
  test::SoloTask task(MakeOptions());
  FetchWaker waker(task.membership()->consumer());
  for (int32_t partition = 0; partition < 4; ++partition) waker.RunsLow({input(), partition});
}

}  // namespace
}  // namespace riposte::kafka
