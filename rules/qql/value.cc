#include "rules/qql/value.h"

#include <utility>

namespace riposte::qql {
namespace {

bool IsEscapable(char c) { return c == '"' || c == '\'' || c == '`' || c == '\\' || c == '*'; }

// A byte beyond ASCII counts as a letter.
bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Scalar MakeScalar(std::string_view raw, Scalar::Form form, text::Span span) {
  Scalar scalar{.form = form, .parts = {}, .span = span};
  std::string part;
  size_t i = 0;
  bool has_literal_backslash = false;
  // The name of a share: "\\srv\share".
  if (raw.size() > 2 && raw.starts_with("\\\\") && IsLetterOrDigit(raw[2])) {
    part = "\\\\";
    i = 2;
    has_literal_backslash = true;
  }
  for (; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\\' && i + 1 < raw.size() && IsEscapable(raw[i + 1])) {
      ++i;
      part += raw[i];
      if (raw[i] == '*' && has_literal_backslash) scalar.escaped_star_in_path = true;
    } else if (c == '*' && form != Scalar::Form::kBacktick) {
      const bool repeated = part.empty() && !scalar.parts.empty();
      if (!repeated) scalar.parts.push_back(std::exchange(part, {}));
    } else {
      has_literal_backslash = has_literal_backslash || c == '\\';
      part += c;
    }
  }
  scalar.parts.push_back(std::move(part));
  return scalar;
}

}  // namespace riposte::qql
