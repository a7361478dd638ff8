// Findings as a SARIF 2.1.0 log, which code hosts and editors show at their places.
#pragma once

#include <string>

#include "rules/text/diagnostic.h"

namespace riposte::app {

// One run with one result a diagnostic, in order. Its rules are the codes that occur, each with its
// page of docs/diagnostics.md; columns count code points; paths are URIs relative to where the
// program was started, unless they are absolute. Fixes are given as replacements.
std::string SarifOf(const text::Diagnostics& diagnostics);

}  // namespace riposte::app
