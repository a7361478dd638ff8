#include "rules/rule/rule.h"

#include <algorithm>
#include <iterator>

namespace riposte::rule {
namespace {

constexpr std::string_view kSeverities[] = {"informational", "low", "medium", "high", "critical"};

}  // namespace

std::string_view SeverityName(Severity severity) {
  return kSeverities[static_cast<size_t>(severity)];
}

std::optional<Severity> ParseSeverity(std::string_view text) {
  for (size_t i = 0; i < std::size(kSeverities); ++i)
    if (kSeverities[i] == text) return static_cast<Severity>(i);
  return std::nullopt;
}

std::string_view LanguageName(Language language) {
  return language == Language::kSigma ? "sigma" : "qql";
}

std::string_view AutoModeName(AutoMode mode) {
  switch (mode) {
    case AutoMode::kOff:
      return "off";
    case AutoMode::kDryRun:
      return "dry_run";
    case AutoMode::kEnforce:
      return "enforce";
  }
  return "unknown";
}

std::string_view RuleActionName(RuleAction action) {
  switch (action) {
    case RuleAction::kKillProcessAndQuarantineFile:
      return "kill_process_and_quarantine_file";
    case RuleAction::kQuarantineAsset:
      return "quarantine_asset";
  }
  return "unknown";
}

std::string_view TargetName(Target target) {
  switch (target) {
    case Target::kProcess:
      return "process";
    case Target::kParent:
      return "parent";
    case Target::kTree:
      return "tree";
  }
  return "unknown";
}

std::string_view SelectorName(Selector selector) {
  switch (selector) {
    case Selector::kId:
      return "id";
    case Selector::kPath:
      return "path";
    case Selector::kTag:
      return "tag";
    case Selector::kLevel:
      return "level";
  }
  return "unknown";
}

std::vector<schema::FieldId> FieldsOf(const Rule& rule) {
  const std::vector<schema::FieldId> of_query = rule.query.Fields();
  const std::vector<schema::FieldId> of_trigger = FieldsOf(rule.trigger);
  std::vector<schema::FieldId> fields;
  std::ranges::set_union(of_query, of_trigger, std::back_inserter(fields));
  return fields;
}

std::vector<schema::FieldId> FieldsOfMatches(const Rule& rule) {
  std::vector<schema::FieldId> fields = FieldsOfMatches(rule.trigger);
  if (rule.suppress)
    fields.insert(fields.end(), rule.suppress->by.begin(), rule.suppress->by.end());
  std::ranges::sort(fields);
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

std::vector<schema::FieldId> MissingTokens(const Rule& rule, const schema::Profile& profile) {
  std::vector<schema::FieldId> missing;
  for (const schema::FieldId field : FieldsOf(rule))
    if (!profile.Has(field)) missing.push_back(field);
  return missing;
}

bool RunsOn(const Rule& rule, const schema::Profile& profile) {
  const bool named = rule.profiles.empty() || std::find(rule.profiles.begin(), rule.profiles.end(),
                                                        profile.name) != rule.profiles.end();
  return named && MissingTokens(rule, profile).empty();
}

}  // namespace riposte::rule
