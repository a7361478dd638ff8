// UUIDs: identities of rules, commands and firings.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;

  // The canonical form only: 8-4-4-4-12 hex digits, either case. Empty otherwise.
  static std::optional<Uuid> Parse(std::string_view text);
  // Version 5 (SHA-1 of namespace and name, RFC 9562): the same input gives the same id, for ever.
  static Uuid V5(const Uuid& name_space, std::string_view name);
  // Version 4 from the system's random source: for instance ids, never for commands.
  static Uuid Random();
  std::string ToString() const;  // lower case
};

}  // namespace riposte
