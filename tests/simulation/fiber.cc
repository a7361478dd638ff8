#include "tests/simulation/fiber.h"

#include <cstddef>
#include <utility>

#include <ucontext.h>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define RIPOSTE_SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RIPOSTE_SIM_ASAN 1
#endif
#endif

#ifdef RIPOSTE_SIM_ASAN
extern "C" void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, size_t size);
extern "C" void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                                size_t* size);
#endif

namespace riposte::sim {
namespace {

constexpr size_t kStackBytes = 512u << 10;

}  // namespace

struct Fiber::Impl {
  explicit Impl(std::function<void()> to_run)
      : body(std::move(to_run)), stack(std::make_unique_for_overwrite<std::byte[]>(kStackBytes)) {}

  static void Enter();
  void SwitchIn();
  void SwitchOut();

  std::function<void()> body;
  std::unique_ptr<std::byte[]> stack;
  ucontext_t own{}, caller{};
  bool begun = false, ended = false;
#ifdef RIPOSTE_SIM_ASAN
  void* own_fake = nullptr;
  void* caller_fake = nullptr;
  const void* caller_bottom = nullptr;
  size_t caller_size = 0;
#endif

  static Impl* running;
};

Fiber::Impl* Fiber::Impl::running = nullptr;

void Fiber::Impl::Enter() {
  Impl& self = *running;
#ifdef RIPOSTE_SIM_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.caller_bottom, &self.caller_size);
#endif
  const auto run = [&self]() noexcept { self.body(); };
  run();
  self.ended = true;
  self.SwitchOut();
}

void Fiber::Impl::SwitchIn() {
  running = this;
#ifdef RIPOSTE_SIM_ASAN
  __sanitizer_start_switch_fiber(&caller_fake, stack.get(), kStackBytes);
#endif
  swapcontext(&caller, &own);
#ifdef RIPOSTE_SIM_ASAN
  __sanitizer_finish_switch_fiber(caller_fake, nullptr, nullptr);
#endif
  running = nullptr;
}

void Fiber::Impl::SwitchOut() {
#ifdef RIPOSTE_SIM_ASAN
  // Without a place for it, the fake stack of a fiber that has ended is freed.
  __sanitizer_start_switch_fiber(ended ? nullptr : &own_fake, caller_bottom, caller_size);
#endif
  swapcontext(&own, &caller);
#ifdef RIPOSTE_SIM_ASAN
  __sanitizer_finish_switch_fiber(own_fake, &caller_bottom, &caller_size);
#endif
}

Fiber::Fiber(std::function<void()> body) : impl_(std::make_unique<Impl>(std::move(body))) {}

Fiber::~Fiber() {
  RIPOSTE_CHECK(!impl_->begun || impl_->ended, "a fiber is run to its end before it goes");
}

void Fiber::Resume() {
  RIPOSTE_CHECK(Impl::running == nullptr && !impl_->ended, "fibers take turns until they end");
  if (!impl_->begun) {
    impl_->begun = true;
    getcontext(&impl_->own);
    impl_->own.uc_stack.ss_sp = impl_->stack.get();
    impl_->own.uc_stack.ss_size = kStackBytes;
    impl_->own.uc_link = nullptr;
    makecontext(&impl_->own, &Impl::Enter, 0);
  }
  impl_->SwitchIn();
}

bool Fiber::ended() const { return impl_->ended; }

void Fiber::Yield() {
  RIPOSTE_CHECK(Impl::running != nullptr, "only a fiber yields");
  Impl::running->SwitchOut();
}

}  // namespace riposte::sim
