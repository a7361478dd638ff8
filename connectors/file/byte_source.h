// The bytes of a file, decompressed (only here zlib and libzstd).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace riposte::file {

// One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the front of `buffer`; 0 at the end. kIo: the file cannot be read, is damaged, or ends in
  // the middle of compressed data.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
};

// By the ending of `path`: ".gz", ".zst" (window up to 128 MiB), anything else as it is; "-" is
// standard input, as it is. Errors name the path.
Result<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

}  // namespace riposte::file
