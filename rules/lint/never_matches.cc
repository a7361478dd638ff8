#include "rules/lint/never_matches.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/truth.h"

namespace riposte::lint {

void CheckNeverMatches(const RuleQuery& asked, const schema::Schema& schema,
                       text::Diagnostics& diagnostics) {
  for (const Clash& clash : FindClashes(asked, schema)) {
    if (clash.truth != Truth::kNever) continue;
    WarnInQuery(
        asked, clash.second,
        {.code = "never-matches",
         .message = fmt::format("this and '{}' never hold together{}", Excerpt(asked, clash.first),
                                clash.whole ? ", so no event matches" : ""),
         .hint = "'or' joins alternatives, and so does a list"},
        diagnostics);
  }
}

}  // namespace riposte::lint
