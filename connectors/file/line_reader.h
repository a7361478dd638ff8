// The lines of a file, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/file/byte_source.h"

namespace riposte::file {

// One thread. Memory: the longest line, at most `line_bytes_max` + 1 bytes, and a buffer.
class LineReader {
 public:
  static Result<LineReader> Open(const std::string& path, size_t line_bytes_max);
  LineReader(std::unique_ptr<ByteSource> source, size_t line_bytes_max);

  // The next line, without its line feed and a carriage return before that; nothing at the end. Of
  // a line that is longer than the limit the first `line_bytes_max` + 1 bytes: a reader that has
  // the same limit sees that it is too long. Valid until the next call.
  Result<std::optional<std::string_view>> Next();
  // How many lines Next() gave.
  int64_t lines() const { return lines_; }

 private:
  Status Fill();
  void Keep(std::string_view part);

  std::unique_ptr<ByteSource> source_;
  size_t line_bytes_max_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;  // what of the buffer is not used yet
  std::string line_;
  int64_t lines_ = 0;
};

}  // namespace riposte::file
