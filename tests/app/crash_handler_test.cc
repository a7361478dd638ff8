#include "app/crash_handler.h"

#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/pipeline/record_at_hand.h"
#include "tests/app/child.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using pipeline::RecordAtHand;
using test::ChildEnd;
using test::RunChild;
using testing::HasSubstr;

const pipeline::PartitionId kPartition{.topic = "edr", .partition = 3};

class CrashHandlerTest : public testing::Test {
 protected:
  int Open() const { return open(path_.c_str(), O_WRONLY | O_APPEND); }
  std::string Text() const { return test::ReadFile(path_); }

  // A child that works on record 42 and meets with `crash` there.
  ChildEnd OnARecord(void (*crash)()) const {
    return RunChild([&] {
      const CrashHandler handler(Open());
      RecordAtHand::Enter(kPartition, 42);
      crash();
    });
  }

  const test::TempDir folder_;
  const std::string path_ = folder_.Write("crashes", "before\n");
};

void Segment() {
  void* const page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<volatile char*>(page) = 1;
}

// Memory of a file, behind its end.
void Bus() {
  const int file = memfd_create("empty", MFD_CLOEXEC);
  void* const page = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0);
  (void)*static_cast<volatile char*>(page);
}

void BreakInvariant() { RIPOSTE_CHECK(Duration(1) < Duration(0), "a test"); }

// The compiler cannot know that it never ends, and must keep the frame for what follows the call.
int Deeper(volatile int* from) {
  volatile int here[256] = {};
  here[0] = *from + 1;
  if (here[0] > 0) return Deeper(here) + here[1];
  return 0;
}
void OverflowStack() {
  volatile int zero = 0;
  (void)Deeper(&zero);
}

TEST_F(CrashHandlerTest, ACrashOnARecordIsWrittenAndEndsTheProcessAsEver) {
  const struct {
    void (*crash)();
    int signal;
    const char* line;
  } cases[] = {{Segment, SIGSEGV, "crash1 SIGSEGV 1 3 42 edr\n"},
               {Bus, SIGBUS, "crash1 SIGBUS 1 3 42 edr\n"},
               {[] { raise(SIGFPE); }, SIGFPE, "crash1 SIGFPE 1 3 42 edr\n"},
               {BreakInvariant, SIGABRT, "crash1 SIGABRT 1 3 42 edr\n"},
               {OverflowStack, SIGSEGV, "crash1 SIGSEGV 1 3 42 edr\n"}};
  std::string expected = "before\n";
  for (const auto& [crash, signal, line] : cases) {
    const ChildEnd end = OnARecord(crash);
    EXPECT_EQ(end.signal, signal) << line << end.err;
    EXPECT_THAT(end.err,
                HasSubstr("while working on topic edr, partition 3, offset 42; the crash is "
                          "counted\n"));
    expected += line;
    EXPECT_EQ(Text(), expected);
  }
}

TEST_F(CrashHandlerTest, ACrashOnNoRecordIsSaidAndNotWritten) {
  const ChildEnd end = RunChild([&] {
    const CrashHandler handler(Open());
    RecordAtHand::Enter(kPartition, 42);
    RecordAtHand::Leave();
    Segment();
  });
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(end.err, "riposte: SIGSEGV while working on no record\n");
  EXPECT_EQ(Text(), "before\n");
}

TEST_F(CrashHandlerTest, TheRecordOfAnotherThreadIsNotBlamed) {
  const ChildEnd end = RunChild([&] {
    const CrashHandler handler(Open());
    RecordAtHand::Enter(kPartition, 42);
    std::thread(Segment).join();
  });
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(Text(), "before\n");
}

// An operator who wants a core dump, or a supervisor that lost its patience.
TEST_F(CrashHandlerTest, ASignalOfAnotherProcessIsNoFaultOfTheRecord) {
  const ChildEnd end = RunChild(
      [&] {
        const CrashHandler handler(Open());
        RecordAtHand::Enter(kPartition, 42);
        (void)!write(STDERR_FILENO, "ready\n", 6);
        while (true) pause();
      },
      [](int pid) { kill(pid, SIGABRT); });
  EXPECT_EQ(end.signal, SIGABRT);
  EXPECT_EQ(end.err, "ready\nriposte: SIGABRT, sent by another process\n");
  EXPECT_EQ(Text(), "before\n");
}

TEST_F(CrashHandlerTest, AFullDiskIsSaid) {
  for (const char* const path : {"/dev/full", ""}) {
    const ChildEnd end = RunChild([path] {
      const CrashHandler handler(*path == '\0' ? -1 : open(path, O_WRONLY));
      RecordAtHand::Enter(kPartition, 42);
      Segment();
    });
    EXPECT_EQ(end.signal, SIGSEGV);
    EXPECT_THAT(end.err, HasSubstr("offset 42; the crash could not be counted\n")) << path;
  }
}

TEST_F(CrashHandlerTest, AfterwardsAllIsAsBefore) {
  struct sigaction before {
  }, after{};
  sigaction(SIGSEGV, nullptr, &before);
  { const CrashHandler handler(-1); }
  { const CrashHandler another(-1); }
  sigaction(SIGSEGV, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

}  // namespace
}  // namespace riposte::app
