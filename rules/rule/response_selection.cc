#include "rules/rule/response_selection.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/rule/hashes.h"
#include "rules/rule/path_glob.h"
#include "rules/rule/remediation_section.h"
#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

namespace fs = std::filesystem;
using RuleIndex = size_t;

// Files may be given by paths that begin differently.
std::string FullPath(const std::string& path) {
  std::error_code error;
  const fs::path full = fs::absolute(path, error);
  return (error ? fs::path(path) : full).lexically_normal().string();
}

std::string FolderOf(const std::string& full_path) {
  return full_path.substr(0, full_path.rfind('/') + 1);
}

std::string PlaceOf(const Response& response) {
  const text::LineColumn place = response.source->Locate(response.span.begin);
  return fmt::format("{}:{}:{}", response.source->path(), place.line, place.column);
}

// The rules of the set by what entries select them by; only Sigma rules but for `by_id`.
class Index {
 public:
  explicit Index(const std::vector<Rule>& rules) : rules_(rules), full_paths_(rules.size()) {
    for (RuleIndex i = 0; i < rules.size(); ++i) {
      const Rule& rule = rules[i];
      by_id_.emplace(rule.id, i);
      const bool same_file = i > 0 && rules[i - 1].source == rule.source;
      full_paths_[i] = same_file ? full_paths_[i - 1] : FullPath(rule.source->path());
      if (!MayHaveResponse(i)) continue;
      for (const std::string& tag : rule.tags) by_tag_[tag].push_back(i);
      by_level_[static_cast<size_t>(rule.severity)].push_back(i);
    }
  }

  // A native rule has a place of its own for all that a response gives.
  bool MayHaveResponse(RuleIndex rule) const { return rules_[rule].language == Language::kSigma; }

  std::optional<RuleIndex> FindId(const std::string& text) const {
    const auto found = by_id_.find(*Uuid::Parse(text));
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
  }

  // Those that the choice selects in `folder` and below, ascending.
  std::vector<RuleIndex> Select(Selector selector, const std::string& text,
                                const std::string& folder) const {
    std::vector<RuleIndex> selected;
    switch (selector) {
      case Selector::kId:
        if (const std::optional<RuleIndex> rule = FindId(text); rule && MayHaveResponse(*rule))
          selected.push_back(*rule);
        break;
      case Selector::kPath:
        return SelectPath(text, folder);
      case Selector::kTag:
        if (const auto found = by_tag_.find(text); found != by_tag_.end()) selected = found->second;
        break;
      case Selector::kLevel:
        selected = by_level_[static_cast<size_t>(*ParseSeverity(text))];
        break;
    }
    std::erase_if(selected, [&](RuleIndex rule) { return !IsBelow(rule, folder); });
    return selected;
  }

  bool IsBelow(RuleIndex rule, const std::string& folder) const {
    return full_paths_[rule].starts_with(folder);
  }

  // What could have been meant; empty if nothing is near.
  std::string Suggest(Selector selector, const std::string& text) const {
    std::vector<std::string> ids;
    std::vector<std::string_view> known;
    if (selector == Selector::kId) {
      for (RuleIndex i = 0; i < rules_.size(); ++i) {
        if (MayHaveResponse(i)) ids.push_back(rules_[i].id.ToString());
      }
      known.assign(ids.begin(), ids.end());
    } else if (selector == Selector::kTag) {
      for (const auto& [tag, tagged] : by_tag_) known.push_back(tag);
      std::ranges::sort(known);
    }
    return text::DidYouMean(text, known);
  }

 private:
  std::vector<RuleIndex> SelectPath(const std::string& text, const std::string& folder) const {
    const PathGlob glob = PathGlob::Parse(text).value();
    std::vector<RuleIndex> selected;
    bool fits = false;
    for (RuleIndex i = 0; i < rules_.size(); ++i) {
      if (!MayHaveResponse(i)) continue;
      const bool same_file = i > 0 && rules_[i - 1].source == rules_[i].source;
      if (!same_file || !MayHaveResponse(i - 1))
        fits = IsBelow(i, folder) &&
               glob.Matches(std::string_view(full_paths_[i]).substr(folder.size()));
      if (fits) selected.push_back(i);
    }
    return selected;
  }

  const std::vector<Rule>& rules_;
  std::vector<std::string> full_paths_;  // of the rules' files
  std::map<Uuid, RuleIndex> by_id_;
  boost::unordered_flat_map<std::string, std::vector<RuleIndex>> by_tag_;
  std::array<std::vector<RuleIndex>, 5> by_level_;
};

class Attachment {
 public:
  Attachment(const std::vector<ResponsePtr>& responses, bool all_rules_read,
             std::vector<Rule>& rules, text::Diagnostics& diagnostics)
      : responses_(responses),
        all_rules_read_(all_rules_read),
        rules_(rules),
        diagnostics_(diagnostics),
        index_(rules),
        strongest_(rules.size()) {}

  std::vector<AttachedResponse> Attach() {
    std::vector<AttachedResponse> attached;
    for (const ResponsePtr& response : responses_) {
      const std::vector<RuleIndex> selected = SelectFor(*response);
      CheckCount(*response, selected);
      for (const RuleIndex rule : selected) Claim(rule, response);
      attached.push_back({.response = response, .selected = selected.size(), .armed = {}});
    }
    ReportConflicts();
    Arm(attached);
    return attached;
  }

 private:
  std::vector<RuleIndex> SelectFor(const Response& response) {
    const std::string folder = FolderOf(FullPath(response.source->path()));
    std::vector<RuleIndex> selected;
    for (const Response::Choice& choice : response.choices) {
      const std::vector<RuleIndex> of_choice =
          index_.Select(response.selector, choice.text, folder);
      if (of_choice.empty() && all_rules_read_) ReportUnused(response, choice);
      selected.insert(selected.end(), of_choice.begin(), of_choice.end());
    }
    std::ranges::sort(selected);
    const auto again = std::ranges::unique(selected);
    selected.erase(again.begin(), again.end());
    return selected;
  }

  void ReportUnused(const Response& response, const Response::Choice& choice) {
    if (response.selector == Selector::kId) return ReportUnusedId(response, choice);
    std::string hint = index_.Suggest(response.selector, choice.text);
    if (hint.empty())
      hint =
          "an entry is for the Sigma rules in its folder and below; rules in QQL say it "
          "themselves";
    diagnostics_.Warning(
        response.source, choice.span, "response-without-rule",
        fmt::format("no rule has the {} '{}'", SelectorName(response.selector), choice.text),
        std::move(hint));
  }

  // An id names one rule, so the author knows of one that is not there.
  void ReportUnusedId(const Response& response, const Response::Choice& choice) {
    const std::optional<RuleIndex> rule = index_.FindId(choice.text);
    if (!rule) {
      diagnostics_.Error(response.source, choice.span, "response-without-rule",
                         fmt::format("no rule has the id '{}'", choice.text),
                         index_.Suggest(Selector::kId, choice.text));
    } else if (index_.MayHaveResponse(*rule)) {
      diagnostics_.Error(
          response.source, choice.span, "response-without-rule",
          fmt::format("'{}' does not lie in the folder of this file or below", rules_[*rule].name),
          fmt::format("it is in {}; put a responses.yaml there, or above",
                      rules_[*rule].source->path()));
    } else {
      diagnostics_.Error(
          response.source, choice.span, "response-for-native",
          fmt::format("'{}' is written in QQL, and says itself what it orders", rules_[*rule].name),
          fmt::format("write it into the rule, in {}", rules_[*rule].source->path()));
    }
  }

  void CheckCount(const Response& response, const std::vector<RuleIndex>& selected) {
    if (static_cast<int64_t>(selected.size()) <= response.max_rules) return;
    constexpr size_t kShown = 3;
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(kShown, selected.size()); ++i)
      names.push_back(fmt::format("'{}'", rules_[selected[i]].name));
    diagnostics_.Error(response.source, response.max_rules_span, "too-many-selected",
                       fmt::format("the entry selects {} rules, more than the {} it may: {}{}",
                                   selected.size(), response.max_rules, fmt::join(names, ", "),
                                   selected.size() > kShown ? " ..." : ""),
                       "select fewer, or raise it if all are meant");
  }

  void Claim(RuleIndex rule, const ResponsePtr& response) {
    std::vector<ResponsePtr>& claims = strongest_[rule];
    if (!claims.empty() && response->selector > claims.front()->selector) return;
    if (!claims.empty() && response->selector < claims.front()->selector) claims.clear();
    claims.push_back(response);
  }

  // One for each two entries, however many rules they share.
  void ReportConflicts() {
    std::map<std::pair<const Response*, const Response*>, size_t> known;
    std::vector<Conflict> conflicts;
    for (RuleIndex rule = 0; rule < rules_.size(); ++rule) {
      const std::vector<ResponsePtr>& claims = strongest_[rule];
      for (size_t i = 1; i < claims.size(); ++i) {
        const auto [at, is_new] =
            known.emplace(std::pair(claims.front().get(), claims[i].get()), conflicts.size());
        if (is_new) conflicts.push_back({.first = claims.front().get(), .second = claims[i].get()});
        conflicts[at->second].rules.push_back(rule);
      }
    }
    for (const Conflict& conflict : conflicts) Report(conflict);
  }

  struct Conflict {
    const Response* first = nullptr;
    const Response* second = nullptr;
    std::vector<RuleIndex> rules{};
  };

  void Report(const Conflict& conflict) {
    const size_t more = conflict.rules.size() - 1;
    const std::string what = fmt::format(
        "'{}'{} selected by two entries, both by {}", rules_[conflict.rules.front()].name,
        more == 0 ? " is" : fmt::format(" and {} more rule{} are", more, more == 1 ? "" : "s"),
        SelectorName(conflict.first->selector));
    const bool by_id = conflict.first->selector == Selector::kId;
    diagnostics_.Error(
        conflict.second->source, conflict.second->selector_span, "response-conflict", what,
        fmt::format("the other is at {}; {}", PlaceOf(*conflict.first),
                    by_id ? "keep one of them" : "leave one out, or let an entry by id decide"));
    diagnostics_.Add({.severity = text::Severity::kNote,
                      .code = "response-conflict",
                      .source = conflict.first->source,
                      .span = conflict.first->selector_span,
                      .message = what,
                      .hint = fmt::format("the other is at {}", PlaceOf(*conflict.second))});
  }

  void Arm(std::vector<AttachedResponse>& attached) {
    std::map<const Response*, AttachedResponse*> by_response;
    for (AttachedResponse& one : attached) by_response[one.response.get()] = &one;
    for (RuleIndex i = 0; i < rules_.size(); ++i) {
      if (strongest_[i].empty() || !Fits(rules_[i], strongest_[i].front())) continue;
      Rule& rule = rules_[i];
      rule.response = strongest_[i].front();
      if (rule.response->trigger) {
        rule.trigger = *rule.response->trigger;
        rule.canonical_trigger = rule.response->canonical_trigger;
      }
      rule.remediation = rule.response->remediation;
      rule.arming_hash = ArmingHash(rule);
      rule.version = VersionWithResponse(rule.version, *rule.response);
      by_response[rule.response.get()]->armed.push_back(rule.id);
    }
  }

  // Whether the rule can have what the entry gives. Of an entry that does not fit many rules, the
  // first is told.
  bool Fits(const Rule& rule, const ResponsePtr& response) {
    if (!rule.fires) {
      WarnOfSilent(rule, *response);
      return false;
    }
    const size_t errors_before = diagnostics_.error_count();
    if (unfit_.contains(response.get())) return false;
    if (response->trigger && !std::holds_alternative<SingleMatch>(rule.trigger)) {
      diagnostics_.Error(
          response->source, response->selector_span, "trigger-for-correlation",
          fmt::format("'{}' is a correlation, which says itself when it fires", rule.name),
          "leave 'trigger' out, or select it by an entry of its own");
    } else if (response->remediation && !response->trigger) {
      CheckRemediation(
          {.remediation = *response->remediation, .places = response->remediation_places},
          rule.trigger, response->source, diagnostics_);
    }
    if (diagnostics_.error_count() == errors_before) return true;
    unfit_.insert(response.get());
    return false;
  }

  void WarnOfSilent(const Rule& rule, const Response& response) {
    diagnostics_.Warning(
        response.source, response.selector_span, "silent-rule",
        fmt::format("'{}' does not fire by itself, so it is not armed: correlations take its "
                    "matches",
                    rule.name),
        "select the correlation, or say 'generate: true' there");
  }

  const std::vector<ResponsePtr>& responses_;
  const bool all_rules_read_;
  std::vector<Rule>& rules_;
  text::Diagnostics& diagnostics_;
  const Index index_;
  std::vector<std::vector<ResponsePtr>> strongest_;  // by rule: the entries that claim it
  std::set<const Response*> unfit_;                  // an error was told of them
};

}  // namespace

std::vector<AttachedResponse> AttachResponses(const std::vector<ResponsePtr>& responses,
                                              bool all_rules_read, std::vector<Rule>& rules,
                                              text::Diagnostics& diagnostics) {
  if (responses.empty()) return {};
  return Attachment(responses, all_rules_read, rules, diagnostics).Attach();
}

}  // namespace riposte::rule
