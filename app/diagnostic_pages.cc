#include "app/diagnostic_pages.h"

#include <algorithm>

namespace riposte::app {
namespace {

constexpr std::string_view kTitle = "\n## ";

// What every page of a kind begins with.
std::string_view WithoutSeverity(std::string_view text) {
  constexpr std::string_view kWarning = "A warning. ";
  return text.starts_with(kWarning) ? text.substr(kWarning.size()) : text;
}

std::string_view FirstSentence(std::string_view text) {
  const std::string_view sentence = WithoutSeverity(text);
  const size_t end = std::min(sentence.find(". "), sentence.find('\n'));
  const std::string_view cut = sentence.substr(0, end);
  return cut.ends_with('.') ? cut.substr(0, cut.size() - 1) : cut;
}

std::vector<DiagnosticPage> ReadPages(std::string_view document) {
  std::vector<DiagnosticPage> pages;
  for (size_t at = document.find(kTitle); at != std::string_view::npos;) {
    const size_t next = document.find(kTitle, at + 1);
    const std::string_view section = document.substr(
        at + kTitle.size(),
        next == std::string_view::npos ? std::string_view::npos : next - at - kTitle.size());
    const size_t end = section.find('\n');
    const std::string_view text = section.substr(end + 1);
    pages.push_back(
        {.code = section.substr(0, end), .sentence = FirstSentence(text), .markdown = text});
    at = next;
  }
  std::sort(pages.begin(), pages.end(),
            [](const DiagnosticPage& a, const DiagnosticPage& b) { return a.code < b.code; });
  return pages;
}

}  // namespace

const std::vector<DiagnosticPage>& DiagnosticPages() {
  static const std::vector<DiagnosticPage> pages = ReadPages(DiagnosticsDocument().front().bytes);
  return pages;
}

const DiagnosticPage* FindDiagnosticPage(std::string_view code) {
  const std::vector<DiagnosticPage>& pages = DiagnosticPages();
  const auto found = std::lower_bound(
      pages.begin(), pages.end(), code,
      [](const DiagnosticPage& page, std::string_view wanted) { return page.code < wanted; });
  return found != pages.end() && found->code == code ? &*found : nullptr;
}

}  // namespace riposte::app
