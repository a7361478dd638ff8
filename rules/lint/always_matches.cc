#include "rules/lint/always_matches.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/truth.h"

namespace riposte::lint {

void CheckAlwaysMatches(const rule::Rule& rule, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  for (const Clash& clash : FindClashes(rule, schema)) {
    if (clash.truth != Truth::kAlways) continue;
    WarnInQuery(rule, clash.second,
                {.code = "always-matches",
                 .message = fmt::format("with '{}' this part of the query always holds{}",
                                        Excerpt(rule, clash.first),
                                        clash.whole ? ", so every event matches" : ""),
                 .hint = "'and' joins conditions that must all hold"},
                diagnostics);
  }
}

}  // namespace riposte::lint
