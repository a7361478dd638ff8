// The first record of a task's changelog, which stays the first for ever: it tells this changelog
// from another of the same name.
#pragma once

#include <optional>
#include <string_view>

#include "base/uuid.h"
#include "engine/state/store.h"

namespace riposte::state {

// The record that a changelog without records begins with.
Change BirthOf(const Uuid& id);
// The id, if that is what the record is.
std::optional<Uuid> ReadBirth(std::string_view key, std::optional<std::string_view> value);

}  // namespace riposte::state
