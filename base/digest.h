// Cryptographic hashes (only here OpenSSL).
#pragma once

#include <string>
#include <string_view>

namespace riposte {

std::string Sha1(std::string_view bytes);       // 20 raw bytes
std::string Sha256(std::string_view bytes);     // 32 raw bytes
std::string Sha256Hex(std::string_view bytes);  // 64 lower-case hex digits

std::string Base64(std::string_view bytes);  // standard alphabet, padded

}  // namespace riposte
