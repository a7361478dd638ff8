#include "app/folder_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/check.h"
#include "base/digest.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                           IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
// Folders that link to each other in a circle end here.
constexpr int kDepthMax = 32;

SteadyTime Now() { return std::chrono::steady_clock::now(); }

bool IsRuleFile(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// All rule files below `path`, links followed.
void Collect(const fs::path& path, int depth, std::vector<std::string>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!error && (depth == 0 || IsRuleFile(path))) files.push_back(path.string());
    return;
  }
  if (depth >= kDepthMax) return;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with(".")) Collect(it->path(), depth + 1, files);
  }
}

}  // namespace

FolderWatch::FolderWatch(std::vector<std::string> paths)
    : paths_(std::move(paths)),
      notices_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  RIPOSTE_CHECK(wake_ >= 0, "no eventfd");
  AddWatches();
}

FolderWatch::~FolderWatch() {
  if (notices_ >= 0) close(notices_);
  close(wake_);
}

// Watching is repeated after each change: folders come and go, and adding one that is watched
// already changes nothing. Without notices (a limit of the system is reached) the rescan remains.
void FolderWatch::AddWatches() {
  if (notices_ < 0) return;
  for (const std::string& path : paths_) {
    const fs::path full = fs::absolute(path).lexically_normal();
    const fs::path named = full.has_filename() ? full : full.parent_path();  // "rules/" is "rules"
    const int parent = inotify_add_watch(notices_, named.parent_path().c_str(), kMask);
    if (parent >= 0) names_in_[parent].insert(named.filename().string());
    AddFolder(named.string(), 0);
  }
}

void FolderWatch::AddFolder(const std::string& path, int depth) {
  std::error_code error;
  if (!fs::is_directory(path, error) || depth >= kDepthMax) return;
  const int watch = inotify_add_watch(notices_, path.c_str(), kMask);
  if (watch >= 0) whole_.insert(watch);
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    AddFolder(it->path().string(), depth + 1);
  }
}

bool FolderWatch::ReadEvents() {
  bool concerns = false;
  alignas(inotify_event) std::array<char, 16384> buffer;
  while (true) {
    const ssize_t bytes = read(notices_, buffer.data(), buffer.size());
    if (bytes <= 0) return concerns;
    for (ssize_t at = 0; at < bytes;) {
      const inotify_event& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      const std::string name = event.len > 0 ? std::string(event.name) : std::string();
      at += static_cast<ssize_t>(sizeof(inotify_event) + event.len);
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        open_files_.clear();  // what was closed is not known any more
        concerns = true;
        continue;
      }
      if ((event.mask & IN_IGNORED) != 0) {
        whole_.erase(event.wd);
        names_in_.erase(event.wd);
        std::erase_if(open_files_, [&](const std::pair<int, std::string>& file) {
          return file.first == event.wd;
        });
        continue;
      }
      const std::map<int, std::set<std::string>>::const_iterator named = names_in_.find(event.wd);
      if (!whole_.contains(event.wd) && (named == names_in_.end() || !named->second.contains(name)))
        continue;
      concerns = true;
      if ((event.mask & IN_MODIFY) != 0) open_files_.emplace(event.wd, name);
      if ((event.mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM)) != 0)
        open_files_.erase({event.wd, name});
    }
  }
}

FolderWatch::Reason FolderWatch::Wait(Duration timeout) {
  const SteadyTime end = Now() + timeout;
  SteadyTime first_change{}, last_change{};
  bool changed = false;
  while (true) {
    SteadyTime until = end;
    if (changed) {
      until = open_files_.empty() ? std::min(last_change + kQuiet, first_change + kLongest)
                                  : first_change + kLongestOpen;
    }
    const SteadyTime now = Now();
    if (now >= until) {
      if (!changed) return Reason::kTimeout;
      open_files_.clear();
      AddWatches();
      return Reason::kChanged;
    }
    std::array<pollfd, 2> sources = {pollfd{wake_, POLLIN, 0}, pollfd{notices_, POLLIN, 0}};
    const Duration left = std::chrono::ceil<Duration>(until - now);
    if (poll(sources.data(), sources.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
      return Reason::kTimeout;
    if ((sources[0].revents & POLLIN) != 0) {
      eventfd_t count = 0;
      eventfd_read(wake_, &count);
      return stopped_ ? Reason::kStopped : Reason::kWoken;
    }
    if ((sources[1].revents & POLLIN) != 0 && ReadEvents()) {
      AddWatches();  // at once: a new folder is filled while its maker goes on
      last_change = Now();
      if (!changed) first_change = last_change;
      changed = true;
    }
  }
}

void FolderWatch::Wake() { eventfd_write(wake_, 1); }

void FolderWatch::Stop() {
  stopped_ = true;
  Wake();
}

std::string FolderWatch::Fingerprint() const {
  std::vector<std::string> files;
  for (const std::string& path : paths_) Collect(path, 0, files);
  std::sort(files.begin(), files.end());
  std::string digests;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) continue;
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    digests += Sha256(file) + Sha256(bytes);
  }
  return Sha256Hex(digests);
}

}  // namespace riposte::app
