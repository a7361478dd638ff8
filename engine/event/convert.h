// A text of the event as a value of its field's type.
#pragma once

#include "engine/event/event.h"
#include "engine/event/raw.h"

namespace riposte::event {

// Sets the member of `value` that `type` names from value.text, or value.undecodable. Texts and
// keywords only lack their folded form then. `kind` is what the text was in the JSON: a number is
// no date text, a bool is no number; but numeric strings are numbers, and "true", "false" in any
// case are bools.
void Convert(schema::FieldType type, schema::TimeFormat time_format, RawValue::Kind kind,
             Value& value);

// The time that `text` is in `format`, cut to milliseconds; empty if it is none, or outside the
// years 0 to 9999.
std::optional<Time> ReadTime(std::string_view text, schema::TimeFormat format);

}  // namespace riposte::event
