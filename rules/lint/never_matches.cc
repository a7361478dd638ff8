#include "rules/lint/never_matches.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/truth.h"

namespace riposte::lint {

void CheckNeverMatches(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics) {
  for (const Clash& clash : FindClashes(rule, schema)) {
    if (clash.truth != Truth::kNever) continue;
    WarnInQuery(
        rule, clash.second,
        {.code = "never-matches",
         .message = fmt::format("this and '{}' never hold together{}", Excerpt(rule, clash.first),
                                clash.whole ? ", so no event matches" : ""),
         .hint = "'or' joins alternatives, and so does a list"},
        diagnostics);
  }
}

}  // namespace riposte::lint
