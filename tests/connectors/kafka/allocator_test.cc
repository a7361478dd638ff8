#include <cstdlib>

#include <gtest/gtest.h>
#include <malloc.h>

#include "connectors/kafka/connector.h"

namespace riposte::kafka {
namespace {

TEST(AllocatorTest, AFetchBufferIsNoLongerMappedByItself) {
  TuneAllocator();
  const struct mallinfo2 before = mallinfo2();
  void* volatile buffer = std::malloc(2 << 20);
  const struct mallinfo2 after = mallinfo2();
  EXPECT_EQ(after.hblks, before.hblks);
  std::free(buffer);
}

}  // namespace
}  // namespace riposte::kafka
