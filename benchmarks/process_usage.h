// What this process uses.
#pragma once

#include <cstddef>

namespace riposte::bench {

size_t ResidentBytes();
// Of all its threads: RocksDB has some of its own.
double ProcessCpuSeconds();

}  // namespace riposte::bench
