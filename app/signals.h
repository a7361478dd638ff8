// The signals that a server answers, taken one after the other by one thread.
#pragma once

#include "base/time.h"

namespace riposte::app {

// Make one before the first thread: every thread inherits that SIGTERM, SIGINT and SIGHUP wait
// here. SIGPIPE is ignored.
class Signals {
 public:
  Signals();
  ~Signals();  // as it was before
  Signals(const Signals&) = delete;

  enum class Event { kStop, kReload, kWoken, kTimeout };
  // The next signal, or Wake().
  Event Wait(Duration timeout);
  // Any thread.
  void Wake();

 private:
  int signals_ = -1;  // signalfd
  int wake_ = -1;     // eventfd
};

}  // namespace riposte::app
