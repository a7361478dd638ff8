#include "base/signal_stack.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

stack_t Current() {
  stack_t stack{};
  sigaltstack(nullptr, &stack);
  return stack;
}

const char* handler_frame = nullptr;
void NoteFrame(int) { handler_frame = static_cast<const char*>(__builtin_frame_address(0)); }

TEST(SignalStackTest, HandlersRunOnIt) {
  const SignalStack stack;
  struct sigaction action {
  }, before{};
  action.sa_handler = NoteFrame;
  action.sa_flags = SA_ONSTACK;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  raise(SIGUSR1);
  sigaction(SIGUSR1, &before, nullptr);
  const char* const begin = static_cast<const char*>(Current().ss_sp);
  EXPECT_GE(handler_frame, begin);
  EXPECT_LT(handler_frame, begin + Current().ss_size);
}

TEST(SignalStackTest, TheOneBeforeIsBack) {
  const stack_t before = Current();
  {
    const SignalStack outer;
    const void* const outer_memory = Current().ss_sp;
    EXPECT_NE(outer_memory, before.ss_sp);
    {
      const SignalStack inner;
      EXPECT_NE(Current().ss_sp, outer_memory);
      EXPECT_EQ(Current().ss_flags, 0);
    }
    EXPECT_EQ(Current().ss_sp, outer_memory);
  }
  EXPECT_EQ(Current().ss_flags, before.ss_flags);
  EXPECT_EQ(Current().ss_sp, before.ss_sp);
}

}  // namespace
}  // namespace riposte
