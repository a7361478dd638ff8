#include "benchmarks/file_changelog.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace riposte::bench {
namespace {

constexpr size_t kBufferBytes = 1u << 20;

struct Header {
  uint32_t key_bytes = 0;
  uint32_t value_bytes = 0;
  bool deletes = false;
};

[[noreturn]] void Fail(const std::string& path) {
  std::perror(path.c_str());
  std::exit(1);
}

}  // namespace

struct FileChangelog::File {
  std::string path;
  std::FILE* file = nullptr;
};

FileChangelog::FileChangelog(const std::string& path)
    : file_(new File{.path = path, .file = std::fopen(path.c_str(), "wb")}) {
  if (file_->file == nullptr) Fail(path);
  std::setvbuf(file_->file, nullptr, _IOFBF, kBufferBytes);
}

FileChangelog::~FileChangelog() { std::fclose(file_->file); }

int64_t FileChangelog::Append(std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    const Header header{.key_bytes = static_cast<uint32_t>(record.key.size()),
                        .value_bytes = static_cast<uint32_t>(record.value.size()),
                        .deletes = record.deletes};
    const bool written =
        std::fwrite(&header, sizeof header, 1, file_->file) == 1 &&
        std::fwrite(record.key.data(), 1, record.key.size(), file_->file) == record.key.size() &&
        std::fwrite(record.value.data(), 1, record.value.size(), file_->file) ==
            record.value.size();
    if (!written) Fail(file_->path);
  }
  end_ += static_cast<int64_t>(records.size());
  return end_;
}

class FileChangelog::View final : public state::Changelog {
 public:
  explicit View(const FileChangelog& of) : of_(of) {}

  Result<Extent> Measure() override {
    return Extent{.first = 0, .end = of_.end_, .delete_retention = std::chrono::hours(24)};
  }

  Status Read(int64_t from, int64_t end, const Each& each) override {
    if (from >= end) return Status::Ok();
    std::fflush(of_.file_->file);
    std::FILE* const file = std::fopen(of_.file_->path.c_str(), "rb");
    if (file == nullptr) Fail(of_.file_->path);
    std::setvbuf(file, nullptr, _IOFBF, kBufferBytes);
    Status status = Status::Ok();
    for (int64_t offset = 0; offset < end && status.ok(); ++offset) {
      Next(file);
      if (offset >= from)
        status =
            each(offset, key_, deletes_ ? std::nullopt : std::optional<std::string_view>(value_));
    }
    std::fclose(file);
    return status;
  }

 private:
  void Next(std::FILE* file) {
    Header header;
    if (std::fread(&header, sizeof header, 1, file) != 1) Fail(of_.file_->path);
    key_.resize(header.key_bytes);
    value_.resize(header.value_bytes);
    deletes_ = header.deletes;
    if (std::fread(key_.data(), 1, key_.size(), file) != key_.size() ||
        std::fread(value_.data(), 1, value_.size(), file) != value_.size())
      Fail(of_.file_->path);
  }

  const FileChangelog& of_;
  std::string key_, value_;
  bool deletes_ = false;
};

std::unique_ptr<state::Changelog> FileChangelog::Reader() const {
  return std::make_unique<View>(*this);
}

}  // namespace riposte::bench
