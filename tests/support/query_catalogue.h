// A catalogue for tests of queries: each type of field, objects in one another, an enum.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/catalogue.h"

namespace riposte::test {

// Adds a token; `values` makes it an enum.
schema::FieldId AddToken(schema::Catalogue& catalogue, std::string_view name,
                         schema::FieldType type, std::vector<std::string> values = {});

// Tokens as in the qualys-edr profile, and some of other modules that published queries name.
schema::Catalogue QueryCatalogue();

}  // namespace riposte::test
