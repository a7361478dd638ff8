#include "rules/lint/unfit_profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckUnfitProfile(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics) {
  // Where it runs nowhere, that is said.
  if (rule::FieldsOf(rule).empty() || ProfilesOf(rule, schema).empty()) return;
  for (size_t i = 0; i < rule.profiles.size(); ++i) {
    const schema::Profile* profile = schema.FindProfile(rule.profiles[i]);
    if (profile == nullptr) continue;
    std::vector<std::string_view> missing;
    for (const schema::FieldId field : rule::MissingTokens(rule, *profile))
      missing.push_back(schema.catalogue.token(field).name);
    if (missing.empty()) continue;
    Warn(rule, i < rule.places.profiles.size() ? rule.places.profiles[i] : text::Span{},
         {.code = "unfit-profile",
          .message = fmt::format("the rule never runs on '{}', which lacks {}", profile->name,
                                 fmt::join(missing, ", ")),
          .hint = "remove the profile, or write a rule of its own for it"},
         diagnostics);
  }
}

}  // namespace riposte::lint
