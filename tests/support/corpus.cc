#include "tests/support/corpus.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/check.h"

namespace riposte::test {

std::optional<std::string> CorpusFolder(const std::string& name) {
  const char* configured = std::getenv("RIPOSTE_CORPUS");
  const std::filesystem::path root =
      configured != nullptr && *configured != '\0'
          ? std::filesystem::path(configured)
          : std::filesystem::path(RIPOSTE_SOURCE_DIR) / ".." / "shared" / "corpus";
  const std::filesystem::path folder = root / name;
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder.lexically_normal().string();
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  RIPOSTE_CHECK(in.good(), "cannot read " + path);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

}  // namespace riposte::test
