#include "base/metrics.h"

#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace riposte::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountersAndGauges) {
  Registry registry;
  const CounterFamily topics =
      registry.AddCounters("riposte_events_consumed_total", "Events read.");
  const Counter a = topics.With({{"topic", "a"}});
  const Counter quoted = topics.With({{"topic", "q\"\\\n"}});
  a.Add();
  a.Add(2);
  topics.With({{"topic", "a"}}).Add(1);  // the same series
  quoted.Add();
  const Gauge lag = registry.AddGauge("riposte_lag", "Lag.");
  lag.Set(7);
  lag.Add(-2);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE riposte_events_consumed_total counter\n"));
  EXPECT_THAT(text, HasSubstr("riposte_events_consumed_total{topic=\"a\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("riposte_events_consumed_total{topic=\"q\\\"\\\\\\n\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("riposte_lag 5\n"));
}

TEST(Metrics, HistogramsTakeBucketsInBulk) {
  Registry registry;
  const std::array<double, 2> bounds = {0.1, 1};
  const Histogram delay = registry.AddHistogram("riposte_delay_seconds", "Delay.", bounds);
  const std::array<uint64_t, 3> counts = {5, 3, 2};
  delay.AddBuckets(counts, 12.5);
  delay.AddBuckets(counts, 0.5);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("riposte_delay_seconds_bucket{le=\"0.1\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("riposte_delay_seconds_bucket{le=\"1\"} 16\n"));
  EXPECT_THAT(text, HasSubstr("riposte_delay_seconds_bucket{le=\"+Inf\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("riposte_delay_seconds_count 20\n"));
  EXPECT_THAT(text, HasSubstr("riposte_delay_seconds_sum 13\n"));
}

TEST(Metrics, RemovedSeriesAreGone) {
  Registry registry;
  const CounterFamily rules = registry.AddCounters("riposte_rule_matches_total", "Matches.");
  const Counter one = rules.With({{"rule", "one"}});
  const Counter two = rules.With({{"rule", "two"}});
  one.Add();
  two.Add();
  rules.Remove(one);
  EXPECT_THAT(registry.Text(), Not(HasSubstr("rule=\"one\"")));
  EXPECT_THAT(registry.Text(), HasSubstr("rule=\"two\""));
  rules.Remove(two);
  EXPECT_THAT(registry.Text(), Not(HasSubstr("riposte_rule_matches_total")));
}

TEST(Metrics, TheProcessIsDescribed) {
  Registry registry;
  const std::string text = registry.Text();
  for (const char* const name :
       {"process_cpu_seconds_total", "process_resident_memory_bytes",
        "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
        "process_start_time_seconds", "process_threads"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name + " ")) << name;
  }
}

TEST(Metrics, GaugesAreRefreshedAtEachScrape) {
  Registry registry;
  const Gauge scrapes = registry.AddGauge("riposte_scrapes", "Scrapes.");
  registry.OnScrape([scrapes] { scrapes.Add(1); });
  EXPECT_THAT(registry.Text(), HasSubstr("riposte_scrapes 1\n"));
  EXPECT_THAT(registry.Text(), HasSubstr("riposte_scrapes 2\n"));
}

TEST(Metrics, ThreadsCountWhileOthersScrape) {
  Registry registry;
  const Counter counter = registry.AddCounter("riposte_things_total", "Things.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([counter] {
      for (int i = 0; i < 1000; ++i) counter.Add();
    });
  }
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(registry.Text().empty());
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(registry.Text(), HasSubstr("riposte_things_total 3000\n"));
}

TEST(Metrics, PromtoolFindsNothing) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "needs promtool (package prometheus)";
  }
  Registry registry;
  registry.AddCounter("riposte_things_total", "Things.").Add();
  const test::TempDir folder;
  const std::string path = folder.Write("metrics.txt", registry.Text());
  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
}

}  // namespace
}  // namespace riposte::metrics
