// Metrics in the Prometheus text format (only here prometheus-cpp).
//
// Looking a series up is slow (a map under a lock); counting on a handle is a few nanoseconds. So
// callers keep the handles. Handles are pointers: cheap to copy, valid until the series is removed
// or the registry ends. Everything here is safe to call from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
template <typename T>
class Family;
}  // namespace prometheus

namespace riposte::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void Add(double amount = 1) const;  // not negative

 private:
  friend class CounterFamily;
  prometheus::Counter* metric_ = nullptr;
};

class Gauge {
 public:
  void Set(double value) const;
  void Add(double amount) const;

 private:
  friend class GaugeFamily;
  prometheus::Gauge* metric_ = nullptr;
};

class Histogram {
 public:
  // Adds counts that were kept elsewhere: one for each upper bound and one more for what is above,
  // and the sum of the values.
  void AddBuckets(std::span<const uint64_t> counts, double sum) const;

 private:
  friend class Registry;
  prometheus::Histogram* metric_ = nullptr;
};

// Series of one name; one for each distinct set of labels.
class CounterFamily {
 public:
  Counter With(const Labels& labels) const;  // the existing one, or a new one at 0
  void Remove(Counter counter) const;        // its handles must not be used again

 private:
  friend class Registry;
  prometheus::Family<prometheus::Counter>* family_ = nullptr;
};

class GaugeFamily {
 public:
  Gauge With(const Labels& labels) const;
  void Remove(Gauge gauge) const;

 private:
  friend class Registry;
  prometheus::Family<prometheus::Gauge>* family_ = nullptr;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;  // families and handles point into it

  // A name may be added once; `help` is one sentence.
  CounterFamily AddCounters(const std::string& name, const std::string& help);
  GaugeFamily AddGauges(const std::string& name, const std::string& help);
  Counter AddCounter(const std::string& name, const std::string& help);
  Gauge AddGauge(const std::string& name, const std::string& help);
  Histogram AddHistogram(const std::string& name, const std::string& help,
                         std::span<const double> upper_bounds);

  // Runs at the beginning of each Text(), to set the gauges whose values are only worth knowing
  // then.
  void OnScrape(std::function<void()> refresh);

  // All series, and process_* of this process, in the text format 0.0.4.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::metrics
