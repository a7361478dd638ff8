// The file `crashes` of the state directory: on which records the process crashed. The crash
// handler appends to it; what is committed goes out of it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/poison.h"

namespace riposte::app {

// Safe to use from any thread.
class CrashLog final : public pipeline::CrashHistory {
 public:
  // More are not remembered: those of the latest crashes are.
  static constexpr size_t kRecordsMax = 100;
  // Only so much of the end of a larger file is read.
  static constexpr size_t kFileBytesMax = 64u << 10;

  // Reads the file, of which lines that are not whole are dropped, and writes it anew with room for
  // further crashes, so that a full disk does not hide them. What goes wrong is logged and is
  // problem(): what could be read is still known, but no further crash is counted. One process uses
  // a state directory: for a second one that is a problem.
  explicit CrashLog(const std::string& state_directory);
  ~CrashLog() override;
  CrashLog(const CrashLog&) = delete;
  CrashLog& operator=(const CrashLog&) = delete;

  // The descriptor to append lines to, the same as long as it lives; -1: there is a problem.
  int file() const { return file_; }
  const Status& problem() const { return problem_; }

  // Also log what they find.
  std::vector<pipeline::CrashedRecord> OnAssigned(const pipeline::PartitionId& partition,
                                                  int64_t start_offset) override;
  void OnCommitted(const pipeline::PartitionId& partition, int64_t next_offset) override;

  // For people: what is remembered, and what became of it since the start.
  std::string Summary() const;

 private:
  struct Entry {
    pipeline::PartitionId partition;
    int64_t offset = 0;
    int64_t crashes = 0;
    std::string signal;  // of the last one
  };
  Status Open(const std::string& state_directory);
  Status Read();
  void Parse(std::string_view text, bool cut);
  void Add(std::string_view line, size_t& broken);
  // Takes the partition's entries below `offset` out, also of the file.
  std::vector<Entry> Forget(const pipeline::PartitionId& partition, int64_t offset);
  Status Rewrite();
  bool OpenAsItIs();
  Status IoError(std::string_view what) const;

  const std::string path_;
  int directory_ = -1;  // locked
  int file_ = -1;
  bool torn_ = false;  // the file as it was read ended within a line
  Status problem_;

  mutable std::mutex mutex_;    // of what follows
  std::vector<Entry> entries_;  // the one that crashed last is last
  size_t poisoned_ = 0;         // dead-lettered since the start
  std::string last_poisoned_;
};

}  // namespace riposte::app
