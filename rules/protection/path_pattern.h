// Patterns for full paths, Windows and POSIX, as lists of protected processes and files use them.
//
// A pattern is a full path: it begins with '/', with '\', or with a drive ("C:\", or "?:\" for any
// drive). `?` is one character and `*` any text, neither across a separator; a last component `**`
// is everything below the folder. A bare name is no pattern: it would shield malware that took the
// name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace riposte::protection {

// A path in the form that patterns are compared with: Windows paths folded, with '\' between
// components, without the prefixes "\\?\" and
// "\??\", "\SystemRoot\" as "?:\windows\", "\Device\HarddiskVolume3\" as "?:\"; "." and ".."
// resolved in both kinds, so that a path through a protected folder is not taken for one in it.
// Empty if `path` is not a full path.
std::string NormalisePath(std::string_view path);

class PathPattern {
 public:
  static Result<PathPattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // `normalised` is a result of NormalisePath(). A drive that is not known ("?:") is any drive.
  // Time is at most linear in the product of both lengths.
  bool Matches(std::string_view normalised) const;

 private:
  PathPattern() = default;
  std::string text_;     // as written
  std::string pattern_;  // normalised
  bool below_ = false;   // ended in `**`, which is cut off
};

}  // namespace riposte::protection
