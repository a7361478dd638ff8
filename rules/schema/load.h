// Reads profiles from YAML.
#pragma once

#include <string>
#include <vector>

#include "rules/schema/profile.h"
#include "rules/text/diagnostic.h"

namespace riposte::schema {

// The profiles that ship (rules/profiles/*.yaml, embedded in the binary) and those in `folders`
// (*.yaml, a user's own; a name that is taken is an error). All errors at once, among them a token
// whose type differs between profiles. Null if there was an error.
SchemaPtr LoadSchema(const std::vector<std::string>& folders, text::Diagnostics& diagnostics);

// For tests: exactly these sources.
SchemaPtr LoadSchemaFrom(const std::vector<text::SourcePtr>& sources,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::schema
