#include "tests/simulation/fiber.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

TEST(FiberTest, TakesTurns) {
  std::string order;
  const auto body = [&order](char name) {
    return [&order, name] {
      for (int i = 0; i < 3; ++i) {
        order += name;
        Fiber::Yield();
      }
    };
  };
  Fiber a(body('a')), b(body('b'));
  while (!a.ended() || !b.ended()) {
    if (!a.ended()) a.Resume();
    if (!b.ended()) b.Resume();
  }
  EXPECT_EQ(order, "ababab");
}

// What a kill does: the stack unwinds inside its own fiber, while another one is in the middle.
TEST(FiberTest, AnExceptionUnwindsItsOwnStack) {
  bool unwound = false, killed = false;
  Fiber other([] { Fiber::Yield(); });
  Fiber fiber([&] {
    struct Guard {
      bool& flag;
      ~Guard() { flag = true; }
    };
    try {
      const Guard guard{unwound};
      Fiber::Yield();
      if (killed) throw std::runtime_error("killed");
    } catch (const std::runtime_error&) {
    }
  });
  fiber.Resume();
  other.Resume();
  EXPECT_FALSE(unwound);
  killed = true;
  fiber.Resume();
  EXPECT_TRUE(unwound);
  EXPECT_TRUE(fiber.ended());
  other.Resume();
  EXPECT_TRUE(other.ended());
}

TEST(FiberTest, OneThatWasNeverBegunMayGo) {
  bool ran = false;
  {
    const Fiber fiber([&ran] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace riposte::sim
