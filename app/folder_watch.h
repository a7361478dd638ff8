// Waits for changes below files and folders, until those who write are done.
#pragma once

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace riposte::app {

// One thread waits; Wake() and Stop() are for any thread.
class FolderWatch {
 public:
  // Also watches the folder that holds each path, so that a path that is replaced (a link swapped
  // by rename) or appears later is noticed.
  explicit FolderWatch(std::vector<std::string> paths);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;

  enum class Reason { kChanged, kWoken, kTimeout, kStopped };
  // Until something changed and has been quiet for kQuiet with no file open for writing (at most
  // kLongest after the first change, kLongestOpen while a file that was written to is still open),
  // or Wake(), or `timeout`.
  Reason Wait(Duration timeout);
  void Wake();
  void Stop();

  // Hash of the names and bytes of all rule files below the paths. Files that vanish meanwhile are
  // left out.
  std::string Fingerprint() const;

  static constexpr Duration kQuiet{100};
  static constexpr Duration kLongest{1000};
  static constexpr Duration kLongestOpen{10'000};

 private:
  void AddWatches();
  void AddFolder(const std::string& path, int depth);
  // Takes up what the kernel reports; whether any of it concerns the paths.
  bool ReadEvents();

  const std::vector<std::string> paths_;
  int notices_ = -1;  // inotify
  int wake_ = -1;     // eventfd
  std::atomic<bool> stopped_{false};
  std::set<int> whole_;                               // watches of which every name concerns us
  std::map<int, std::set<std::string>> names_in_;     // watches of which these do
  std::set<std::pair<int, std::string>> open_files_;  // written to and not closed yet: watch, name
};

}  // namespace riposte::app
