// How much a test does: little by default, as much as one has time for by an environment variable.
#pragma once

#include <cstdint>

namespace riposte::test {

// Of the environment variable, a number; without it `otherwise`.
uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise);

}  // namespace riposte::test
