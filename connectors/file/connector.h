// Files of events, one JSON object a line, as input partitions. What is committed goes to a sink. A
// crash in between is not survived: there is no transaction over a file, so nothing here is for
// live orders.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/pipeline/ports.h"

namespace riposte::file {

// Where the outputs go. Called on workers' threads, several at once.
class Sink {
 public:
  virtual ~Sink() = default;
  // All outputs of one batch of one file.
  virtual Status Write(const pipeline::PartitionId& partition,
                       std::span<const pipeline::OutRecord> records) = 0;
};

struct InputFile {
  std::string path;  // plain, .gz, .zst; "-": standard input
  std::string profile;
};

struct Options {
  std::vector<InputFile> files;
  size_t line_bytes_max = 1'048'588;  // as TaskOptions::event_bytes_max
  size_t value_bytes_max = 1'000'000;
};

// Each file is partition 0 of a topic with the file's path as its name; a record's offset is its
// line number less one, its append time the time at which it was read. A file's input ends with the
// file.
class FileConnector final : public pipeline::Connector {
 public:
  // `clock` and `sink` outlive it.
  FileConnector(Options options, const Clock& clock, Sink& sink);
  ~FileConnector() override;  // Stop()

  // An error names the file that cannot be opened; nothing is assigned then.
  Status Start(pipeline::AssignmentListener& listener) override;
  void Stop(Duration deadline) override;
  Status Ready() const override;
  // No file is worked on any more: each came to its end, or its task stopped.
  bool Finished() const override;

 private:
  const Options options_;
  const Clock& clock_;
  Sink& sink_;
  pipeline::AssignmentListener* listener_ = nullptr;
  std::vector<pipeline::PartitionId> assigned_;
  std::shared_ptr<std::atomic<int>> open_inputs_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace riposte::file
