#include "engine/pipeline/pulse.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace riposte::pipeline {
namespace {

TEST(PulseTest, OnlyWorkCounts) {
  Pulse pulse;
  EXPECT_EQ(pulse.WorkingFor(TimeFromMs(1000)), Duration(0));
  pulse.Working(TimeFromMs(1000));
  EXPECT_EQ(pulse.WorkingFor(TimeFromMs(1500)), Duration(500));
  EXPECT_EQ(pulse.WorkingFor(TimeFromMs(900)), Duration(0));  // the clock jumped back
  pulse.Waiting();
  EXPECT_EQ(pulse.WorkingFor(TimeFromMs(9000)), Duration(0));
}

// Looks at the pulse while it is asked for something.
struct Looking {
  Pulse* pulse;
  test::ManualClock* clock;
  std::vector<Duration> seen;
  void Look() {
    clock->Advance(Duration(100));
    seen.push_back(pulse->WorkingFor(clock->Now()));
  }
};

class LookingInput final : public Input {
 public:
  explicit LookingInput(Looking& looking) : looking_(looking) {}
  const PartitionId& id() const override { return id_; }
  Status Poll(size_t, size_t, Duration, std::vector<Record>&) override {
    looking_.Look();
    return Status::Ok();
  }
  Status Rewind(int64_t) override {
    looking_.Look();
    return Status::Ok();
  }
  int64_t Lag() const override { return 5; }

 private:
  Looking& looking_;
  PartitionId id_{.topic = "edr", .partition = 1};
};

class LookingCommitter final : public Committer {
 public:
  explicit LookingCommitter(Looking& looking) : looking_(looking) {}
  size_t MaxValueBytes(OutTopic) const override { return 77; }
  void Submit(std::span<const OutRecord>, std::span<const NextOffset> offsets) override {
    submitted_ = offsets.front().offset;
  }
  std::optional<Result<Committed>> Take(Duration wait) override {
    looking_.Look();
    EXPECT_EQ(wait, Duration(9));
    EXPECT_EQ(submitted_, 12);
    return Committed::kAborted;
  }
  std::optional<int64_t> ChangelogNext() const override { return 4; }

 private:
  Looking& looking_;
  int64_t submitted_ = 0;
};

TEST(PulseTest, InputsAndCommitsAreWaitedFor) {
  Pulse pulse;
  test::ManualClock clock(TimeFromMs(1000));
  Looking looking{.pulse = &pulse, .clock = &clock, .seen = {}};
  const std::unique_ptr<Input> input =
      WithPulse(std::make_unique<LookingInput>(looking), pulse, clock);
  const std::unique_ptr<Committer> committer =
      WithPulse(std::make_unique<LookingCommitter>(looking), pulse, clock);
  pulse.Working(clock.Now());
  std::vector<Record> records;
  EXPECT_TRUE(input->Poll(1, 1, Duration(0), records).ok());
  EXPECT_TRUE(input->Rewind(0).ok());
  const NextOffset next{.id = {}, .offset = 12};
  committer->Submit({}, {&next, 1});
  EXPECT_EQ(**committer->Take(Duration(9)), Committed::kAborted);
  EXPECT_EQ(looking.seen, std::vector<Duration>(3, Duration(0)));
  EXPECT_EQ(input->id().partition, 1);
  EXPECT_EQ(input->Lag(), 5);
  EXPECT_EQ(committer->MaxValueBytes(OutTopic::kAlerts), 77u);
  EXPECT_EQ(committer->ChangelogNext(), 4);
  clock.Advance(Duration(30));
  EXPECT_EQ(pulse.WorkingFor(clock.Now()), Duration(30));  // works again since it came back
}

class LookingChangelog final : public state::Changelog {
 public:
  explicit LookingChangelog(Looking& looking) : looking_(looking) {}
  Result<Extent> Measure() override {
    looking_.Look();
    return Extent{.end = 2};
  }
  Status Read(int64_t from, int64_t end, const Each& each) override {
    for (; from < end; ++from) {
      looking_.Look();
      RIPOSTE_TRY(each(from, "k", "v"));
    }
    return Status::Ok();
  }

 private:
  Looking& looking_;
};

TEST(PulseTest, OfAChangelogEachRecordIsWorkOfItsOwn) {
  Pulse pulse;
  test::ManualClock clock(TimeFromMs(1000));
  Looking looking{.pulse = &pulse, .clock = &clock, .seen = {}};
  const std::unique_ptr<state::Changelog> changelog =
      WithPulse(std::make_unique<LookingChangelog>(looking), pulse, clock);
  pulse.Working(clock.Now());
  EXPECT_EQ(changelog->Measure()->end, 2);
  const auto each = [&](int64_t, std::string_view, std::optional<std::string_view>) {
    clock.Advance(Duration(50));
    EXPECT_EQ(pulse.WorkingFor(clock.Now()), Duration(50));
    return Status::Ok();
  };
  EXPECT_TRUE(changelog->Read(0, 2, each).ok());
  EXPECT_EQ(looking.seen, std::vector<Duration>(3, Duration(0)));
  clock.Advance(Duration(30));
  EXPECT_EQ(pulse.WorkingFor(clock.Now()), Duration(30));
}

}  // namespace
}  // namespace riposte::pipeline
