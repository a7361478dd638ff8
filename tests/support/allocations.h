// How often memory was asked for. A program that links it has operator new replaced: only tests
// that count do.
#pragma once

#include <cstdint>

namespace riposte::test {

// Calls of operator new since the start, of all threads.
uint64_t Allocations();

}  // namespace riposte::test
