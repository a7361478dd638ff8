#include "engine/pipeline/pulse.h"

#include <algorithm>
#include <utility>

namespace riposte::pipeline {
namespace {

// Waiting for as long as it lives.
class Pause {
 public:
  Pause(Pulse& pulse, const Clock& clock) : pulse_(pulse), clock_(clock) { pulse_.Waiting(); }
  ~Pause() { pulse_.Working(clock_.Now()); }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

 private:
  Pulse& pulse_;
  const Clock& clock_;
};

class PulsedInput final : public Input {
 public:
  PulsedInput(std::unique_ptr<Input> input, Pulse& pulse, const Clock& clock)
      : input_(std::move(input)), pulse_(pulse), clock_(clock) {}
  const PartitionId& id() const override { return input_->id(); }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<Record>& records) override {
    const Pause pause(pulse_, clock_);
    return input_->Poll(max_records, max_bytes, wait, records);
  }
  Status Rewind(int64_t offset) override {
    const Pause pause(pulse_, clock_);
    return input_->Rewind(offset);
  }
  int64_t Lag() const override { return input_->Lag(); }

 private:
  std::unique_ptr<Input> input_;
  Pulse& pulse_;
  const Clock& clock_;
};

class PulsedCommitter final : public Committer {
 public:
  PulsedCommitter(std::unique_ptr<Committer> committer, Pulse& pulse, const Clock& clock)
      : committer_(std::move(committer)), pulse_(pulse), clock_(clock) {}
  size_t MaxValueBytes(OutTopic topic) const override { return committer_->MaxValueBytes(topic); }
  void Submit(std::span<const OutRecord> records, std::span<const NextOffset> offsets) override {
    committer_->Submit(records, offsets);
  }
  std::optional<Result<Committed>> Take(Duration wait) override {
    const Pause pause(pulse_, clock_);
    return committer_->Take(wait);
  }
  std::optional<int64_t> ChangelogNext() const override { return committer_->ChangelogNext(); }

 private:
  std::unique_ptr<Committer> committer_;
  Pulse& pulse_;
  const Clock& clock_;
};

class PulsedChangelog final : public state::Changelog {
 public:
  PulsedChangelog(std::unique_ptr<state::Changelog> changelog, Pulse& pulse, const Clock& clock)
      : changelog_(std::move(changelog)), pulse_(pulse), clock_(clock) {}
  Result<Extent> Measure() override {
    const Pause pause(pulse_, clock_);
    return changelog_->Measure();
  }
  // However many records it has, each of them is progress.
  Status Read(int64_t from, int64_t end, const Each& each) override {
    const Pause pause(pulse_, clock_);
    return changelog_->Read(
        from, end,
        [&](int64_t offset, std::string_view key, std::optional<std::string_view> value) {
          pulse_.Working(clock_.Now());
          Status worked = each(offset, key, value);
          pulse_.Waiting();
          return worked;
        });
  }

 private:
  std::unique_ptr<state::Changelog> changelog_;
  Pulse& pulse_;
  const Clock& clock_;
};

}  // namespace

Duration Pulse::WorkingFor(Time now) const {
  const int64_t since = working_since_ms_.load(std::memory_order_relaxed);
  if (since == kWaiting) return Duration::zero();
  return std::max(Duration::zero(), now - TimeFromMs(since));
}

std::unique_ptr<Input> WithPulse(std::unique_ptr<Input> input, Pulse& pulse, const Clock& clock) {
  return std::make_unique<PulsedInput>(std::move(input), pulse, clock);
}

std::unique_ptr<Committer> WithPulse(std::unique_ptr<Committer> committer, Pulse& pulse,
                                     const Clock& clock) {
  return std::make_unique<PulsedCommitter>(std::move(committer), pulse, clock);
}

std::unique_ptr<state::Changelog> WithPulse(std::unique_ptr<state::Changelog> changelog,
                                            Pulse& pulse, const Clock& clock) {
  return std::make_unique<PulsedChangelog>(std::move(changelog), pulse, clock);
}

}  // namespace riposte::pipeline
