#include "rules/rule/correlation_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::rule {

using sigma::Written;

CorrelationNames::CorrelationNames(const SigmaCorrelation& correlation,
                                   const SigmaReferences& references, const text::SourcePtr& source,
                                   text::Diagnostics& diagnostics)
    : correlation_(correlation), source_(source), diagnostics_(diagnostics) {
  for (const sigma::FieldAlias& alias : correlation.text.aliases) ReadAlias(alias, references);
}

void CorrelationNames::ReadAlias(const sigma::FieldAlias& text, const SigmaReferences& references) {
  Alias& alias = aliases_[text.name.text];
  alias.text = &text;
  alias.fields.resize(correlation_.text.rules.size());
  for (const sigma::FieldAlias::Field& field : text.fields) {
    const std::optional<size_t> reference = ReferenceOf(field.rule, references);
    if (!reference) continue;
    if (alias.fields[*reference] != nullptr)
      diagnostics_.Error(
          source_, field.rule.span, "duplicate-key",
          fmt::format("the alias '{}' has a field of this rule already", text.name.text),
          "keep one of them");
    alias.fields[*reference] = &field.field;
  }
}

std::optional<size_t> CorrelationNames::ReferenceOf(const Written& rule,
                                                    const SigmaReferences& references) {
  const std::vector<Written>& rules = correlation_.text.rules;
  const auto written = std::ranges::find(rules, rule.text, &Written::text);
  if (written != rules.end()) return static_cast<size_t>(written - rules.begin());
  // Perhaps the one says its name, and the other its id.
  const std::optional<size_t> meant = references.Find(rule.text);
  const auto found = std::ranges::find(correlation_.refers_to, meant);
  if (meant && found != correlation_.refers_to.end())
    return static_cast<size_t>(found - correlation_.refers_to.begin());
  std::vector<std::string_view> names;
  names.reserve(rules.size());
  for (const Written& one : rules) names.push_back(one.text);
  std::string hint = text::DidYouMean(rule.text, names);
  if (hint.empty()) hint = "an alias names the rules that are in 'rules'";
  diagnostics_.Error(source_, rule.span, "unknown-rule",
                     fmt::format("the correlation does not refer to '{}'", rule.text),
                     std::move(hint));
  return std::nullopt;
}

const Written* CorrelationNames::FieldOf(const Written& name, size_t reference) {
  const auto found = aliases_.find(name.text);
  if (found == aliases_.end()) return &name;
  Alias& alias = found->second;
  alias.used = true;
  const Written* field = alias.fields[reference];
  if (field == nullptr && missing_.emplace(found->first, reference).second) {
    const std::string& rule = correlation_.text.rules[reference].text;
    diagnostics_.Error(source_, alias.text->name.span, "alias-without-field",
                       fmt::format("the alias '{}' has no field of '{}'", name.text, rule),
                       fmt::format("add '{}:' and the field of its events", rule));
  }
  return field;
}

void CorrelationNames::ReportUnused() {
  for (const auto& [name, alias] : aliases_) {
    if (alias.used) continue;
    diagnostics_.Warning(source_, alias.text->name.span, "unused-alias",
                         fmt::format("nothing is grouped or measured by the alias '{}'", name),
                         "name it in 'group-by', or remove it");
  }
}

}  // namespace riposte::rule
