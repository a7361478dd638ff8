#include "app/rule_selection.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/text/suggest.h"

namespace riposte::app {
namespace {

constexpr size_t kListedMax = 5;

std::vector<size_t> Where(const rule::RuleSet& rules,
                          const std::function<bool(const rule::Rule&)>& holds) {
  std::vector<size_t> found;
  for (size_t i = 0; i < rules.rules.size(); ++i)
    if (holds(rules.rules[i])) found.push_back(i);
  return found;
}

Status Ambiguous(const rule::RuleSet& rules, const std::vector<size_t>& found,
                 std::string_view what) {
  std::string list;
  for (size_t i = 0; i < std::min(found.size(), kListedMax); ++i) {
    const rule::Rule& rule = rules.rules[found[i]];
    list += fmt::format("\n  {}  {}", rule.id.ToString(), rule.name);
  }
  if (found.size() > kListedMax) list += fmt::format("\n  and {} more", found.size() - kListedMax);
  return {ErrorCode::kInvalidArgument,
          fmt::format("{} {} rules, name one by its id:{}", what, found.size(), list)};
}

Status Unknown(const rule::RuleSet& rules, std::string_view text) {
  std::vector<std::string> ids;
  ids.reserve(rules.rules.size());
  for (const rule::Rule& rule : rules.rules) ids.push_back(rule.id.ToString());
  std::vector<std::string_view> candidates(ids.begin(), ids.end());
  for (const rule::Rule& rule : rules.rules) candidates.push_back(rule.name);
  const std::string hint = text::DidYouMean(text, candidates);
  return {ErrorCode::kNotFound,
          fmt::format("no rule has the id or name '{}'{}{}", text, hint.empty() ? "" : "; ", hint)};
}

}  // namespace

Result<size_t> SelectRule(const rule::RuleSet& rules, std::string_view text) {
  const std::string folded = unicode::Fold(text);
  // Names are for people and may occur twice.
  std::vector<size_t> found =
      Where(rules, [&](const rule::Rule& rule) { return rule.id.ToString() == folded; });
  if (found.empty())
    found =
        Where(rules, [&](const rule::Rule& rule) { return unicode::Fold(rule.name) == folded; });
  if (found.empty() && !folded.empty())
    found = Where(rules,
                  [&](const rule::Rule& rule) { return rule.id.ToString().starts_with(folded); });
  if (found.size() == 1) return found.front();
  if (found.empty()) return Unknown(rules, text);
  return Ambiguous(rules, found, fmt::format("'{}' is", text));
}

Result<size_t> SelectRuleOfFile(const rule::RuleSet& rules, const std::string& path) {
  const std::vector<size_t> found = Where(rules, [&](const rule::Rule& rule) {
    std::error_code error;
    return std::filesystem::equivalent(rule.source->path(), path, error);
  });
  if (found.size() == 1) return found.front();
  if (found.empty()) return Status(ErrorCode::kNotFound, fmt::format("{} has no rule", path));
  return Ambiguous(rules, found, fmt::format("{} has", path));
}

}  // namespace riposte::app
