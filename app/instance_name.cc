#include "app/instance_name.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include <unistd.h>

#include "base/log.h"
#include "base/uuid.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;

// A file that holds anything else was damaged: there is no name in it.
std::optional<Uuid> ReadName(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  return Uuid::Parse(line);
}

// Keeps `name` at `path`. The file appears whole, and replaces none that has a name: of two
// processes that make it at the same time both get the first one's.
std::error_code Keep(const Uuid& name, const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return error;
  const fs::path next = path.string() + "." + name.ToString();
  {
    std::ofstream out(next);
    out << name.ToString() << '\n';
    if (!out.flush()) return std::make_error_code(std::errc::io_error);
  }
  fs::create_hard_link(next, path, error);
  if (error && !ReadName(path)) {
    fs::rename(next, path, error);
  } else {
    error.clear();
  }
  std::error_code ignored;
  fs::remove(next, ignored);
  return error;
}

}  // namespace

std::string InstanceName(const std::string& instance_id, const std::string& state_directory) {
  if (!instance_id.empty()) return instance_id;
  const Uuid made = Uuid::Random();
  if (state_directory.empty()) return made.ToString();
  const fs::path path = fs::path(state_directory) / "instance";
  if (const std::optional<Uuid> kept = ReadName(path)) return kept->ToString();
  const std::error_code error = Keep(made, path);
  if (error) {
    const std::string why = error.message();
    log::Write(log::Level::kWarn, "run", "instance-name-not-kept",
               "the instance's name cannot be kept: after a restart it has another one",
               {{"path", std::string_view(path.native())}, {"error", std::string_view(why)}});
  }
  return ReadName(path).value_or(made).ToString();
}

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace riposte::app
