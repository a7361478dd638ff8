#include "app/signals.h"

#include <array>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/check.h"

namespace riposte::app {
namespace {

sigset_t Answered() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = Answered();
  RIPOSTE_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0, "signals cannot be held");
  signal(SIGPIPE, SIG_IGN);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  RIPOSTE_CHECK(signals_ >= 0 && wake_ >= 0, "no descriptors for signals");
}

Signals::~Signals() {
  close(signals_);
  close(wake_);
  const sigset_t set = Answered();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Signals::Event Signals::Wait(Duration timeout) {
  std::array<pollfd, 2> sources = {pollfd{signals_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  if (poll(sources.data(), sources.size(), static_cast<int>(timeout.count())) <= 0)
    return Event::kTimeout;
  signalfd_siginfo signal{};
  if (read(signals_, &signal, sizeof(signal)) == sizeof(signal)) {
    return signal.ssi_signo == SIGHUP ? Event::kReload : Event::kStop;
  }
  eventfd_t count = 0;
  return eventfd_read(wake_, &count) == 0 ? Event::kWoken : Event::kTimeout;
}

void Signals::Wake() { eventfd_write(wake_, 1); }

}  // namespace riposte::app
