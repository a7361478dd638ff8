// An event as text, to compare what two decoders made of the same bytes.
#pragma once

#include <string>

#include "engine/event/event.h"

namespace riposte::test {

// One value as its type says: `"text"`, `"text" (folded)`, `1.5`, `!not_a_number`.
std::string DumpValue(const event::Value& value, schema::FieldType type);
// The values of a field, separated by " | "; those inside a row are followed by "@row".
std::string DumpField(const event::Event& event, const schema::Catalogue& catalogue,
                      schema::FieldId id);
// Everything: a line a field that has values, the rows, the oddities.
std::string DumpEvent(const event::Event& event, const schema::Catalogue& catalogue);
// "duplicate_key invalid_utf8", in the order of the enumeration.
std::string DumpOddities(const event::Event& event);

}  // namespace riposte::test
