#include "rules/text/diagnostic.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/unicode.h"

namespace riposte::text {
namespace {

// Columns of the source line that are shown at most; a longer one is cut around the span.
constexpr size_t kWindow = 120;
constexpr size_t kContext = 40;  // shown before the span in a cut line
constexpr std::string_view kCut = "...";

// What moves the cursor, hides or reorders text on a terminal.
bool IsHarmful(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

// What is shown for one code point, or for the invalid bytes in its place.
std::string Cell(std::string_view text, size_t at, const unicode::Decoded& decoded) {
  const std::string_view bytes = text.substr(at, decoded.length);
  if (!decoded.valid) {
    std::string cell;
    for (const char byte : bytes)
      cell += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    return cell;
  }
  const auto code_point = static_cast<uint32_t>(decoded.code_point);
  if (code_point == '\t') return " ";
  if (!IsHarmful(decoded.code_point)) return std::string(bytes);
  return code_point < 0x80 ? fmt::format("\\x{:02x}", code_point)
                           : fmt::format("\\u{{{:x}}}", code_point);
}

// Columns that a cell takes: an escaped one is ASCII and as wide as it is long, any other takes
// one.
size_t Columns(const std::string& cell) {
  return cell.size() > 1 && cell.front() == '\\' ? cell.size() : 1;
}

// A source line as it is shown, and the cells of the span in it.
struct ShownLine {
  std::vector<std::string> cells;  // one per code point
  size_t caret_cell = 0;           // first cell of the span
  size_t caret_cells = 0;          // 0: empty span
};

ShownLine Split(std::string_view line, size_t span_begin, size_t span_end) {
  ShownLine shown;
  for (size_t at = 0; at < line.size();) {
    const unicode::Decoded decoded = unicode::Decode(line, at);
    shown.cells.push_back(Cell(line, at, decoded));
    at += decoded.length;
    if (at <= span_begin) {
      ++shown.caret_cell;
    } else if (at - decoded.length < span_end) {
      ++shown.caret_cells;
    }
  }
  return shown;
}

// The line around the span: as much of it as can matter, so that many findings in one endless line
// cost no more than their window.
ShownLine SplitNear(std::string_view line, size_t span_begin, size_t span_end) {
  constexpr size_t kReach = 4 * (kWindow + 1);  // bytes, at most four a code point
  size_t begin = span_begin > kReach ? span_begin - kReach : 0;
  while (begin > 0 && begin < span_begin &&
         (static_cast<unsigned char>(line[begin]) & 0xc0u) == 0x80u)
    ++begin;
  const std::string_view near = line.substr(begin, span_begin - begin + kReach);
  return Split(near, span_begin - begin, span_end - begin);
}

// The two lines below the headline.
std::string RenderPlace(const Diagnostic& diagnostic) {
  const Source& source = *diagnostic.source;
  const uint32_t line_begin = source.LineBegin(diagnostic.span.begin);
  const std::string_view line = source.Line(diagnostic.span.begin);
  const size_t begin = std::min<size_t>(diagnostic.span.begin - line_begin, line.size());
  const size_t end = std::clamp<size_t>(
      std::max(diagnostic.span.end, diagnostic.span.begin) - line_begin, begin, line.size());
  const ShownLine shown = SplitNear(line, begin, end);

  const bool cut = shown.cells.size() > kWindow;
  const size_t first = cut && shown.caret_cell > kContext ? shown.caret_cell - kContext : 0;
  const size_t last = std::min(shown.cells.size(), first + kWindow);
  std::string text = first > 0 ? std::string(kCut) : std::string();
  size_t caret_column = text.size();
  size_t caret_columns = 0;
  for (size_t i = first; i < last; ++i) {
    text += shown.cells[i];
    if (i < shown.caret_cell) {
      caret_column += Columns(shown.cells[i]);
    } else if (i < shown.caret_cell + shown.caret_cells) {
      caret_columns += Columns(shown.cells[i]);
    }
  }
  if (last < shown.cells.size()) text += kCut;

  std::string out = fmt::format("{:5} |{}{}\n", source.Locate(diagnostic.span.begin).line,
                                text.empty() ? "" : " ", text);
  out += fmt::format("{:5} | {:{}}{:^>{}}", "", "", caret_column, "",
                     std::max<size_t>(caret_columns, 1));
  if (!diagnostic.hint.empty()) out += " " + ForTerminal(diagnostic.hint);
  out += '\n';
  return out;
}

}  // namespace

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "unknown";
}

void Diagnostics::Add(Diagnostic diagnostic) {
  RIPOSTE_CHECK(diagnostic.source != nullptr, "a diagnostic has a source");
  if (diagnostic.severity == Severity::kError) ++errors_;
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::Error(const SourcePtr& source, Span span, std::string_view code,
                        std::string message, std::string hint) {
  Add({.severity = Severity::kError,
       .code = std::string(code),
       .source = source,
       .span = span,
       .message = std::move(message),
       .hint = std::move(hint)});
}

void Diagnostics::Warning(const SourcePtr& source, Span span, std::string_view code,
                          std::string message, std::string hint) {
  Add({.severity = Severity::kWarning,
       .code = std::string(code),
       .source = source,
       .span = span,
       .message = std::move(message),
       .hint = std::move(hint)});
}

void Diagnostics::Error(const Fragment& fragment, Span span, std::string_view code,
                        std::string message, std::string hint) {
  Error(fragment.source(), fragment.ToSource(span), code, std::move(message), std::move(hint));
}

void Diagnostics::Warning(const Fragment& fragment, Span span, std::string_view code,
                          std::string message, std::string hint) {
  Warning(fragment.source(), fragment.ToSource(span), code, std::move(message), std::move(hint));
}

void Diagnostics::Append(const Diagnostics& other) {
  all_.insert(all_.end(), other.all_.begin(), other.all_.end());
  errors_ += other.errors_;
}

void Diagnostics::Sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    const int by_path = a.source->path().compare(b.source->path());
    return by_path != 0 ? by_path < 0 : a.span.begin < b.span.begin;
  });
}

std::string ForTerminal(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const unicode::Decoded decoded = unicode::Decode(text, at);
    out += Cell(text, at, decoded);
    at += decoded.length;
  }
  return out;
}

std::string Render(const Diagnostic& diagnostic) {
  const Source& source = *diagnostic.source;
  const LineColumn place = source.Locate(diagnostic.span.begin);
  std::string out = fmt::format("{}:{}:{}: {}[{}]: {}\n", ForTerminal(source.path()), place.line,
                                place.column, SeverityName(diagnostic.severity), diagnostic.code,
                                ForTerminal(diagnostic.message));
  // A file that could not be read has no line to show.
  if (!source.bytes().empty()) return out + RenderPlace(diagnostic);
  if (!diagnostic.hint.empty()) out += fmt::format("{:5} = {}\n", "", ForTerminal(diagnostic.hint));
  return out;
}

std::string Render(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.all()) out += Render(diagnostic);
  return out;
}

}  // namespace riposte::text
