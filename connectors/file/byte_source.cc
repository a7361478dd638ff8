#include "connectors/file/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace riposte::file {
namespace {

constexpr int kZstdWindowLogMax = 27;  // 128 MiB, what `zstd --long` makes

Status ReadError(const std::string& path, std::string_view why) {
  return Status(ErrorCode::kIo, "cannot read " + path + ": " + std::string(why));
}

class PlainSource final : public ByteSource {
 public:
  PlainSource(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PlainSource() override {
    if (fd_ != STDIN_FILENO) close(fd_);
  }
  PlainSource(const PlainSource&) = delete;  // it owns the descriptor
  PlainSource& operator=(const PlainSource&) = delete;

  Result<size_t> Read(std::span<char> buffer) override {
    while (true) {
      const ssize_t got = read(fd_, buffer.data(), buffer.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) return ReadError(path_, std::strerror(errno));
    }
  }

 private:
  const std::string path_;
  const int fd_;
};

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::string path, gzFile file) : path_(std::move(path)), file_(file) {}
  ~GzipSource() override { gzclose_r(file_); }
  GzipSource(const GzipSource&) = delete;  // it owns the file
  GzipSource& operator=(const GzipSource&) = delete;

  Result<size_t> Read(std::span<char> buffer) override {
    const size_t most = static_cast<size_t>(std::numeric_limits<int>::max());
    const int got =
        gzread(file_, buffer.data(), static_cast<unsigned>(std::min(buffer.size(), most)));
    if (got > 0) return static_cast<size_t>(got);
    int code = Z_OK;
    const char* why = gzerror(file_, &code);
    if (got < 0 || code != Z_OK) return ReadError(path_, why);
    return size_t{0};
  }

 private:
  const std::string path_;
  gzFile file_;
};

class ZstdSource final : public ByteSource {
 public:
  ZstdSource(std::string path, std::unique_ptr<ByteSource> compressed)
      : path_(std::move(path)),
        compressed_(std::move(compressed)),
        stream_(ZSTD_createDCtx()),
        buffer_(ZSTD_DStreamInSize()) {
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  }

  Result<size_t> Read(std::span<char> out) override {
    ZSTD_outBuffer output{.dst = out.data(), .size = out.size(), .pos = 0};
    while (output.pos == 0) {
      if (input_.pos == input_.size && !flushing_) {
        Result<size_t> got = compressed_->Read(buffer_);
        if (!got.ok()) return got;
        if (*got == 0) {
          if (inside_frame_) return ReadError(path_, "the compressed data is cut off");
          return size_t{0};
        }
        input_ = {.src = buffer_.data(), .size = *got, .pos = 0};
      }
      const size_t rest = ZSTD_decompressStream(stream_.get(), &output, &input_);
      if (ZSTD_isError(rest)) return ReadError(path_, ZSTD_getErrorName(rest));
      inside_frame_ = rest != 0;
      // A full output may leave more in the decompressor, which needs no further input.
      flushing_ = inside_frame_ && output.pos == output.size;
    }
    return output.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  const std::string path_;
  const std::unique_ptr<ByteSource> compressed_;
  const std::unique_ptr<ZSTD_DCtx, Free> stream_;
  std::vector<char> buffer_;
  ZSTD_inBuffer input_{.src = nullptr, .size = 0, .pos = 0};
  bool inside_frame_ = false;
  bool flushing_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  if (path == "-")
    return std::unique_ptr<ByteSource>(
        std::make_unique<PlainSource>("standard input", STDIN_FILENO));
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return Status(code, "cannot open " + path + ": " + std::strerror(errno));
  }
  if (path.ends_with(".gz")) {
    gzFile file = gzdopen(fd, "rb");
    if (file == nullptr) {
      close(fd);
      return ReadError(path, "zlib has no memory");
    }
    return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(path, file));
  }
  std::unique_ptr<ByteSource> plain = std::make_unique<PlainSource>(path, fd);
  if (path.ends_with(".zst"))
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdSource>(path, std::move(plain)));
  return plain;
}

}  // namespace riposte::file
