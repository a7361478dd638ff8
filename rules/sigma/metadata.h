// What Sigma rules and filters say about themselves.
#pragma once

#include <string_view>

#include "rules/sigma/document.h"

namespace riposte::sigma {

// Fills title, name, id, author and so on from the document; false after an error. A mistake in
// what is only shown to people is a warning.
bool ReadMetadata(const yaml::Node& root, text::NodeReader& reader, RuleText& rule);

}  // namespace riposte::sigma
