#include "app/reload_report.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

using rule::ChangeCause;
using rule::ChangeKind;
using rule::RuleChange;

std::string_view CauseWords(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::kQuery:
      return "its query";
    case ChangeCause::kTrigger:
      return "its trigger";
    case ChangeCause::kSteps:
      return "what a step or a rule that it refers to asks for";
    case ChangeCause::kProfiles:
      return "the event formats that it runs on, or where these have its fields";
  }
  return "something";
}

std::string CausesWords(const RuleChange& change) {
  std::vector<std::string_view> words;
  words.reserve(change.causes.size());
  for (const ChangeCause cause : change.causes) words.push_back(CauseWords(cause));
  return fmt::format("{} changed", fmt::join(words, " and "));
}

std::string WindowWords(const RuleChange& change) {
  switch (change.kind) {
    case ChangeKind::kUnchanged:
      return "it stays as it is";
    case ChangeKind::kKept:
      return change.has_windows ? "its windows stay" : "what it asks for stays";
    case ChangeKind::kAnew:
      return CausesWords(change) + (change.has_windows ? ": its windows BEGIN ANEW" : "");
    case ChangeKind::kNew:
      return change.enforces ? "it is armed first" : "it counts from now on";
    case ChangeKind::kGone:
      return change.has_windows ? "its windows END" : "it is gone, or disabled";
  }
  return {};
}

std::string Line(const RuleChange& change) {
  return fmt::format("{:<9}  {} ({}): {}{}\n", rule::ChangeName(change.kind),
                     text::ForTerminal(change.name), change.id.ToString(), WindowWords(change),
                     change.armed_anew ? "; it is ARMED ANEW, dry at first" : "");
}

size_t CountOf(std::span<const RuleChange> changes, ChangeKind kind) {
  return static_cast<size_t>(std::ranges::count(changes, kind, &RuleChange::kind));
}

std::string Sums(std::span<const RuleChange> changes) {
  const auto loses = [](const RuleChange& change) { return change.loses(); };
  return fmt::format("{} unchanged, {} kept, {} anew, {} new, {} gone; {} lose what they have\n",
                     CountOf(changes, ChangeKind::kUnchanged), CountOf(changes, ChangeKind::kKept),
                     CountOf(changes, ChangeKind::kAnew), CountOf(changes, ChangeKind::kNew),
                     CountOf(changes, ChangeKind::kGone), std::ranges::count_if(changes, loses));
}

}  // namespace

bool Loses(std::span<const RuleChange> changes) {
  return std::ranges::any_of(changes, [](const RuleChange& change) { return change.loses(); });
}

std::string ReloadText(std::span<const RuleChange> changes) {
  std::string text;
  for (const RuleChange& change : changes)
    if (change.kind != ChangeKind::kUnchanged || change.loses()) text += Line(change);
  return text + Sums(changes);
}

std::string ReloadJson(std::span<const RuleChange> changes) {
  json::Array rules;
  for (const RuleChange& change : changes) {
    json::Array causes;
    for (const ChangeCause cause : change.causes)
      causes.emplace_back(std::string(rule::CauseName(cause)));
    rules.emplace_back(json::Object{{"id", change.id.ToString()},
                                    {"name", change.name},
                                    {"change", std::string(rule::ChangeName(change.kind))},
                                    {"causes", std::move(causes)},
                                    {"windows", change.has_windows},
                                    {"enforces", change.enforces},
                                    {"armed_anew", change.armed_anew},
                                    {"loses", change.loses()}});
  }
  return json::Write(json::Object{{"loses", Loses(changes)}, {"rules", std::move(rules)}}) + "\n";
}

}  // namespace riposte::app
