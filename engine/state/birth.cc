#include "engine/state/birth.h"

#include <algorithm>

#include "engine/state/state_key.h"

namespace riposte::state {
namespace {

std::string BirthKey() {
  return RecordKey({.kind = Kind::kBirth, .definition = {}, .group = {}}, 0);
}

}  // namespace

Change BirthOf(const Uuid& id) {
  return {.key = BirthKey(), .value = std::string(id.bytes.begin(), id.bytes.end())};
}

std::optional<Uuid> ReadBirth(std::string_view key, std::optional<std::string_view> value) {
  Uuid id;
  if (key != BirthKey() || !value || value->size() != id.bytes.size()) return std::nullopt;
  std::copy_n(value->begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Result<std::optional<Uuid>> FindBirth(Changelog& changelog, const Changelog::Extent& extent) {
  std::optional<Uuid> birth;
  const Status read = changelog.Read(
      extent.first, extent.end,
      [&](int64_t offset, std::string_view key, std::optional<std::string_view> value) -> Status {
        birth = ReadBirth(key, value);
        if (birth) return {ErrorCode::kCancelled, "the first record was read"};
        return {ErrorCode::kDamaged, "the changelog begins, at offset " + std::to_string(offset) +
                                         ", with something else than its birth"};
      });
  if (!read.ok() && !birth) return read;
  return birth;
}

}  // namespace riposte::state
