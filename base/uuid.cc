#include "base/uuid.h"

#include <cstring>

#include <sys/random.h>

#include "base/check.h"
#include "base/digest.h"

namespace riposte {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool IsDashPlace(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void SetVersion(Uuid& uuid, unsigned version) {
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0fu) | (version << 4));
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3fu) | 0x80u);  // the RFC's variant
}

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDashPlace(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = HexDigit(text[i]);
    if (value < 0) return std::nullopt;
    uint8_t& byte = uuid.bytes[digits / 2];
    byte = static_cast<uint8_t>(byte << 4 | value);
    ++digits;
  }
  return uuid;
}

Uuid Uuid::V5(const Uuid& name_space, std::string_view name) {
  std::string input(reinterpret_cast<const char*>(name_space.bytes.data()),
                    name_space.bytes.size());
  input += name;
  const std::string digest = Sha1(input);
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), digest.data(), uuid.bytes.size());
  SetVersion(uuid, 5);
  return uuid;
}

Uuid Uuid::Random() {
  Uuid uuid;
  const ssize_t got = getrandom(uuid.bytes.data(), uuid.bytes.size(), 0);
  RIPOSTE_CHECK(got == static_cast<ssize_t>(uuid.bytes.size()), "the system has no random bytes");
  SetVersion(uuid, 4);
  return uuid;
}

std::string Uuid::ToString() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (const uint8_t byte : bytes) {
    if (IsDashPlace(text.size())) text.push_back('-');
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

}  // namespace riposte
