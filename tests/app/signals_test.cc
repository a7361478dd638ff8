#include "app/signals.h"

#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace riposte::app {
namespace {

// Only a hang lasts that long.
constexpr Duration kDeadline{60'000};

// To the process, as `kill` sends it.
void Send(int signal) { ASSERT_EQ(kill(getpid(), signal), 0); }

bool IsHeld(int signal) {
  sigset_t held;
  pthread_sigmask(SIG_BLOCK, nullptr, &held);
  return sigismember(&held, signal) == 1;
}

TEST(Signals, EachIsAnsweredAsWhatItMeans) {
  Signals signals;
  Send(SIGTERM);
  EXPECT_EQ(signals.Wait(kDeadline), Signals::Event::kStop);
  Send(SIGINT);
  EXPECT_EQ(signals.Wait(kDeadline), Signals::Event::kStop);
  Send(SIGHUP);
  EXPECT_EQ(signals.Wait(kDeadline), Signals::Event::kReload);
  EXPECT_EQ(signals.Wait(Duration{1}), Signals::Event::kTimeout);
}

TEST(Signals, AThreadThatWasStartedLaterDoesNotTakeThem) {
  Signals signals;
  bool held = false;
  std::thread other([&held] { held = IsHeld(SIGTERM) && IsHeld(SIGINT) && IsHeld(SIGHUP); });
  other.join();
  EXPECT_TRUE(held);
}

TEST(Signals, WakeFromAnotherThread) {
  Signals signals;
  std::thread other([&signals] { signals.Wake(); });
  EXPECT_EQ(signals.Wait(kDeadline), Signals::Event::kWoken);
  other.join();
  EXPECT_EQ(signals.Wait(Duration{1}), Signals::Event::kTimeout) << "one wake, one answer";
}

// A peer that hangs up must not end the process.
TEST(Signals, ABrokenPipeIsNoEnd) {
  Signals signals;
  Send(SIGPIPE);
  EXPECT_EQ(signals.Wait(Duration{1}), Signals::Event::kTimeout);
}

TEST(Signals, AfterwardsAllIsAsBefore) {
  const bool before = IsHeld(SIGHUP);
  { Signals signals; }
  EXPECT_EQ(IsHeld(SIGHUP), before);
}

}  // namespace
}  // namespace riposte::app
