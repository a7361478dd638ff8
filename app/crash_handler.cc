#include "app/crash_handler.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <sys/syscall.h>
#include <unistd.h>

#include "app/crash_line.h"
#include "base/check.h"
#include "engine/pipeline/record_at_hand.h"

namespace riposte::app {
namespace {

constexpr std::array<int, 4> kCrashes = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE};

// Where the handler appends. Static: a handler has no object.
std::atomic<int> crash_file{-1};
std::atomic<bool> installed{false};
static_assert(std::atomic<int>::is_always_lock_free);

// Everything from here to Install() is async-signal-safe: no allocation, no lock, no stdio.

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

// Parts of one message to stderr.
void Say(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) (void)WriteAll(STDERR_FILENO, part);
}

// Whether it is on the disk.
bool Keep(std::string_view signal, const pipeline::RecordAtHand::Position& record) {
  CrashLineBuffer buffer;
  const std::string_view line = FormatCrashLine({.signal = signal,
                                                 .times = 1,
                                                 .partition = record.partition->partition,
                                                 .offset = record.offset,
                                                 .topic = record.partition->topic},
                                                buffer);
  const int file = crash_file.load();
  return !line.empty() && file >= 0 && WriteAll(file, line) && fsync(file) == 0;
}

std::string_view Digits(int64_t number, std::array<char, 24>& buffer) {
  const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<size_t>(end - buffer.data())};
}

void TellRecord(std::string_view signal, const pipeline::RecordAtHand::Position& record,
                bool kept) {
  std::array<char, 24> offset, partition;
  Say({"riposte: ", signal, " while working on topic ", record.partition->topic, ", partition ",
       Digits(record.partition->partition, partition), ", offset ", Digits(record.offset, offset),
       kept ? "; the crash is counted\n" : "; the crash could not be counted\n"});
}

bool IsSentByAnother(const siginfo_t& info) {
  const bool is_sent =
      info.si_code == SI_USER || info.si_code == SI_TKILL || info.si_code == SI_QUEUE;
  return is_sent && info.si_pid != getpid();
}

// The same signal again, with what is known of it, now without anyone who handles it. It waits
// until the handler has returned, so that a core dump shows the place of the crash.
void EndAsEver(int signal, siginfo_t& info) {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, nullptr);
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, &info) != 0) raise(signal);
}

void OnCrash(int signal, siginfo_t* info, void*) {
  const std::string_view name = CrashSignalName(signal);
  const pipeline::RecordAtHand::Position record = pipeline::RecordAtHand::Read();
  if (IsSentByAnother(*info)) {
    Say({"riposte: ", name, ", sent by another process\n"});
  } else if (record.partition == nullptr) {
    Say({"riposte: ", name, " while working on no record\n"});
  } else {
    TellRecord(name, record, Keep(name, record));
  }
  EndAsEver(signal, *info);
}

}  // namespace

CrashHandler::CrashHandler(int file) {
  RIPOSTE_CHECK(!installed.exchange(true), "one crash handler at a time");
  crash_file = file;
  struct sigaction action {};
  action.sa_sigaction = OnCrash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (size_t i = 0; i < kCrashes.size(); ++i)
    RIPOSTE_CHECK(sigaction(kCrashes[i], &action, &before_[i]) == 0, "a crash cannot be handled");
}

CrashHandler::~CrashHandler() {
  for (size_t i = 0; i < kCrashes.size(); ++i) sigaction(kCrashes[i], &before_[i], nullptr);
  crash_file = -1;
  installed = false;
}

}  // namespace riposte::app
