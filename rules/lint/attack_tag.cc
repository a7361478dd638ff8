#include "rules/lint/attack_tag.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/finding.h"
#include "rules/text/suggest.h"

namespace riposte::lint {

namespace {

constexpr std::string_view kPrefix = "attack.";
// Of all releases so far, with underscores; tags may have hyphens.
constexpr std::string_view kTactics[] = {
    "reconnaissance",     "resource_development", "initial_access",  "execution",
    "persistence",        "privilege_escalation", "defense_evasion", "stealth",
    "defense_impairment", "credential_access",    "discovery",       "lateral_movement",
    "collection",         "command_and_control",  "exfiltration",    "impact"};

bool AreDigits(std::string_view text, size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// t1059, t1059.001
bool IsTechnique(std::string_view text) {
  if (!text.starts_with('t')) return false;
  const size_t dot = std::min(text.find('.'), text.size());
  return AreDigits(text.substr(1, dot - 1), 4) &&
         (dot == text.size() || AreDigits(text.substr(dot + 1), 3));
}

// A tactic, group, software or technique by its number.
bool IsNumber(std::string_view text) {
  if (IsTechnique(text)) return true;
  if (text.starts_with("ta")) return AreDigits(text.substr(2), 4);
  return (text.starts_with('g') || text.starts_with('s')) && AreDigits(text.substr(1), 4);
}

std::string WithUnderscores(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

bool IsTactic(const std::string& text) {
  return std::find(std::begin(kTactics), std::end(kTactics), WithUnderscores(text)) !=
         std::end(kTactics);
}

// The tag as it is meant; empty where that is not known.
std::string MeantBy(const std::string& folded) {
  const bool prefixed = folded.starts_with(kPrefix);
  const std::string rest = prefixed ? folded.substr(kPrefix.size()) : folded;
  if (IsNumber(rest) || IsTactic(rest)) return std::string(kPrefix) + rest;
  const std::string_view near = text::Nearest(WithUnderscores(rest), kTactics);
  if (!prefixed || near.empty()) return {};
  std::string tactic(near);
  std::replace(tactic.begin(), tactic.end(), '_', '-');
  return std::string(kPrefix) + tactic;
}

}  // namespace

void CheckAttackTag(const rule::Rule& rule, const schema::Schema&, text::Diagnostics& diagnostics) {
  for (size_t i = 0; i < rule.tags.size(); ++i) {
    const std::string& tag = rule.tags[i];
    const std::string folded = unicode::Fold(tag);
    const bool is_meant = folded.starts_with(kPrefix) || IsTechnique(folded);
    const std::string meant = MeantBy(folded);
    if (!is_meant || meant == tag) continue;
    Warn(rule, i < rule.places.tags.size() ? rule.places.tags[i] : text::Span{},
         {.code = "bad-attack-tag",
          .message = fmt::format("'{}' is no tag of ATT&CK", tag),
          .hint = meant.empty() ? "write attack.t1059.001, attack.execution, attack.g0016"
                                : fmt::format("write '{}'", meant)},
         diagnostics);
  }
}

}  // namespace riposte::lint
