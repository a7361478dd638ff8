// Patterns that select rule files by their path.
//
// A pattern is a path below a folder, with '/' between its components: `*` is any text and `?` one
// character, both within a component, and a component `**` is any number of folders, or none.
// Letter case counts. "windows/**/*.yml" is each .yml below windows, at any depth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace riposte::rule {

class PathGlob {
 public:
  // kInvalidArgument, with what is wrong: an empty pattern or component, "." and "..", a beginning
  // '/', a '\', `**` beside other text.
  static Result<PathGlob> Parse(std::string_view text);

  // `path` is relative to the same folder, with '/' between its components. Time is at most linear
  // in the product of both lengths.
  bool Matches(std::string_view path) const;

 private:
  PathGlob() = default;
  std::vector<std::string> components_;
};

}  // namespace riposte::rule
