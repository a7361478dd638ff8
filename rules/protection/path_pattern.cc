#include "rules/protection/path_pattern.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"

namespace riposte::protection {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool HasDrive(std::string_view path) {
  return path.size() >= 3 && (IsLetter(path[0]) || path[0] == '?') && path[1] == ':' &&
         (path[2] == '\\' || path[2] == '/');
}

// Takes `prefix` off the front of `path`.
bool Skip(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

std::string ResolveDots(std::string_view root, std::string_view rest, char separator) {
  std::vector<std::string_view> components;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view component = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (!components.empty()) components.pop_back();
      continue;
    }
    components.push_back(component);
  }
  std::string path(root);
  for (size_t i = 0; i < components.size(); ++i) {
    if (i > 0) path.push_back(separator);
    path += components[i];
  }
  return path;
}

std::string NormaliseWindows(std::string_view original) {
  std::string folded = unicode::Fold(original);
  for (char& c : folded)
    if (c == '/') c = '\\';
  std::string_view path = folded;
  if (!Skip(path, "\\\\?\\")) Skip(path, "\\??\\");
  if (Skip(path, "\\systemroot\\")) return ResolveDots("?:\\windows\\", path, '\\');
  if (Skip(path, "\\device\\harddiskvolume")) {
    const size_t end = path.find('\\');
    if (end == std::string_view::npos) return {};
    return ResolveDots("?:\\", path.substr(end + 1), '\\');
  }
  if (HasDrive(path)) return ResolveDots(path.substr(0, 3), path.substr(3), '\\');
  if (Skip(path, "unc\\") || Skip(path, "\\\\")) return ResolveDots("\\\\", path, '\\');
  if (Skip(path, "\\")) return ResolveDots("?:\\", path, '\\');
  return {};
}

}  // namespace

std::string NormalisePath(std::string_view path) {
  if (path.starts_with('/')) return ResolveDots("/", path.substr(1), '/');
  if (path.starts_with('\\') || HasDrive(path)) return NormaliseWindows(path);
  return {};
}

Result<PathPattern> PathPattern::Parse(std::string_view text) {
  PathPattern pattern;
  pattern.text_ = std::string(text);
  if (text.ends_with("/**") || text.ends_with("\\**")) {
    pattern.below_ = true;
    text.remove_suffix(2);
  }
  pattern.pattern_ = NormalisePath(text);
  if (pattern.pattern_.empty())
    return Status(ErrorCode::kInvalidArgument,
                  "'" + pattern.text_ + "' is not a full path; a name alone protects nothing");
  if (pattern.below_ && (pattern.pattern_.ends_with('/') || pattern.pattern_.ends_with('\\')))
    pattern.pattern_.pop_back();  // a root
  return pattern;
}

bool PathPattern::Matches(std::string_view path) const {
  const std::string_view pattern = pattern_;
  const char separator = path.starts_with('/') ? '/' : '\\';
  size_t p = 0, t = 0;
  size_t star = std::string_view::npos, star_text = 0;
  // An unknown drive on either side is any drive.
  if (HasDrive(path) && HasDrive(pattern) && (path[0] == '?' || pattern[0] == '?')) p = t = 1;
  while (t < path.size()) {
    if (p == pattern.size() && below_ && path[t] == separator) return true;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() &&
               (pattern[p] == path[t] || (pattern[p] == '?' && path[t] != separator))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos && path[star_text] != separator) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size() && !below_;
}

}  // namespace riposte::protection
