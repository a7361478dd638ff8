#include "base/digest.h"

#include <array>

#include <openssl/evp.h>

#include "base/check.h"

namespace riposte {
namespace {

std::string Digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  RIPOSTE_CHECK(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) == 1,
      "OpenSSL cannot compute a digest");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

std::string Sha1(std::string_view bytes) { return Digest(EVP_sha1(), bytes); }

std::string Sha256(std::string_view bytes) { return Digest(EVP_sha256(), bytes); }

std::string Sha256Hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const char byte : Sha256(bytes)) {
    const unsigned value = static_cast<unsigned char>(byte);
    hex.push_back(kHex[value >> 4]);
    hex.push_back(kHex[value & 15]);
  }
  return hex;
}

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

}  // namespace riposte
