#include "app/crash_log.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/crash_line.h"
#include "base/log.h"

namespace riposte::app {
namespace {

constexpr const char* kName = "crashes";
constexpr const char* kNewName = "crashes.new";
// For the lines of the next crashes: one a thread at most.
constexpr off_t kRoomBytes = 16 << 10;

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

// Blocks behind the end, without a change of the size. A file system that cannot do it is let off.
bool Reserve(int file, size_t used) {
  return fallocate(file, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(used), kRoomBytes) == 0 ||
         errno == EOPNOTSUPP || errno == ENOSYS;
}

void LogRecord(log::Level level, std::string_view code, std::string_view message,
               const pipeline::PartitionId& partition, int64_t offset, int64_t crashes,
               std::string_view signal) {
  log::Write(level, "pipeline", code, message,
             {{"topic", std::string_view(partition.topic)},
              {"partition", int64_t{partition.partition}},
              {"offset", offset},
              {"crashes", crashes},
              {"signal", signal}});
}

}  // namespace

CrashLog::CrashLog(const std::string& state_directory) : path_(state_directory + "/" + kName) {
  problem_ = Open(state_directory);
  if (problem_.ok()) return;
  log::Write(
      log::Level::kError, "state", "crashes-not-counted",
      "crashes are not counted, so that a record that crashes the process will do so for ever: " +
          problem_.message());
}

CrashLog::~CrashLog() {
  if (file_ >= 0) close(file_);
  if (directory_ >= 0) close(directory_);
}

Status CrashLog::IoError(std::string_view what) const {
  return Status(ErrorCode::kIo,
                fmt::format("{}: {}: {}", path_, what, std::generic_category().message(errno)));
}

Status CrashLog::Open(const std::string& state_directory) {
  if (state_directory.empty())
    return Status(ErrorCode::kInvalidArgument, "no state directory is configured");
  std::error_code ignored;  // what follows says it
  std::filesystem::create_directories(state_directory, ignored);
  directory_ = open(state_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return IoError("its folder cannot be opened");
  RIPOSTE_TRY(Read());
  if (flock(directory_, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK
               ? Status(ErrorCode::kIo, path_ + ": another process uses this state directory")
               : IoError("its folder cannot be locked");
  }
  Status rewritten = Rewrite();
  if (rewritten.ok() || !OpenAsItIs()) return rewritten;
  log::Write(log::Level::kWarn, "state", "crashes-not-written", rewritten.message());
  return Status::Ok();
}

// On a disk that is full by now the file still has the room that a start before reserved in it.
bool CrashLog::OpenAsItIs() {
  file_ = openat(directory_, kName, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file_ < 0) return false;
  if (!torn_ || WriteAll(file_, "\n")) return true;  // the next line begins as one
  close(file_);
  file_ = -1;
  return false;
}

Status CrashLog::Read() {
  const int file = openat(directory_, kName, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? Status::Ok() : IoError("cannot be opened");
  struct stat about {};
  Status status = fstat(file, &about) == 0 && S_ISREG(about.st_mode)
                      ? Status::Ok()
                      : Status(ErrorCode::kIo, path_ + ": is no file");
  const off_t limit = static_cast<off_t>(kFileBytesMax);
  const off_t begin = std::max<off_t>(0, about.st_size - limit);
  std::string text(kFileBytesMax, '\0');
  size_t size = 0;
  while (status.ok() && size < text.size()) {
    const ssize_t count =
        pread(file, text.data() + size, text.size() - size, begin + static_cast<off_t>(size));
    if (count < 0) status = IoError("cannot be read");
    if (count <= 0) break;
    size += static_cast<size_t>(count);
  }
  close(file);
  RIPOSTE_TRY(status);
  Parse(std::string_view(text).substr(0, size), begin > 0);
  return Status::Ok();
}

// `cut`: the text begins anywhere in a line.
void CrashLog::Parse(std::string_view text, bool cut) {
  size_t broken = 0;
  if (cut) {
    ++broken;
    text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
  }
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      ++broken;
      torn_ = true;  // the end of the process came first
      break;
    }
    Add(text.substr(0, end), broken);
    text.remove_prefix(end + 1);
  }
  if (broken == 0) return;
  log::Write(log::Level::kWarn, "state", "crashes-damaged",
             "lines of the file of crashes are not whole and are dropped",
             {{"file", std::string_view(path_)}, {"lines", static_cast<int64_t>(broken)}});
}

void CrashLog::Add(std::string_view text, size_t& broken) {
  const std::optional<CrashLine> line = ParseCrashLine(text);
  if (!line) {
    ++broken;
    return;
  }
  Entry entry{.partition = {.topic = std::string(line->topic), .partition = line->partition},
              .offset = line->offset,
              .crashes = line->times,
              .signal = std::string(line->signal)};
  const std::vector<Entry>::iterator known =
      std::find_if(entries_.begin(), entries_.end(), [&entry](const Entry& other) {
        return other.offset == entry.offset && other.partition == entry.partition;
      });
  if (known != entries_.end()) {
    entry.crashes = std::min(kCrashTimesMax, entry.crashes + known->crashes);
    entries_.erase(known);
  } else if (entries_.size() == kRecordsMax) {
    entries_.erase(entries_.begin());
  }
  entries_.push_back(std::move(entry));
}

// A new file takes the place of the old one, in the directory and behind the descriptor. In
// between, for the time of two system calls, a crash of another thread would be lost; it will come
// again.
Status CrashLog::Rewrite() {
  std::string text;
  CrashLineBuffer buffer;
  for (const Entry& entry : entries_)
    text += FormatCrashLine({.signal = entry.signal,
                             .times = entry.crashes,
                             .partition = entry.partition.partition,
                             .offset = entry.offset,
                             .topic = entry.partition.topic},
                            buffer);
  const int file =
      openat(directory_, kNewName, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return IoError("cannot be written");
  if (!WriteAll(file, text) || !Reserve(file, text.size()) || fsync(file) != 0 ||
      renameat(directory_, kNewName, directory_, kName) != 0 || fsync(directory_) != 0) {
    Status status = IoError("cannot be written");
    close(file);
    return status;
  }
  if (file_ < 0) {
    file_ = file;
    return Status::Ok();
  }
  const bool taken_over = dup3(file, file_, O_CLOEXEC) == file_;
  Status status = taken_over ? Status::Ok() : IoError("cannot be taken over");
  close(file);
  return status;
}

std::vector<CrashLog::Entry> CrashLog::Forget(const pipeline::PartitionId& partition,
                                              int64_t offset) {
  const std::vector<Entry>::iterator past = std::stable_partition(
      entries_.begin(), entries_.end(),
      [&](const Entry& entry) { return entry.partition != partition || entry.offset >= offset; });
  std::vector<Entry> forgotten(std::make_move_iterator(past),
                               std::make_move_iterator(entries_.end()));
  entries_.erase(past, entries_.end());
  if (forgotten.empty() || file_ < 0) return forgotten;
  if (const Status status = Rewrite(); !status.ok()) {
    // They go when the partition is assigned again: they are below the committed offset.
    log::Write(log::Level::kWarn, "state", "crashes-not-written", status.message());
  }
  return forgotten;
}

std::vector<pipeline::CrashedRecord> CrashLog::OnAssigned(const pipeline::PartitionId& partition,
                                                          int64_t start_offset) {
  const std::lock_guard lock(mutex_);
  Forget(partition, start_offset);
  std::vector<pipeline::CrashedRecord> records;
  for (const Entry& entry : entries_) {
    if (entry.partition != partition) continue;
    records.push_back({.offset = entry.offset, .crashes = entry.crashes});
    LogRecord(log::Level::kWarn, "record-crashed",
              entry.crashes < pipeline::kPoisonCrashes
                  ? "the process crashed while it worked on this record"
                  : "the process crashed too often while it worked on this record, which will be "
                    "dead-lettered unparsed",
              partition, entry.offset, entry.crashes, entry.signal);
  }
  std::sort(records.begin(), records.end(),
            [](const pipeline::CrashedRecord& left, const pipeline::CrashedRecord& right) {
              return left.offset < right.offset;
            });
  return records;
}

void CrashLog::OnCommitted(const pipeline::PartitionId& partition, int64_t next_offset) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : Forget(partition, next_offset)) {
    if (entry.crashes < pipeline::kPoisonCrashes) {
      LogRecord(log::Level::kInfo, "record-survived",
                "a record that the process had crashed on is committed", partition, entry.offset,
                entry.crashes, entry.signal);
      continue;
    }
    ++poisoned_;
    last_poisoned_ =
        fmt::format("{}-{} at offset {}", partition.topic, partition.partition, entry.offset);
    LogRecord(log::Level::kError, "record-poison",
              "a record that crashed the process again and again was dead-lettered unparsed",
              partition, entry.offset, entry.crashes, entry.signal);
  }
}

std::string CrashLog::Summary() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  if (!problem_.ok()) text = fmt::format("NOT COUNTED: {}; ", problem_.message());
  text += fmt::format(
      "{} records known that crashed the process, {} dead-lettered as poison since the start",
      entries_.size(), poisoned_);
  if (poisoned_ > 0) text += fmt::format(", the last one {}", last_poisoned_);
  return text;
}

}  // namespace riposte::app
