#include "base/ip.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

namespace riposte {
namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The first or last address of the block of `prefix_bits` (of 128) around `address`.
IpAddress BlockEnd(const IpAddress& address, int prefix_bits, bool last) {
  IpAddress end = address;
  for (int bit = prefix_bits; bit < 128; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80u >> (bit % 8));
    uint8_t& byte = end.bytes[static_cast<size_t>(bit / 8)];
    byte = static_cast<uint8_t>(last ? byte | mask : byte & ~mask);
  }
  return end;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) text = text.substr(0, text.find('%'));
  char buffer[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() > INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';

  IpAddress address;
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) return address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
  if (inet_pton(AF_INET, buffer, address.bytes.data() + kMappedPrefix.size()) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::ToString() const {
  char buffer[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  const uint8_t* from = bytes.data() + (v4 ? kMappedPrefix.size() : 0);
  return inet_ntop(v4 ? AF_INET : AF_INET6, from, buffer, sizeof buffer);
}

std::optional<IpRange> IpRange::ParseCidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  const std::string_view bits_text = text.substr(slash + 1);
  if (!address || bits_text.empty() || bits_text.size() > 3) return std::nullopt;
  int bits = 0;
  for (const char c : bits_text) {
    if (c < '0' || c > '9') return std::nullopt;
    bits = bits * 10 + (c - '0');
  }
  // "::ffff:10.0.0.0/104" is written with a colon and counts all 128 bits.
  const bool written_as_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (bits > (written_as_v4 ? 32 : 128)) return std::nullopt;
  const int prefix_bits = bits + (written_as_v4 ? 96 : 0);
  return IpRange{BlockEnd(*address, prefix_bits, false), BlockEnd(*address, prefix_bits, true)};
}

std::optional<std::string> IpRange::ToCidr() const {
  const bool v4 = first.is_v4() && last.is_v4();
  for (int bits = v4 ? 96 : 0; bits <= 128; ++bits) {
    if (BlockEnd(first, bits, false) == first && BlockEnd(first, bits, true) == last)
      return first.ToString() + "/" + std::to_string(v4 ? bits - 96 : bits);
  }
  return std::nullopt;
}

}  // namespace riposte
