#include "benchmarks/paced_input.h"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace riposte::bench {

using std::chrono::steady_clock;

Pace::Pace(const Events& events, double per_second) : events_(events), period_(1 / per_second) {}

class PacedInput final : public pipeline::Input {
 public:
  explicit PacedInput(std::shared_ptr<Pace> pace) : pace_(std::move(pace)), id_(pace_->id()) {}

  const pipeline::PartitionId& id() const override { return id_; }
  Status Poll(size_t max_records, size_t /*max_bytes*/, Duration wait,
              std::vector<pipeline::Record>& records) override {
    records.clear();
    const steady_clock::time_point deadline = steady_clock::now() + wait;
    std::this_thread::sleep_until(std::min(deadline, DueOf(next_)));
    const steady_clock::time_point now = steady_clock::now();
    if (DueOf(next_) <= now) Note(now - DueOf(next_));
    for (; records.size() < max_records && DueOf(next_) <= now; ++next_) {
      const simdjson::padded_string& bytes =
          pace_->events_[static_cast<size_t>(next_) % pace_->events_.size()];
      records.push_back({.offset = next_,
                         .key = {},
                         .value = std::string_view(bytes),
                         .append_time = SystemClock().Now()});
    }
    return Status::Ok();
  }
  Status Rewind(int64_t offset) override {
    next_ = offset;
    return Status::Ok();
  }
  int64_t Lag() const override { return -1; }

 private:
  steady_clock::time_point DueOf(int64_t event) const {
    return pace_->begin_ + std::chrono::duration_cast<steady_clock::duration>(
                               pace_->period_ * static_cast<double>(event));
  }
  void Note(Milliseconds wait) {
    Milliseconds longest = pace_->longest_;
    while (longest < wait && !pace_->longest_.compare_exchange_weak(longest, wait)) {
    }
  }

  const std::shared_ptr<Pace> pace_;
  const pipeline::PartitionId id_;
  int64_t next_ = 0;
};

namespace {

class NoOutbox final : public pipeline::Outbox {
 public:
  size_t MaxValueBytes(pipeline::OutTopic /*topic*/) const override { return 1'000'000; }
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> /*records*/,
                                     std::span<const pipeline::NextOffset> /*offsets*/) override {
    return pipeline::Committed::kYes;
  }
};

}  // namespace

pipeline::Assignment AssignPaced(std::shared_ptr<Pace> pace, const std::string& profile) {
  pipeline::Assignment assignment;
  assignment.sources.push_back(
      {.input = std::make_unique<PacedInput>(std::move(pace)), .profile = profile});
  assignment.outbox = std::make_unique<NoOutbox>();
  return assignment;
}

}  // namespace riposte::bench
