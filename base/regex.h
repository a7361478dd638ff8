// Regular expressions (only here RE2): linear time whatever the pattern and the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace riposte {

// Compiled, immutable, safe to share between threads.
class Regex {
 public:
  struct Options {
    bool ignore_case = false;  // RE2's own (?i): Unicode simple folding
    bool multi_line = false;   // (?m)
    bool dot_all = false;      // (?s)
    size_t max_memory_bytes = 8 << 20;
  };
  // The error's message is RE2's sentence about the pattern. Patterns and texts are UTF-8.
  static Result<Regex> Compile(std::string_view pattern, const Options& options);

  // Texts of which one stands in every text that the pattern matches, once that is folded
  // (unicode::Fold): lower-case ASCII, each at least `bytes_min` long. Empty if no such texts are
  // known. The pattern compiles.
  static std::vector<std::string> RequiredLiterals(std::string_view pattern, const Options& options,
                                                   size_t bytes_min);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Whether the pattern matches anywhere in `text`.
  bool Search(std::string_view text) const;

 private:
  struct Impl;
  explicit Regex(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace riposte
