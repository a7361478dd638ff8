#include "base/regex.h"

#include <re2/re2.h>

namespace riposte {

struct Regex::Impl {
  Impl(std::string_view pattern, const RE2::Options& options)
      : re2(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  RE2 re2;
};

Result<Regex> Regex::Compile(std::string_view pattern, const Options& options) {
  RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_case_sensitive(!options.ignore_case);
  re2_options.set_dot_nl(options.dot_all);
  re2_options.set_max_mem(static_cast<int64_t>(options.max_memory_bytes));
  // RE2 has (?m) only as a flag inside the pattern.
  const std::string with_flags =
      options.multi_line ? "(?m:" + std::string(pattern) + ")" : std::string(pattern);
  auto impl = std::make_unique<const Impl>(with_flags, re2_options);
  if (!impl->re2.ok()) return Status(ErrorCode::kInvalidArgument, impl->re2.error());
  return Regex(std::move(impl));
}

Regex::Regex(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

bool Regex::Search(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->re2);
}

}  // namespace riposte
