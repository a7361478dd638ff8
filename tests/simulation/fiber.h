// Flows of control that take turns on one thread, so that a simulated process can be left in the
// middle of a call - of the real engine's code - and go on later, or never.
#pragma once

#include <functional>
#include <memory>

namespace riposte::sim {

class Fiber {
 public:
  // `body` runs at the first Resume(). No exception may leave it.
  explicit Fiber(std::function<void()> body);
  ~Fiber();  // the body has ended or was never begun: what is on its stack would leak
  Fiber(const Fiber&) = delete;  // its stack points at it
  Fiber& operator=(const Fiber&) = delete;

  // Runs the body until it yields or ends. Not from within a fiber.
  void Resume();
  bool ended() const;

  // From within a body, but not while an exception is under way (in a destructor or a handler): the
  // runtime keeps those by thread.
  static void Yield();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::sim
