#include "engine/pipeline/owner.h"

#include <cstddef>

#include "base/check.h"

namespace riposte::pipeline {
namespace {

constexpr uint32_t kSeed = 0x9747b28c;
constexpr uint32_t kMultiplier = 0x5bd1e995;
constexpr size_t kWordBytes = 4;

// Little-endian, of up to four bytes.
uint32_t WordOf(std::string_view bytes) {
  uint32_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    word |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return word;
}

uint32_t Mixed(uint32_t word) {
  word *= kMultiplier;
  word ^= word >> 24;
  return word * kMultiplier;
}

}  // namespace

uint32_t Murmur2(std::string_view bytes) {
  uint32_t hash = kSeed ^ static_cast<uint32_t>(bytes.size());
  for (; bytes.size() >= kWordBytes; bytes.remove_prefix(kWordBytes))
    hash = (hash * kMultiplier) ^ Mixed(WordOf(bytes.substr(0, kWordBytes)));
  if (!bytes.empty()) hash = (hash ^ WordOf(bytes)) * kMultiplier;
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ (hash >> 15);
}

uint32_t PartitionHash(std::string_view bytes) { return Murmur2(bytes) & 0x7fffffff; }

int32_t OwnerOf(std::string_view route, int32_t state_tasks) {
  RIPOSTE_CHECK(state_tasks > 0, "nobody keeps windows");
  return static_cast<int32_t>(PartitionHash(route) % static_cast<uint32_t>(state_tasks));
}

}  // namespace riposte::pipeline
