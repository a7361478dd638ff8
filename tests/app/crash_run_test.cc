// Lives of a process whose record crashes it: real workers, a real handler, real crashes.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/crash_handler.h"
#include "app/crash_log.h"
#include "base/check.h"
#include "connectors/memory/connector.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/worker.h"
#include "tests/app/child.h"
#include "tests/support/corpus.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using pipeline::OutTopic;
using test::ChildEnd;
using testing::HasSubstr;

const pipeline::PartitionId kEdr{.topic = "edr", .partition = 0};

// An event that goes on in a page that cannot be read: its first page can.
class HalfReadable {
 public:
  HalfReadable() {
    void* const memory =
        mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    RIPOSTE_CHECK(memory != MAP_FAILED, "no memory");
    memory_ = static_cast<char*>(memory);
    std::fill_n(memory_, 2 * page_, 'x');
    std::memcpy(memory_, kBegin.data(), kBegin.size());
    RIPOSTE_CHECK(mprotect(memory_ + page_, page_, PROT_NONE) == 0, "no protection");
  }
  ~HalfReadable() { munmap(memory_, 2 * page_); }
  HalfReadable(const HalfReadable&) = delete;
  HalfReadable& operator=(const HalfReadable&) = delete;
  std::string_view bytes() const { return {memory_, 2 * page_}; }

 private:
  static constexpr std::string_view kBegin = R"({"name":"evil","more":")";
  const size_t page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  char* memory_ = nullptr;
};

// One record of the input has other bytes.
class WithOtherBytes final : public pipeline::Input {
 public:
  WithOtherBytes(std::unique_ptr<pipeline::Input> input, int64_t offset, std::string_view bytes)
      : input_(std::move(input)), offset_(offset), bytes_(bytes) {}
  const pipeline::PartitionId& id() const override { return input_->id(); }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<pipeline::Record>& records) override {
    const Status polled = input_->Poll(max_records, max_bytes, wait, records);
    for (pipeline::Record& record : records)
      if (record.offset == offset_) record.value = bytes_;
    return polled;
  }
  Status Rewind(int64_t offset) override { return input_->Rewind(offset); }
  int64_t Lag() const override { return input_->Lag(); }

 private:
  const std::unique_ptr<pipeline::Input> input_;
  const int64_t offset_;
  const std::string_view bytes_;
};

// Does not survive its commit.
class FatalOutbox final : public pipeline::Outbox {
 public:
  size_t MaxValueBytes(OutTopic) const override { return 1'000'000; }
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord>, int64_t) override {
    raise(SIGSEGV);
    return pipeline::Committed::kAborted;
  }
};

// Does not survive any command.
class FatalGuard final : public guard::Guard {
 public:
  explicit FatalGuard(void (*crash)()) : crash_(crash) {}
  std::string_view name() const override { return "fatal"; }
  guard::Decision Judge(const remediate::Command&, const guard::Context&) const override {
    crash_();
    return {};
  }

 private:
  void (*const crash_)();
};

int Deeper(volatile int* from) {
  volatile int here[256] = {};
  here[0] = *from + 1;
  if (here[0] > 0) return Deeper(here) + here[1];
  return 0;
}

// A process that reads three records, of which a rule matches the second, and the second has its
// own ideas.
class Life {
 public:
  explicit Life(void (*in_guard)()) : guards_(ChainOf(in_guard)) {
    for (const char* const name : {"good", "evil", "good"})
      log_.Append(kEdr, "A1",
                  test::EventJson("PROCESS")
                      .With("name", name)
                      .With("pid", 4711)
                      .With("start", "2026-11-25T00:59:00Z")
                      .With("image", "C:\\evil.exe")
                      .Text(),
                  clock_.Now());
    log_.Close();
  }

  // Until all is committed.
  void Live(CrashLog& crashes, pipeline::Assignment assignment) {
    std::promise<pipeline::TaskEnd> ended;
    pipeline::Worker::Options options;
    options.task.dead_letter_bytes_max = 20;
    pipeline::Worker worker(
        options,
        {.clock = &clock_, .guards = &guards_, .observer = &observer_, .crashes = &crashes},
        control_, rules_, [&ended](const pipeline::TaskEnd& end) { ended.set_value(end); });
    worker.Assign(std::move(assignment));
    ended.get_future().wait();
  }

  pipeline::Assignment Assign() { return memory::Assign(log_, kEdr, "test"); }
  // What it committed, on stderr.
  void Tell() const {
    for (size_t topic = 0; topic < static_cast<size_t>(OutTopic::kCount); ++topic)
      for (const pipeline::OutRecord& record : log_.Outputs(static_cast<OutTopic>(topic)))
        dprintf(STDERR_FILENO, "\n%s: %s\n",
                std::string(OutTopicName(static_cast<OutTopic>(topic))).c_str(),
                record.value.c_str());
  }

 private:
  class Silent final : public pipeline::Observer {
    void OnCommit(const pipeline::Report&) override {}
    void OnAbort(const pipeline::PartitionId&, bool) override {}
    void OnTaskStopped(const pipeline::PartitionId&, const Status&) override {}
  };
  static guard::Chain ChainOf(void (*in_guard)()) {
    if (in_guard == nullptr) return guard::StandardChain({});
    std::vector<std::unique_ptr<const guard::Guard>> guards;
    guards.push_back(std::make_unique<FatalGuard>(in_guard));
    return guard::Chain(std::move(guards));
  }

  memory::MemoryLog log_;
  const SystemClock clock_;
  const guard::Chain guards_;
  memory::MemoryControl control_;
  Silent observer_;
  pipeline::RulesBox rules_{pipeline::LiveRules::Compile(
      test::RuleSetOf({test::KillRule("evil", rule::AutoMode::kEnforce)}), {"test"})};
};

class CrashRunTest : public testing::Test {
 protected:
  ChildEnd LiveInAChild(void (*in_guard)(), std::string_view second = {}) const {
    return test::RunChild([&] {
      CrashLog crashes(state_);
      const CrashHandler handler(crashes.file());
      Life life(in_guard);
      pipeline::Assignment assignment = life.Assign();
      if (!second.empty())
        assignment.input = std::make_unique<WithOtherBytes>(std::move(assignment.input), 1, second);
      life.Live(crashes, std::move(assignment));
      life.Tell();
    });
  }
  // How many records of a topic a child has told.
  static size_t Told(const std::string& err, const std::string& topic) {
    size_t count = 0;
    for (size_t at = 0; (at = err.find("\n" + topic + ": ", at)) != std::string::npos; ++at)
      ++count;
    return count;
  }
  // Three lives end by `signal` on the second record, the fourth one puts it away and goes on.
  void ExpectThreeCrashesAndPoison(int signal, void (*in_guard)(),
                                   std::string_view second = {}) const {
    for (int life = 1; life <= 3; ++life) {
      const ChildEnd end = LiveInAChild(in_guard, second);
      ASSERT_EQ(end.signal, signal)
          << "life " << life << ", exit code " << end.exit << ": " << end.err;
      EXPECT_THAT(end.err, HasSubstr("partition 0, offset 1; the crash is counted\n"));
    }
    const ChildEnd survived = LiveInAChild(in_guard, second);
    EXPECT_EQ(survived.exit, 0) << survived.err;
    EXPECT_THAT(survived.err, HasSubstr(R"("code":"record-poison")"));
    EXPECT_EQ(test::ReadFile(state_ + "/crashes"), "");
  }

  const test::TempDir folder_;
  const std::string state_ = folder_.path() + "/state";
};

TEST_F(CrashRunTest, InTheDecoder) {
  const HalfReadable record;
  ExpectThreeCrashesAndPoison(SIGSEGV, nullptr, record.bytes());
}

TEST_F(CrashRunTest, ByABrokenInvariant) {
  ExpectThreeCrashesAndPoison(SIGABRT, [] { RIPOSTE_CHECK(getpid() < 0, "a test"); });
}

TEST_F(CrashRunTest, ByAnExceptionThatNobodyCatches) {
  ExpectThreeCrashesAndPoison(SIGABRT, [] { throw 1; });
}

TEST_F(CrashRunTest, ByAnOverflowOfTheWorkersStack) {
  ExpectThreeCrashesAndPoison(SIGSEGV, [] {
    volatile int zero = 0;
    (void)Deeper(&zero);
  });
}

// What the fourth life commits.
TEST_F(CrashRunTest, TheRecordsBehindItGoOn) {
  const HalfReadable record;
  for (int life = 1; life <= 3; ++life)
    ASSERT_EQ(LiveInAChild(nullptr, record.bytes()).signal, SIGSEGV) << life;
  const ChildEnd end = LiveInAChild(nullptr, record.bytes());
  ASSERT_EQ(end.exit, 0) << end.err;
  EXPECT_EQ(Told(end.err, "dead-letter"), 1u);
  EXPECT_THAT(end.err, HasSubstr(R"({"reason":"poison","topic":"edr","partition":0,"offset":1,)"));
  EXPECT_THAT(end.err, HasSubstr(R"("original":"eyJuYW1lIjoiZXZpbCIsIm1vcmU=","original_bytes":)"))
      << "its first 20 bytes";
  EXPECT_EQ(Told(end.err, "alerts"), 1u);
  EXPECT_THAT(end.err, HasSubstr(R"(alerts: {"kind":"poison",)"));
  EXPECT_EQ(Told(end.err, "audit"), 1u);
  EXPECT_THAT(
      end.err,
      HasSubstr(R"("first_offset":0,"last_offset":2,"consumed":3,"matched":0,"unmatched":2,)"
                R"("dead_lettered":1,"empty":0})"));
}

// What is done for all records together is no record's fault.
TEST_F(CrashRunTest, ACrashInTheCommitDoesNotCount) {
  const ChildEnd end = test::RunChild([this] {
    CrashLog crashes(state_);
    const CrashHandler handler(crashes.file());
    Life life(nullptr);
    pipeline::Assignment assignment = life.Assign();
    assignment.outbox = std::make_unique<FatalOutbox>();
    life.Live(crashes, std::move(assignment));
  });
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(end.err, "riposte: SIGSEGV while working on no record\n");
  EXPECT_EQ(test::ReadFile(state_ + "/crashes"), "");
}

// kill -9 says nothing about the record.
TEST_F(CrashRunTest, AKillDoesNotCount) {
  for (int life = 1; life <= 4; ++life) {
    ASSERT_EQ(LiveInAChild([] { raise(SIGKILL); }).signal, SIGKILL);
    EXPECT_EQ(test::ReadFile(state_ + "/crashes"), "");
  }
}

}  // namespace
}  // namespace riposte::app
