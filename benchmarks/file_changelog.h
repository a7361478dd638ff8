// A state task's partition of the changelog as a file: what a start from the changelog costs
// without the broker.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/pipeline/ports.h"
#include "engine/state/changelog.h"

namespace riposte::bench {

// A file that cannot be written or read ends the program. One thread.
class FileChangelog {
 public:
  explicit FileChangelog(const std::string& path);
  ~FileChangelog();
  FileChangelog(const FileChangelog&) = delete;  // it owns the file
  FileChangelog& operator=(const FileChangelog&) = delete;

  // Commits; the first offset behind the records.
  int64_t Append(std::span<const pipeline::OutRecord> records);
  int64_t records() const { return end_; }
  // As a task reads it; not longer than this one is there.
  std::unique_ptr<state::Changelog> Reader() const;

 private:
  class View;
  struct File;
  std::unique_ptr<File> file_;
  int64_t end_ = 0;
};

}  // namespace riposte::bench
