#include "connectors/file/connector.h"

#include <utility>

#include "connectors/file/line_reader.h"

namespace riposte::file {
namespace {

class FileInput final : public pipeline::Input {
 public:
  FileInput(pipeline::PartitionId id, std::string path, size_t line_bytes_max, LineReader reader,
            const Clock& clock, std::shared_ptr<std::atomic<int>> open_inputs)
      : id_(std::move(id)),
        path_(std::move(path)),
        line_bytes_max_(line_bytes_max),
        reader_(std::move(reader)),
        clock_(clock),
        open_inputs_(std::move(open_inputs)) {
    ++*open_inputs_;
  }
  ~FileInput() override { --*open_inputs_; }
  FileInput(const FileInput&) = delete;  // it is counted
  FileInput& operator=(const FileInput&) = delete;

  const pipeline::PartitionId& id() const override { return id_; }

  Status Poll(size_t max_records, size_t max_bytes, Duration,
              std::vector<pipeline::Record>& records) override {
    records.clear();
    std::vector<std::pair<size_t, size_t>> places;  // begin and size in bytes_
    RIPOSTE_TRY(ReadLines(max_records, max_bytes, places));
    if (places.empty()) return Status(ErrorCode::kCancelled, path_ + " is at its end");
    const Time now = clock_.Now();
    int64_t offset = reader_.lines() - static_cast<int64_t>(places.size());
    for (const std::pair<size_t, size_t>& place : places) {
      pipeline::Record& record = records.emplace_back();
      record.offset = offset++;
      record.value = std::string_view(bytes_).substr(place.first, place.second);
      record.append_time = now;
    }
    return Status::Ok();
  }

  Status Rewind(int64_t offset) override {
    if (path_ == "-")
      return Status(ErrorCode::kInvalidArgument, "standard input cannot be read again");
    Result<LineReader> again = LineReader::Open(path_, line_bytes_max_);
    if (!again.ok()) return again.status();
    reader_ = std::move(again).value();
    failed_ = Status::Ok();
    while (reader_.lines() < offset) {
      const Result<std::optional<std::string_view>> line = reader_.Next();
      if (!line.ok()) return line.status();
      if (!line->has_value())
        return Status(ErrorCode::kIo, path_ + " is shorter than when it was read first");
    }
    return Status::Ok();
  }

  int64_t Lag() const override { return -1; }

 private:
  // An error behind lines that could be read is told by the next call.
  Status ReadLines(size_t max_records, size_t max_bytes,
                   std::vector<std::pair<size_t, size_t>>& places) {
    bytes_.clear();
    while (failed_.ok() && places.size() < max_records && bytes_.size() < max_bytes) {
      const Result<std::optional<std::string_view>> line = reader_.Next();
      if (!line.ok()) {
        failed_ = line.status();
        break;
      }
      if (!line->has_value()) break;
      places.emplace_back(bytes_.size(), (*line)->size());
      bytes_ += **line;
    }
    return places.empty() ? failed_ : Status::Ok();
  }

  const pipeline::PartitionId id_;
  const std::string path_;
  const size_t line_bytes_max_;
  LineReader reader_;
  const Clock& clock_;
  const std::shared_ptr<std::atomic<int>> open_inputs_;
  std::string bytes_;  // of the records that were polled last
  Status failed_;
};

class SinkOutbox final : public pipeline::Outbox {
 public:
  SinkOutbox(pipeline::PartitionId id, Sink& sink, size_t value_bytes_max)
      : id_(std::move(id)), sink_(sink), value_bytes_max_(value_bytes_max) {}
  size_t MaxValueBytes(pipeline::OutTopic) const override { return value_bytes_max_; }
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset>) override {
    RIPOSTE_TRY(sink_.Write(id_, records));
    return pipeline::Committed::kYes;
  }

 private:
  const pipeline::PartitionId id_;
  Sink& sink_;
  const size_t value_bytes_max_;
};

}  // namespace

FileConnector::FileConnector(Options options, const Clock& clock, Sink& sink)
    : options_(std::move(options)), clock_(clock), sink_(sink) {}

FileConnector::~FileConnector() { Stop(Duration::zero()); }

Status FileConnector::Start(pipeline::AssignmentListener& listener) {
  std::vector<pipeline::Assignment> assignments;
  std::vector<pipeline::PartitionId> ids;
  for (const InputFile& file : options_.files) {
    Result<LineReader> reader = LineReader::Open(file.path, options_.line_bytes_max);
    if (!reader.ok()) return reader.status();
    pipeline::PartitionId id{.topic = file.path, .partition = 0};
    pipeline::Assignment& assignment = assignments.emplace_back();
    pipeline::Source& source = assignment.sources.emplace_back();
    source.input = std::make_unique<FileInput>(id, file.path, options_.line_bytes_max,
                                               std::move(reader).value(), clock_, open_inputs_);
    source.profile = file.profile;
    assignment.outbox = std::make_unique<SinkOutbox>(id, sink_, options_.value_bytes_max);
    ids.push_back(std::move(id));
  }
  listener_ = &listener;
  assigned_ = std::move(ids);
  listener.OnAssigned(std::move(assignments));
  return Status::Ok();
}

void FileConnector::Stop(Duration) {
  if (listener_ == nullptr) return;
  std::exchange(listener_, nullptr)->OnRevoked(assigned_, false);
}

Status FileConnector::Ready() const {
  if (listener_ != nullptr) return Status::Ok();
  return Status(ErrorCode::kUnavailable, "the files are not opened");
}

bool FileConnector::Finished() const { return *open_inputs_ == 0; }

}  // namespace riposte::file
