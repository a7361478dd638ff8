#include "base/bytes.h"

#include <bit>

namespace riposte {
namespace {

constexpr unsigned kSevenBits = 7;
constexpr uint8_t kMore = 0x80;
constexpr unsigned kLastShift = 63;  // of the tenth byte, which holds one bit

}  // namespace

void ByteWriter::Unsigned(uint64_t value) {
  while (value >= kMore) {
    Byte(static_cast<uint8_t>(value) | kMore);
    value >>= kSevenBits;
  }
  Byte(static_cast<uint8_t>(value));
}

void ByteWriter::Signed(int64_t value) {
  const uint64_t bits = static_cast<uint64_t>(value);
  Unsigned((bits << 1) ^ (value < 0 ? ~uint64_t{0} : 0));
}

void ByteWriter::Fixed(uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) Byte(static_cast<uint8_t>(value >> shift));
}

void ByteWriter::Real(double value) { Fixed(std::bit_cast<uint64_t>(value)); }

void ByteWriter::Text(std::string_view value) {
  Unsigned(value.size());
  out_.append(value);
}

void ByteReader::Fail() {
  ok_ = false;
  rest_ = {};
}

uint8_t ByteReader::Byte() {
  if (rest_.empty()) {
    Fail();
    return 0;
  }
  const uint8_t value = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

uint64_t ByteReader::Unsigned() {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += kSevenBits) {
    const uint8_t byte = Byte();
    if (!ok_) return 0;
    const bool last = (byte & kMore) == 0;
    // One form a number: neither more bits than there are, nor a zero on top.
    const bool too_long = (shift == kLastShift && byte > 1) || (last && byte == 0 && shift > 0);
    if (too_long) {
      Fail();
      return 0;
    }
    value |= static_cast<uint64_t>(byte & (kMore - 1)) << shift;
    if (last) return value;
  }
}

int64_t ByteReader::Signed() {
  const uint64_t bits = Unsigned();
  return static_cast<int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

uint64_t ByteReader::Fixed() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 8) value |= static_cast<uint64_t>(Byte()) << shift;
  return ok_ ? value : 0;
}

double ByteReader::Real() { return std::bit_cast<double>(Fixed()); }

std::string_view ByteReader::Text() {
  const size_t size = Count();
  const std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

size_t ByteReader::Count(size_t bytes_each) {
  const uint64_t count = Unsigned();
  if (count <= rest_.size() / bytes_each) return static_cast<size_t>(count);
  Fail();
  return 0;
}

}  // namespace riposte
