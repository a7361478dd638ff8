#include "tests/support/environment.h"

#include <cstdlib>

namespace riposte::test {

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace riposte::test
