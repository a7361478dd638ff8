#include "rules/rule/path_glob.h"

#include <utility>

#include "base/unicode.h"

namespace riposte::rule {
namespace {

constexpr std::string_view kFolders = "**";

std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> components;
  while (true) {
    const size_t separator = path.find('/');
    components.emplace_back(path.substr(0, separator));
    if (separator == std::string_view::npos) return components;
    path.remove_prefix(separator + 1);
  }
}

std::u32string CodePoints(std::string_view text) {
  std::u32string code_points;
  for (size_t at = 0; at < text.size();) {
    const unicode::Decoded decoded = unicode::Decode(text, at);
    code_points.push_back(decoded.code_point);
    at += decoded.length;
  }
  return code_points;
}

// Whether the pattern is all of the text. A star takes any number of elements: it begins with none,
// and takes one more each time that what is behind it does not fit.
template <typename Sequence, typename IsStar, typename Fits>
bool FitsAll(const Sequence& pattern, const Sequence& text, const IsStar& is_star,
             const Fits& fits) {
  size_t in_pattern = 0, in_text = 0;
  size_t behind_star = pattern.size() + 1, taken_to = 0;  // none yet
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && is_star(pattern[in_pattern])) {
      behind_star = ++in_pattern;
      taken_to = in_text;
    } else if (in_pattern < pattern.size() && fits(pattern[in_pattern], text[in_text])) {
      ++in_pattern;
      ++in_text;
    } else if (behind_star <= pattern.size()) {
      in_pattern = behind_star;
      in_text = ++taken_to;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && is_star(pattern[in_pattern])) ++in_pattern;
  return in_pattern == pattern.size();
}

bool FitsComponent(const std::string& pattern, const std::string& text) {
  return FitsAll(
      CodePoints(pattern), CodePoints(text), [](char32_t c) { return c == U'*'; },
      [](char32_t wanted, char32_t given) { return wanted == U'?' || wanted == given; });
}

std::string_view ProblemOf(std::string_view text, const std::vector<std::string>& components) {
  if (text.empty()) return "the pattern is empty";
  if (text.front() == '/') return "the path begins at the root, not in the folder of this file";
  if (text.find('\\') != std::string_view::npos) return "folders are separated by '/'";
  for (const std::string& component : components) {
    if (component.empty()) return "a part between two '/' is empty";
    if (component == "." || component == "..") return "'.' and '..' are not followed";
    if (component != kFolders && component.find(kFolders) != std::string::npos)
      return "'**' stands alone between two '/'";
  }
  return {};
}

}  // namespace

Result<PathGlob> PathGlob::Parse(std::string_view text) {
  PathGlob glob;
  glob.components_ = Split(text);
  const std::string_view problem = ProblemOf(text, glob.components_);
  if (!problem.empty()) return Status(ErrorCode::kInvalidArgument, std::string(problem));
  return glob;
}

bool PathGlob::Matches(std::string_view path) const {
  return FitsAll(
      components_, Split(path), [](const std::string& component) { return component == kFolders; },
      FitsComponent);
}

}  // namespace riposte::rule
