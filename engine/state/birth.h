// The first record of a task's changelog, which stays the first for ever: it tells this changelog
// from another of the same name.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "engine/state/changelog.h"
#include "engine/state/store.h"

namespace riposte::state {

// The record that a changelog without records begins with.
Change BirthOf(const Uuid& id);
// The id, if that is what the record is.
std::optional<Uuid> ReadBirth(std::string_view key, std::optional<std::string_view> value);
// That of a changelog; empty if it has no record. kDamaged: it begins with something else; those of
// the changelog.
Result<std::optional<Uuid>> FindBirth(Changelog& changelog, const Changelog::Extent& extent);

}  // namespace riposte::state
