// IPv4 and IPv6 addresses as 16 ordered bytes. An IPv4 address equals its IPv4-mapped IPv6 form
// (::ffff:a.b.c.d).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

struct IpAddress {
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 as mapped IPv6

  auto operator<=>(const IpAddress&) const = default;

  // Dotted quad without leading zeros, or RFC 4291 text. A zone ("%eth0") is accepted and ignored.
  // Empty otherwise.
  static std::optional<IpAddress> Parse(std::string_view text);
  bool is_v4() const;
  std::string ToString() const;
};

// An inclusive range; a CIDR block is one.
struct IpRange {
  IpAddress first, last;

  auto operator<=>(const IpRange&) const = default;
  bool Contains(const IpAddress& address) const { return first <= address && address <= last; }

  // "10.0.0.0/8", "2001:db8::/32"; host bits may be set ("10.1.2.3/8" is 10.0.0.0/8). Empty if
  // malformed.
  static std::optional<IpRange> ParseCidr(std::string_view text);
  // "10.0.0.0/8" where the range is one block, else empty.
  std::optional<std::string> ToCidr() const;
};

}  // namespace riposte
