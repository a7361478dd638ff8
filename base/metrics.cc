#include "base/metrics.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>

#include <dirent.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/check.h"

namespace riposte::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

std::map<std::string, std::string> ToMap(const Labels& labels) {
  return {labels.begin(), labels.end()};
}

std::string ReadProc(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The fields of /proc/self/stat behind the command's name, which may hold blanks: index 0 is field
// 3 of proc(5).
std::vector<std::string> ProcStat() {
  const std::string text = ReadProc("/proc/self/stat");
  const size_t close = text.rfind(')');
  if (close == std::string::npos) return {};
  std::istringstream rest(text.substr(close + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

std::optional<double> BootTime() {
  std::istringstream lines(ReadProc("/proc/stat"));
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return std::nullopt;
}

std::optional<double> CountOpenFiles() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return std::nullopt;
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder itself
}

void Append(std::vector<MetricFamily>& families, const char* name, const char* help,
            MetricType type, std::optional<double> value) {
  if (!value) return;
  MetricFamily family{name, help, type, {prometheus::ClientMetric{}}};
  family.metric[0].gauge.value = *value;
  family.metric[0].counter.value = *value;
  families.push_back(std::move(family));
}

// What Prometheus' own client libraries tell about a process, from procfs.
void AppendProcess(std::vector<MetricFamily>& families) {
  const std::vector<std::string> stat = ProcStat();
  constexpr size_t kUserTicks = 11, kSystemTicks = 12, kThreads = 17, kStartTicks = 19,
                   kVirtualBytes = 20, kResidentPages = 21;
  if (stat.size() > kResidentPages) {
    const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
    Append(families, "process_cpu_seconds_total",
           "Total user and system CPU time spent in seconds.", MetricType::Counter,
           (std::stod(stat[kUserTicks]) + std::stod(stat[kSystemTicks])) / ticks);
    Append(families, "process_threads", "Number of threads.", MetricType::Gauge,
           std::stod(stat[kThreads]));
    Append(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
           MetricType::Gauge, std::stod(stat[kVirtualBytes]));
    Append(families, "process_resident_memory_bytes", "Resident memory size in bytes.",
           MetricType::Gauge, std::stod(stat[kResidentPages]) * page);
    if (const std::optional<double> boot = BootTime()) {
      Append(families, "process_start_time_seconds",
             "Start time of the process since unix epoch in seconds.", MetricType::Gauge,
             *boot + std::stod(stat[kStartTicks]) / ticks);
    }
  }
  Append(families, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
         CountOpenFiles());
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Append(families, "process_max_fds", "Maximum number of open file descriptors.",
           MetricType::Gauge, static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

void Counter::Add(double amount) const { metric_->Increment(amount); }
void Gauge::Set(double value) const { metric_->Set(value); }
void Gauge::Add(double amount) const { metric_->Increment(amount); }
void Histogram::AddBuckets(std::span<const uint64_t> counts, double sum) const {
  metric_->ObserveMultiple({counts.begin(), counts.end()}, sum);
}

Counter CounterFamily::With(const Labels& labels) const {
  Counter counter;
  counter.metric_ = &family_->Add(ToMap(labels));
  return counter;
}
void CounterFamily::Remove(Counter counter) const { family_->Remove(counter.metric_); }
Gauge GaugeFamily::With(const Labels& labels) const {
  Gauge gauge;
  gauge.metric_ = &family_->Add(ToMap(labels));
  return gauge;
}
void GaugeFamily::Remove(Gauge gauge) const { family_->Remove(gauge.metric_); }

struct Registry::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Throw};
  mutable std::mutex mutex;
  std::vector<std::function<void()>> refreshes;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

CounterFamily Registry::AddCounters(const std::string& name, const std::string& help) {
  CounterFamily family;
  family.family_ = &prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
  return family;
}

GaugeFamily Registry::AddGauges(const std::string& name, const std::string& help) {
  GaugeFamily family;
  family.family_ = &prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
  return family;
}

Counter Registry::AddCounter(const std::string& name, const std::string& help) {
  return AddCounters(name, help).With({});
}

Gauge Registry::AddGauge(const std::string& name, const std::string& help) {
  return AddGauges(name, help).With({});
}

Histogram Registry::AddHistogram(const std::string& name, const std::string& help,
                                 std::span<const double> upper_bounds) {
  Histogram histogram;
  histogram.metric_ = &prometheus::BuildHistogram()
                           .Name(name)
                           .Help(help)
                           .Register(impl_->registry)
                           .Add({}, prometheus::Histogram::BucketBoundaries(upper_bounds.begin(),
                                                                            upper_bounds.end()));
  return histogram;
}

void Registry::OnScrape(std::function<void()> refresh) {
  const std::lock_guard lock(impl_->mutex);
  impl_->refreshes.push_back(std::move(refresh));
}

std::string Registry::Text() const {
  const std::lock_guard lock(impl_->mutex);
  for (const std::function<void()>& refresh : impl_->refreshes) refresh();
  std::vector<MetricFamily> families = impl_->registry.Collect();
  // A family whose series are all gone has nothing to say.
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  AppendProcess(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace riposte::metrics
