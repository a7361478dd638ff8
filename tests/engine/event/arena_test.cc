#include "engine/event/arena.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(Arena, WhatItHandsOutStaysAsItIs) {
  Arena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string_view> views;
    for (int i = 0; i < 10'000; ++i) views.push_back(arena.Copy("text " + std::to_string(i)));
    for (size_t i = 0; i < views.size(); ++i) EXPECT_EQ(views[i], "text " + std::to_string(i));
    arena.Reset();
  }
}

TEST(Arena, GivesBackTheTail) {
  Arena arena;
  char* const begin = arena.Allocate(100);
  arena.GiveBack(begin + 10);
  EXPECT_EQ(arena.Allocate(1), begin + 10);
}

TEST(Arena, AnythingLargeAndNothing) {
  Arena arena;
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(arena.Copy(large), large);
  EXPECT_EQ(arena.Copy(""), "");
  arena.Allocate(0);
  arena.Reset();
  EXPECT_EQ(arena.Copy(large), large);
}

}  // namespace
}  // namespace riposte::event
