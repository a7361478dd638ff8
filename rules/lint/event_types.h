// Which types events can have.
#pragma once

#include <cstdint>

#include "rules/schema/profile.h"

namespace riposte::lint {

// Sets of event types as bits.
using Types = uint8_t;
constexpr Types BitOf(schema::EventType type) {
  return static_cast<Types>(1u << static_cast<unsigned>(type));
}
constexpr Types kAllTypes = 0x3f;
static_assert(BitOf(schema::EventType::kRegistry) == 0x20, "REGISTRY is the last event type");

// The types that events of `profile` can have for which the token `truth` is true, as those of
// Sigma's log sources are: read from what the profile asks of such events, and by what it tells
// their type. All where that is not known, none where the profile has no such events.
Types TypesWhereTrue(const schema::Profile& profile, schema::FieldId truth);

}  // namespace riposte::lint
