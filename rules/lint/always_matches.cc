#include "rules/lint/always_matches.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/truth.h"

namespace riposte::lint {

void CheckAlwaysMatches(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  for (const Clash& clash : FindClashes(asked, schema)) {
    if (clash.truth != Truth::kAlways) continue;
    WarnInQuery(asked, clash.second,
                {.code = "always-matches",
                 .message = fmt::format(
                     "with '{}' this part of the query always holds{}", Excerpt(asked, clash.first),
                     clash.whole && asked.asked != nullptr ? ", so every event matches" : ""),
                 .hint = "'and' joins conditions that must all hold"},
                diagnostics);
  }
}

}  // namespace riposte::lint
