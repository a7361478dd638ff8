#include "rules/lint/duplicate_name.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckDuplicateNames(const rule::RuleSet& rules, text::Diagnostics& diagnostics) {
  boost::unordered_flat_map<std::string, const rule::Rule*> by_name;
  for (const rule::Rule& rule : rules.rules) {
    const auto [first, is_new] = by_name.emplace(unicode::Fold(rule.name), &rule);
    if (is_new) continue;
    const text::SourcePtr& source = first->second->source;
    Warn(rule, rule.places.name,
         {.code = "duplicate-name",
          .message = fmt::format("the name '{}' is taken", rule.name),
          .hint = fmt::format("first used at {}:{}", source->path(),
                              source->Locate(first->second->id_span.begin).line)},
         diagnostics);
  }
}

}  // namespace riposte::lint
