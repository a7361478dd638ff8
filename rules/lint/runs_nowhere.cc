#include "rules/lint/runs_nowhere.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckRunsNowhere(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics) {
  // Of a Sigma rule `unreachable-logsource` says so when it is loaded.
  if (rule.language == rule::Language::kSigma) return;
  if (rule::FieldsOf(rule).empty() || !ProfilesOf(rule, schema).empty()) return;
  std::vector<std::string> lacks;
  for (const schema::Profile& profile : schema.profiles) {
    const bool named =
        rule.profiles.empty() ||
        std::find(rule.profiles.begin(), rule.profiles.end(), profile.name) != rule.profiles.end();
    if (!named) continue;
    std::vector<std::string_view> missing;
    for (const schema::FieldId field : rule::MissingTokens(rule, profile))
      missing.push_back(schema.catalogue.token(field).name);
    lacks.push_back(fmt::format("{} lacks {}", profile.name, fmt::join(missing, ", ")));
  }
  diagnostics.Error(
      rule.source, rule.query.empty() ? rule.id_span : rule.query_span, "runs-nowhere",
      fmt::format("no event format has all tokens of the query: {}", fmt::join(lacks, "; ")),
      "'riposte fields' lists the tokens of each format");
}

}  // namespace riposte::lint
