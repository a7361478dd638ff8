#include "rules/qql/report.h"

#include <utility>

namespace riposte::qql {

void Reporter::Error(text::Span span, std::string_view code, std::string message,
                     std::string hint) {
  if (gave_up()) return;
  ++errors_;
  diagnostics_.Error(query_, span, code, std::move(message), std::move(hint));
  if (gave_up()) {
    diagnostics_.Error(query_, span, "too-many-errors", "too many errors in this query",
                       "what follows was not read");
  }
}

void Reporter::Warning(text::Span span, std::string_view code, std::string message,
                       std::string hint) {
  if (gave_up()) return;
  diagnostics_.Warning(query_, span, code, std::move(message), std::move(hint));
}

std::string Quoted(std::string_view text) {
  constexpr size_t kLongest = 60;
  std::string quoted = "'";
  if (text.size() <= kLongest) {
    quoted += text;
  } else {
    size_t end = kLongest;
    // Not within a code point.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
    quoted += text.substr(0, end);
    quoted += "...";
  }
  quoted += '\'';
  return quoted;
}

}  // namespace riposte::qql
