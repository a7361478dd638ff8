// What is wrong with rules: all of it at once, each with a place, a stable code and what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text/source.h"

namespace riposte::text {

enum class Severity : uint8_t { kError, kWarning, kNote };

std::string_view SeverityName(Severity severity);

// A change of the file that removes the finding and keeps what the rule means.
struct Fix {
  Span span;  // in the diagnostic's source
  std::string replacement;
  bool operator==(const Fix&) const = default;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;  // stable, kebab-case: people grep for it and suppress by it;
                     // docs/diagnostics.md has each
  SourcePtr
      source;  // never null; a finding about a missing file has a Source with its path and no bytes
  Span span;   // in `source`
  std::string message;       // what is wrong, lower case, no full stop
  std::string hint;          // what to write instead, shown behind the carets; may be empty
  std::optional<Fix> fix{};  // only where it is certain and safe
};

// A collector. Order is kept; Sort() makes it by path, then place.
class Diagnostics {
 public:
  void Add(Diagnostic diagnostic);
  void Error(const SourcePtr& source, Span span, std::string_view code, std::string message,
             std::string hint = {});
  void Warning(const SourcePtr& source, Span span, std::string_view code, std::string message,
               std::string hint = {});
  // For a text inside a file: `span` counts in the fragment.
  void Error(const Fragment& fragment, Span span, std::string_view code, std::string message,
             std::string hint = {});
  void Warning(const Fragment& fragment, Span span, std::string_view code, std::string message,
               std::string hint = {});

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  void Append(const Diagnostics& other);
  void Sort();

 private:
  std::vector<Diagnostic> all_;
  size_t errors_ = 0;
};

// `text` as a terminal may show it: control characters, what hides or reorders text, and bytes that
// are not UTF-8 are escaped; a tab is a blank.
std::string ForTerminal(std::string_view text);

// "path:line:column: error[code]: message", the source line with its number, and carets under the
// span with the hint behind them (design of docs/diagnostics.md). Long lines are cut to a window
// around the span; control characters are shown escaped, so that a hostile file cannot drive the
// terminal. Ends with a line feed.
std::string Render(const Diagnostic& diagnostic);
std::string Render(const Diagnostics& diagnostics);

}  // namespace riposte::text
