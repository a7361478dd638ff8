// Control records in a file of the state directory, for operation without Kafka.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "engine/pipeline/ports.h"

namespace riposte::file {

// The file is "control.json" in `folder`: {"records":[{"key":...,"value":...,"append_time":...}]}.
// It is replaced whole, by a rename after fsync, under a lock that other processes see, so `riposte
// control` and a running engine can both write. Changes by another process are seen by the next
// Read(). A file that cannot be read counts as not read to its end: nothing is enforced.
class FileControl final : public pipeline::Control {
 public:
  // Makes the folder (mode 0700) if it is not there. kIo: it cannot be made or written.
  static Result<std::unique_ptr<FileControl>> Open(const std::string& folder);

  std::shared_ptr<const Snapshot> Read() const override;
  // kIo: it is not written, or the file that is there cannot be read.
  Status Write(const pipeline::ControlRecord& record) override;
  void EndWithin(Duration) override {}  // it waits for the disk alone

 private:
  explicit FileControl(std::string folder);
  // Tells one state of the file from another.
  struct Mark {
    uint64_t device = 0, inode = 0, size = 0;
    int64_t modified_ns = 0;
    bool operator==(const Mark&) const = default;
  };
  Mark Look() const;

  const std::string folder_, path_;
  mutable std::mutex mutex_;
  mutable Mark mark_;
  mutable std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace riposte::file
