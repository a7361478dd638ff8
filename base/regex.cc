#include "base/regex.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include "base/regex_shortest.h"

namespace riposte {
namespace {

RE2::Options OptionsOf(const Regex::Options& options) {
  RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_case_sensitive(!options.ignore_case);
  re2_options.set_dot_nl(options.dot_all);
  re2_options.set_max_mem(static_cast<int64_t>(options.max_memory_bytes));
  return re2_options;
}

// RE2 has (?m) only as a flag inside the pattern.
std::string WithFlags(std::string_view pattern, const Regex::Options& options) {
  return options.multi_line ? "(?m:" + std::string(pattern) + ")" : std::string(pattern);
}

// RE2 gives literals in its own lower case. Of ASCII ones it is certain that folding gives the
// same, whatever release of Unicode RE2 has: no letter that is new will fold to an ASCII one.
bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

size_t ShortestSize(const std::vector<std::string>& texts) {
  size_t shortest = SIZE_MAX;
  for (const std::string& text : texts) shortest = std::min(shortest, text.size());
  return shortest;
}

// What all texts begin with.
std::string CommonBeginning(const std::vector<std::string>& texts) {
  std::string common = texts.front();
  for (const std::string& text : texts) {
    const auto differs = std::mismatch(common.begin(), common.end(), text.begin(), text.end());
    common.erase(differs.first, common.end());
  }
  return common;
}

// Whether it is ".{n,}", which is how rules ask for long values; RE2 makes n states of it, and of n
// states sets of states.
bool IsRunOfAnything(std::string_view pattern) {
  if (!pattern.starts_with(".{") || !pattern.ends_with(",}") || pattern.size() < 5) return false;
  return pattern.substr(2, pattern.size() - 4).find_first_not_of("0123456789") ==
         std::string_view::npos;
}

// Whether so many characters stand next to each other, none of them a line feed.
bool HasRun(std::string_view text, size_t characters) {
  size_t run = 0;
  for (size_t i = 0; i < text.size() && run < characters; ++i) {
    if (text[i] == '\n') {
      run = 0;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80) {
      ++run;
    }
  }
  return run >= characters;
}

}  // namespace

struct Regex::Impl {
  Impl(std::string_view pattern, const std::string& with_flags, const RE2::Options& options)
      : re2(re2::StringPiece(with_flags.data(), with_flags.size()), options),
        shortest(ShortestMatchBytes(pattern)),
        is_run(IsRunOfAnything(pattern)) {}
  RE2 re2;
  size_t shortest;
  bool is_run;  // the pattern is ".{shortest,}"
};

Result<Regex> Regex::Compile(std::string_view pattern, const Options& options) {
  auto impl =
      std::make_unique<const Impl>(pattern, WithFlags(pattern, options), OptionsOf(options));
  if (!impl->re2.ok()) return Status(ErrorCode::kInvalidArgument, impl->re2.error());
  return Regex(std::move(impl));
}

std::vector<std::string> Regex::RequiredLiterals(std::string_view pattern, const Options& options,
                                                 size_t bytes_min) {
  re2::FilteredRE2 filter(static_cast<int>(bytes_min));
  int id = 0;
  if (filter.Add(WithFlags(pattern, options), OptionsOf(options), &id) != RE2::NoError) return {};
  std::vector<std::string> literals;
  filter.Compile(&literals);
  // The pattern's condition is `and` and `or` of literals, not to be seen itself. A set of them is
  // required if the pattern cannot match a text that has all the others.
  const auto is_required = [&](const std::vector<int>& others) {
    std::vector<int> potential;
    filter.AllPotentials(others, &potential);
    return potential.empty();
  };
  std::vector<int> others(literals.size());
  std::iota(others.begin(), others.end(), 0);
  std::vector<std::string> best;
  if (is_required({}) && std::all_of(literals.begin(), literals.end(), IsAscii)) best = literals;
  for (size_t i = 0; i < literals.size(); ++i) {
    std::vector<int> without = others;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    const bool is_better = best.size() != 1 || literals[i].size() > best.front().size();
    if (is_better && IsAscii(literals[i]) && is_required(without)) best = {literals[i]};
  }
  if (best.empty() || ShortestSize(best) < bytes_min) return {};
  // "abc0" to "abc9" say hardly more than "abc".
  std::string common = CommonBeginning(best);
  if (common.size() >= bytes_min && common.size() + 1 >= ShortestSize(best))
    best = {std::move(common)};
  return best;
}

Regex::Regex(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

bool Regex::Search(std::string_view text) const {
  if (text.size() < impl_->shortest) return false;
  // With (?s) it would go over line feeds.
  if (impl_->is_run && !impl_->re2.options().dot_nl()) return HasRun(text, impl_->shortest);
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->re2);
}

}  // namespace riposte
