#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/check.h"

namespace riposte::test {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "riposte-test-XXXXXX").string();
  RIPOSTE_CHECK(mkdtemp(pattern.data()) != nullptr, "cannot make a folder under " + pattern);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Write(const std::string& name, std::string_view bytes) const {
  const std::filesystem::path path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  RIPOSTE_CHECK(out.good(), "cannot write " + path.string());
  return path.string();
}

}  // namespace riposte::test
