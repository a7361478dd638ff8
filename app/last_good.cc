#include "app/last_good.h"

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace riposte::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLink = "rules-last-good";
constexpr std::string_view kPrefix = "rules-";

Status IoError(const std::string& path, const std::string& why) {
  return Status(ErrorCode::kIo, fmt::format("{}: {}", path, why));
}

// Written and on the disk.
Status WriteDurably(const std::string& path, std::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file < 0) return IoError(path, std::generic_category().message(errno));
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    good = count > 0;
    if (good) bytes.remove_prefix(static_cast<size_t>(count));
  }
  good = good && fsync(file) == 0;
  const int why = errno;
  close(file);
  return good ? Status::Ok() : IoError(path, std::generic_category().message(why));
}

// Where a file is kept: below `folder` at its own full path, so that the files stand to each other
// as they did, and in the same order. A responses.yaml is for what lies beside it and below.
fs::path KeptPath(const std::string& folder, const std::string& path) {
  return fs::path(folder) / fs::absolute(path).lexically_normal().relative_path();
}

Status WriteSources(const rule::RuleSet& rules, const std::string& folder) {
  for (const text::SourcePtr& source : rules.sources) {
    const fs::path path = KeptPath(folder, source->path());
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return IoError(path.parent_path().string(), error.message());
    RIPOSTE_TRY(WriteDurably(path.string(), source->bytes()));
  }
  return Status::Ok();
}

void RemoveOthers(const std::string& state_directory, const std::string& keep) {
  std::error_code error;
  for (fs::directory_iterator it(state_directory, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kPrefix) || name == kLink || name == keep) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

Status KeepLastGood(const rule::RuleSet& rules, const std::string& state_directory) {
  const std::string name = std::string(kPrefix) + rules.sha256.substr(0, 16);
  const std::string folder = state_directory + "/" + name;
  const std::string link = state_directory + "/" + kLink;
  std::error_code error;
  if (fs::read_symlink(link, error) == fs::path(name) && fs::is_directory(folder, error))
    return Status::Ok();
  fs::create_directories(state_directory, error);
  fs::remove_all(folder, error);  // of a crash in the middle
  error.clear();
  fs::create_directory(folder, error);
  if (error) return IoError(folder, error.message());
  RIPOSTE_TRY(WriteSources(rules, folder));
  const std::string new_link = link + ".new";
  fs::remove(new_link, error);
  error.clear();
  fs::create_directory_symlink(name, new_link, error);
  if (error) return IoError(new_link, error.message());
  fs::rename(new_link, link, error);
  if (error) return IoError(link, error.message());
  RemoveOthers(state_directory, name);
  return Status::Ok();
}

std::string LastGoodFolder(const std::string& state_directory) {
  std::error_code error;
  const fs::path name = fs::read_symlink(state_directory + "/" + kLink, error);
  if (error) return {};
  const fs::path folder = fs::path(state_directory) / name;
  return fs::is_directory(folder, error) ? folder.string() : std::string();
}

std::vector<std::string> LastGoodFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace riposte::app
