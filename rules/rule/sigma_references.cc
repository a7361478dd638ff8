#include "rules/rule/sigma_references.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

constexpr size_t kLongestName = 200;  // that a near one is looked for

std::string PlaceOf(const Rule& rule) {
  return fmt::format("{}:{}", rule.source->path(), rule.source->Locate(rule.id_span.begin).line);
}

}  // namespace

void SigmaReferences::Add(const Uuid& id, std::string name, size_t rule) {
  by_id_.emplace(id, rule);
  if (!name.empty()) by_name_[std::move(name)].push_back(rule);
}

void SigmaReferences::AddBroken(const yaml::Node& root) {
  const yaml::Node* id = root.Find("id");
  const std::optional<Uuid> uuid = id == nullptr ? std::nullopt : Uuid::Parse(id->value);
  if (uuid) by_id_.emplace(*uuid, kBroken);
  const yaml::Node* name = root.Find("name");
  if (name != nullptr && !name->value.empty()) by_name_[name->value].push_back(kBroken);
}

std::vector<size_t> SigmaReferences::Meant(std::string_view reference) const {
  if (const std::optional<Uuid> id = Uuid::Parse(reference)) {
    const auto found = by_id_.find(*id);
    if (found != by_id_.end()) return {found->second};
  }
  const auto found = by_name_.find(std::string(reference));
  return found == by_name_.end() ? std::vector<size_t>{} : found->second;
}

std::optional<size_t> SigmaReferences::Find(std::string_view reference) const {
  const std::vector<size_t> meant = Meant(reference);
  if (meant.size() != 1 || meant.front() == kBroken) return std::nullopt;
  return meant.front();
}

std::optional<size_t> SigmaReferences::Require(const sigma::Written& reference,
                                               const text::SourcePtr& source,
                                               const std::vector<Rule>& rules,
                                               text::Diagnostics& diagnostics) const {
  const std::vector<size_t> meant = Meant(reference.text);
  if (std::ranges::find(meant, kBroken) != meant.end()) return std::nullopt;
  if (meant.empty()) {
    diagnostics.Error(source, reference.span, "unknown-rule",
                      fmt::format("no Sigma rule has the id or name '{}'", reference.text),
                      Suggest(reference, rules));
    return std::nullopt;
  }
  if (meant.size() > 1) {
    diagnostics.Error(source, reference.span, "ambiguous-rule",
                      fmt::format("{} rules are called '{}'", meant.size(), reference.text),
                      fmt::format("refer to one by its id; they are at {} and {}{}",
                                  PlaceOf(rules[meant.front()]), PlaceOf(rules[meant.back()]),
                                  meant.size() > 2 ? ", and others between" : ""));
    return std::nullopt;
  }
  return meant.front();
}

std::string SigmaReferences::Suggest(const sigma::Written& reference,
                                     const std::vector<Rule>& rules) const {
  const std::optional<Uuid> id = Uuid::Parse(reference.text);
  const bool is_native = id && std::ranges::any_of(rules, [&](const Rule& rule) {
                           return rule.id == *id && rule.language == Language::kQql;
                         });
  if (is_native) return "that rule is written in QQL; a correlation is of Sigma rules";
  std::vector<std::string_view> names;
  for (const auto& [name, meant] : by_name_) names.push_back(name);
  std::ranges::sort(names);
  std::string hint =
      text::DidYouMean(std::string_view(reference.text).substr(0, kLongestName), names);
  if (hint.empty()) hint = "write the 'id' or the 'name' of a rule of this set, not its title";
  return hint;
}

}  // namespace riposte::rule
