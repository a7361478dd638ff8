#include "engine/pipeline/observer.h"

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

TEST(DelayHistogramTest, ABoundBelongsToItsOwnBucket) {
  for (size_t i = 0; i < kDelayBounds.size(); ++i) {
    DelayHistogram histogram;
    histogram.Add(kDelayBounds[i]);
    histogram.Add(kDelayBounds[i] * 1.0001);
    EXPECT_EQ(histogram.buckets[i], 1u) << i;
    EXPECT_EQ(histogram.buckets[i + 1], 1u) << i;
  }
}

TEST(DelayHistogramTest, SumsWhatWasAdded) {
  DelayHistogram histogram;
  histogram.Add(0.5, 4);
  histogram.Add(0);
  EXPECT_EQ(histogram.buckets[0], 1u);
  EXPECT_DOUBLE_EQ(histogram.sum_seconds, 2.0);
}

}  // namespace
}  // namespace riposte::pipeline
