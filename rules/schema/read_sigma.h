// Reads the section `sigma` of a profile (docs/profiles.md): where the fields of Sigma rules stand,
// and which log sources the format provides.
#pragma once

#include "rules/schema/profile.h"
#include "rules/text/node_reader.h"

namespace riposte::schema {

// What could be read; each error is added to the reader's collector.
SigmaMapping ReadSigma(text::NodeReader& reader, const yaml::Node& section);

}  // namespace riposte::schema
