// A real broker for the tests of this folder: started with the first test that asks for it, stopped
// at the end.
#pragma once

#include <string>

#include "tests/support/temp_dir.h"

namespace riposte::test {

class Broker {
 public:
  // One for the whole test program, running. Ends the program if it does not start.
  static Broker& Get();
  // Why there can be none here (Java or Maven is missing); empty if there can.
  static const std::string& WhyNot();

  std::string address() const;       // without credentials
  std::string sasl_address() const;  // SASL/PLAIN, see kafka.sh --sasl

  void Stop();  // its data stay
  void Kill();
  // Answers nothing while it lives; its connections stay.
  void Pause();
  void Resume();
  void Start();  // again

 private:
  Broker();
  ~Broker();
  int Run(const std::string& arguments) const;
  void Signal(int signal) const;

  TempDir data_;
  int port_;
};

// A port that nobody listens on now, nor on the `count` - 1 after it.
int FreePorts(int count);

}  // namespace riposte::test

#define RIPOSTE_REQUIRE_BROKER() \
  if (!::riposte::test::Broker::WhyNot().empty()) GTEST_SKIP() << ::riposte::test::Broker::WhyNot()
