#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <malloc.h>

#include "connectors/kafka/connector.h"

namespace riposte::kafka {
namespace {

constexpr size_t kFetchBytes = 8 << 20;

struct Freer {
  void operator()(void* block) const { std::free(block); }
};
using Block = std::unique_ptr<void, Freer>;

// How many blocks of their own the system has to give for one of `bytes`.
size_t MappedFor(size_t bytes) {
  const size_t before = mallinfo2().hblks;
  // Volatile: the compiler may leave out a block that nobody looks at.
  void* volatile raw = std::malloc(bytes);
  const Block block(raw);
  return mallinfo2().hblks - before;
}

TEST(AllocatorTest, FetchBuffersNoLongerComeFromTheSystemOneByOne) {
  if (MappedFor(kFetchBytes) == 0) GTEST_SKIP() << "this build has an allocator of its own";
  TuneAllocator();
  EXPECT_EQ(MappedFor(kFetchBytes), 0u);
  // glibc takes no higher limit.
  EXPECT_EQ(MappedFor(40 << 20), 1u);
}

TEST(AllocatorTest, AFreedFetchBufferStaysInTheProcess) {
  TuneAllocator();
  if (MappedFor(40 << 20) == 0) GTEST_SKIP() << "this build has an allocator of its own";
  MappedFor(kFetchBytes);
  const size_t arena = mallinfo2().arena;
  EXPECT_GE(arena, kFetchBytes);
  MappedFor(kFetchBytes);
  EXPECT_EQ(mallinfo2().arena, arena);
}

}  // namespace
}  // namespace riposte::kafka
