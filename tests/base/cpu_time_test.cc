#include "base/cpu_time.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(ThreadCpuSeconds, CountsWorkAndNotWaiting) {
  const double begin = ThreadCpuSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const double waited = ThreadCpuSeconds();
  EXPECT_LT(waited - begin, 0.04);
  while (ThreadCpuSeconds() < waited + 0.01) {
  }
  EXPECT_GT(ThreadCpuSeconds(), begin);
}

}  // namespace
}  // namespace riposte
