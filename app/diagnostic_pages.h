// docs/diagnostics.md inside the binary: what each code means, for those who see it elsewhere than
// in a terminal. It is the one list of codes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/embedded.h"

namespace riposte::app {

std::span<const EmbeddedFile> DiagnosticsDocument();

struct DiagnosticPage {
  std::string_view code;
  std::string_view sentence;  // the first one of its text
  std::string_view markdown;  // all of its section
};

// By code. Lives as long as the program.
const std::vector<DiagnosticPage>& DiagnosticPages();
// Null for a code without a page.
const DiagnosticPage* FindDiagnosticPage(std::string_view code);

}  // namespace riposte::app
