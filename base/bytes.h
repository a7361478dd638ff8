// Values to bytes and back, for what is stored and read again by later versions: little-endian,
// whole numbers as LEB128, signed ones zigzag first, texts with their length before them. What is
// read is hostile: a reader never goes beyond its bytes and says so once, at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace riposte {

// Appends to `out`, which it does not own.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void Byte(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void Unsigned(uint64_t value);
  void Signed(int64_t value);
  void Fixed(uint64_t value);  // eight bytes
  void Real(double value);     // its bits, fixed
  void Text(std::string_view value);

 private:
  std::string& out_;
};

// After the first value that is not there or malformed everything reads as zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  uint8_t Byte();
  uint64_t Unsigned();
  int64_t Signed();
  uint64_t Fixed();
  double Real();
  std::string_view Text();  // of the bytes given
  // A number of things that follow and take at least `bytes_each` (1 or more): malformed if that
  // much is not left, so that it can be reserved for.
  size_t Count(size_t bytes_each = 1);
  // The caller found a value that cannot be.
  void Fail();

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  size_t rest() const { return rest_.size(); }  // bytes that were not read

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace riposte
