#include <malloc.h>

#include "connectors/kafka/connector.h"

namespace riposte::kafka {

void TuneAllocator() {
  // The largest that glibc takes; fetch buffers are below it.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  // Setting the first ends the automatic adjustment of the second.
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace riposte::kafka
