#include "tests/support/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/corpus.h"

namespace riposte::test {

void ExpectGolden(const std::string& name, std::string_view actual) {
  const std::filesystem::path path =
      std::filesystem::path(RIPOSTE_SOURCE_DIR) / "tests" / "golden" / name;
  const std::string line = std::string(actual) + "\n";
  if (std::getenv("RIPOSTE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << line;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path << ": run with RIPOSTE_UPDATE_GOLDEN=1";
  EXPECT_EQ(ReadFile(path.string()), line) << path;
}

}  // namespace riposte::test
