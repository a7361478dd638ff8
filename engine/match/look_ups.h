// Where a profile looks for a field in one event.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "rules/schema/profile.h"

namespace riposte::match {

struct LookUps {
  // What of the profile's alternatives counts for this event, in their order, each once: a path,
  // several joined by " + ", or a constant in quotes.
  std::vector<std::string> places;
  // How many alternatives are for other events, by their conditions.
  size_t for_others = 0;
};

// `event` is of a profile that has the field. Decodes the event's bytes once more: for people, not
// for the path of a batch.
LookUps LookUpsOf(const event::Event& event, schema::FieldId field);

}  // namespace riposte::match
