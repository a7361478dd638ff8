// What a field of a Sigma correlation is called in the events of each rule that it refers to.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule/correlation_order.h"
#include "rules/rule/sigma_references.h"

namespace riposte::rule {

// Borrows all that it is given.
class CorrelationNames {
 public:
  // Adds the errors of aliases: unknown-rule, duplicate-key.
  CorrelationNames(const SigmaCorrelation& correlation, const SigmaReferences& references,
                   const text::SourcePtr& source, text::Diagnostics& diagnostics);

  // Of a name in `group-by` or `field` and the rule at the place `reference`: the field of the
  // alias, or the name itself if there is no such alias. Null after the error alias-without-field,
  // which is told once.
  const sigma::Written* FieldOf(const sigma::Written& name, size_t reference);
  // Warns of aliases that FieldOf() was never asked for.
  void ReportUnused();

 private:
  struct Alias {
    const sigma::FieldAlias* text = nullptr;
    std::vector<const sigma::Written*> fields{};  // by reference; null where there is none
    bool used = false;
  };

  void ReadAlias(const sigma::FieldAlias& text, const SigmaReferences& references);
  // Places of what the rule of an alias means; empty if it means none of them.
  std::optional<size_t> ReferenceOf(const sigma::Written& rule, const SigmaReferences& references);

  const SigmaCorrelation& correlation_;
  const text::SourcePtr& source_;
  text::Diagnostics& diagnostics_;
  std::map<std::string_view, Alias> aliases_;
  std::set<std::pair<std::string_view, size_t>> missing_;  // that were told
};

}  // namespace riposte::rule
