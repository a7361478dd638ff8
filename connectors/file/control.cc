#include "connectors/file/control.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

namespace riposte::file {
namespace {

using pipeline::ControlRecord;

Status Failed(std::string_view what, const std::string& path) {
  return Status(ErrorCode::kIo,
                "cannot " + std::string(what) + " " + path + ": " + std::strerror(errno));
}

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  const int fd_;
};

Result<std::vector<ControlRecord>> ParseRecords(const std::string& text, const std::string& path) {
  const Result<json::Value> parsed = json::Parse(text);
  const json::Value* list = parsed.ok() ? parsed->Find("records") : nullptr;
  if (list == nullptr || list->as_array() == nullptr)
    return Status(ErrorCode::kIo, path + " is damaged: it holds no control records");
  std::vector<ControlRecord> records;
  for (const json::Value& item : *list->as_array()) {
    const std::string_view key = item.StringOr("key", "");
    if (key.empty()) return Status(ErrorCode::kIo, path + " is damaged: a record has no key");
    records.push_back(
        {.key = std::string(key),
         .value = std::string(item.StringOr("value", "")),
         .append_time = ParseTime(item.StringOr("append_time", "")).value_or(Time{})});
  }
  std::sort(records.begin(), records.end(),
            [](const ControlRecord& a, const ControlRecord& b) { return a.key < b.key; });
  return records;
}

// A file that is not there holds no records.
Result<std::vector<ControlRecord>> ReadRecords(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::vector<ControlRecord>();
    return Failed("read", path);
  }
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) return Failed("read", path);
  return ParseRecords(std::move(bytes).str(), path);
}

std::string ToText(const std::vector<ControlRecord>& records) {
  std::string text;
  json::Writer writer(text);
  writer.BeginObject().Key("records").BeginArray();
  for (const ControlRecord& record : records) {
    writer.BeginObject().Field("key", record.key).Field("value", record.value);
    writer.Field("append_time", FormatTime(record.append_time)).EndObject();
  }
  writer.EndArray().EndObject();
  return text + "\n";
}

// Durably: the bytes before the name, the name before the return.
Status ReplaceFile(const std::string& folder, const std::string& path, std::string_view text) {
  const std::string next = path + ".new";
  {
    const Descriptor file(
        open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.valid()) return Failed("write", next);
    while (!text.empty()) {
      const ssize_t written = write(file.get(), text.data(), text.size());
      if (written < 0 && errno != EINTR) return Failed("write", next);
      if (written > 0) text.remove_prefix(static_cast<size_t>(written));
    }
    if (fsync(file.get()) != 0) return Failed("write", next);
  }
  if (rename(next.c_str(), path.c_str()) != 0) return Failed("replace", path);
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || fsync(directory.get()) != 0) return Failed("write", folder);
  return Status::Ok();
}

}  // namespace

FileControl::FileControl(std::string folder)
    : folder_(std::move(folder)), path_(folder_ + "/control.json") {}

Result<std::unique_ptr<FileControl>> FileControl::Open(const std::string& folder) {
  if (mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return Failed("make", folder);
  if (access(folder.c_str(), W_OK) != 0) return Failed("write to", folder);
  return std::unique_ptr<FileControl>(new FileControl(folder));
}

FileControl::Mark FileControl::Look() const {
  struct stat found {};
  if (stat(path_.c_str(), &found) != 0) return {};
  return {.device = found.st_dev,
          .inode = found.st_ino,
          .size = static_cast<uint64_t>(found.st_size),
          .modified_ns = found.st_mtim.tv_sec * int64_t{1'000'000'000} + found.st_mtim.tv_nsec};
}

std::shared_ptr<const pipeline::Control::Snapshot> FileControl::Read() const {
  const std::scoped_lock lock(mutex_);
  // Looked at before it is read: a change in between is seen the next time.
  const Mark mark = Look();
  if (snapshot_ != nullptr && mark == mark_) return snapshot_;
  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  Result<std::vector<ControlRecord>> records = ReadRecords(path_);
  if (records.ok()) {
    snapshot->records = std::move(records).value();
    snapshot->complete = true;
  }
  mark_ = mark;
  snapshot_ = std::move(snapshot);
  return snapshot_;
}

Status FileControl::Write(const ControlRecord& record) {
  const std::scoped_lock lock(mutex_);
  const std::string lock_path = folder_ + "/control.lock";
  const Descriptor guard(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!guard.valid() || flock(guard.get(), LOCK_EX) != 0) return Failed("lock", lock_path);
  Result<std::vector<ControlRecord>> records = ReadRecords(path_);
  if (!records.ok()) return records.status();
  std::erase_if(*records,
                [&record](const ControlRecord& other) { return other.key == record.key; });
  if (!record.value.empty()) records->push_back(record);
  std::sort(records->begin(), records->end(),
            [](const ControlRecord& a, const ControlRecord& b) { return a.key < b.key; });
  RIPOSTE_TRY(ReplaceFile(folder_, path_, ToText(*records)));
  snapshot_.reset();  // read back by the next Read()
  return Status::Ok();
}

}  // namespace riposte::file
