#include "engine/state/state_key.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"

namespace riposte::state {
namespace {

constexpr size_t kKindBytes = 1;
constexpr size_t kDefinitionBytes = std::tuple_size_v<DefinitionId>;
constexpr size_t kSegmentBytes = 2;
constexpr unsigned kByteBits = 8;

bool IsKind(uint8_t byte) {
  return byte >= static_cast<uint8_t>(Kind::kBirth) && byte <= static_cast<uint8_t>(Kind::kClock);
}

}  // namespace

DefinitionId DefinitionIdOf(const Uuid& rule, std::string_view definition_hash) {
  const std::string hash = Sha256(rule.ToString() + ":" + std::string(definition_hash));
  DefinitionId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

std::string DefinitionPrefix(Kind kind, const DefinitionId& definition) {
  std::string prefix(1, static_cast<char>(kind));
  prefix.append(definition.begin(), definition.end());
  return prefix;
}

std::string RecordKey(const StateKey& key, uint16_t segment) {
  RIPOSTE_CHECK(key.group.size() <= kGroupBytesMax, "a group's key is bounded");
  std::string bytes = DefinitionPrefix(key.kind, key.definition);
  bytes.append(key.group);
  bytes.push_back(static_cast<char>(segment >> kByteBits));
  bytes.push_back(static_cast<char>(segment));
  return bytes;
}

std::optional<ParsedKey> ParseRecordKey(std::string_view bytes) {
  constexpr size_t kFixed = kKindBytes + kDefinitionBytes + kSegmentBytes;
  if (bytes.size() < kFixed || bytes.size() > kFixed + kGroupBytesMax) return std::nullopt;
  if (!IsKind(static_cast<uint8_t>(bytes.front()))) return std::nullopt;
  ParsedKey parsed;
  parsed.key.kind = static_cast<Kind>(bytes.front());
  bytes.remove_prefix(kKindBytes);
  std::copy_n(bytes.begin(), kDefinitionBytes, parsed.key.definition.begin());
  bytes.remove_prefix(kDefinitionBytes);
  parsed.key.group = bytes.substr(0, bytes.size() - kSegmentBytes);
  const std::string_view segment = bytes.substr(bytes.size() - kSegmentBytes);
  parsed.segment = static_cast<uint16_t>(static_cast<uint8_t>(segment[0]) << kByteBits |
                                         static_cast<uint8_t>(segment[1]));
  return parsed;
}

}  // namespace riposte::state
