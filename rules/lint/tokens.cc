#include "rules/lint/tokens.h"

#include <algorithm>

#include "base/unicode.h"
#include "rules/lint/finding.h"

namespace riposte::lint {
namespace {

using schema::FieldId;
using schema::Role;

// Roles that an event may have several values for.
bool MayBeMany(Role role) {
  return role == Role::kEngine || role == Role::kScore || role == Role::kVerdict ||
         role == Role::kClass || role == Role::kSeverity;
}

bool PlaysSingleRole(const schema::Profile& profile, FieldId field) {
  for (size_t i = 0; i < profile.roles.size(); ++i)
    if (profile.roles[i] == field && !MayBeMany(static_cast<Role>(i))) return true;
  return false;
}

constexpr std::string_view kSigmaField = "sigma.";

bool IsSigmaField(const schema::Catalogue& catalogue, FieldId field) {
  return catalogue.token(field).name.starts_with(kSigmaField);
}

// Whether one of the places of `field`, as it stands there, is one of `other`'s.
bool SharesPlace(const schema::Profile& profile, FieldId field, FieldId other) {
  if (!profile.Has(field) || !profile.Has(other)) return false;
  const auto& places = profile.fields[schema::Index(other)]->alternatives;
  return std::ranges::any_of(
      profile.fields[schema::Index(field)]->alternatives, [&](const schema::Alternative& one) {
        return one.steps.empty() && !one.paths.empty() &&
               std::ranges::any_of(places, [&](const schema::Alternative& place) {
                 return place.paths == one.paths;
               });
      });
}

}  // namespace

bool GivesRole(const rule::Rule& rule, const schema::Schema& schema, FieldId field, Role role) {
  const bool sigma = IsSigmaField(schema.catalogue, field);
  const std::vector<const schema::Profile*> profiles = ProfilesOf(rule, schema);
  return std::ranges::any_of(profiles, [&](const schema::Profile* profile) {
    const FieldId player = profile->role(role);
    if (player == schema::kNoField) return false;
    return player == field || (sigma && SharesPlace(*profile, field, player));
  });
}

std::string NameInRule(const schema::Catalogue& catalogue, FieldId field) {
  const std::string& name = catalogue.token(field).name;
  return IsSigmaField(catalogue, field) ? name.substr(kSigmaField.size()) : name;
}

bool IsFullPath(const schema::Catalogue& catalogue, FieldId field) {
  const schema::Token& token = catalogue.token(field);
  return token.type == schema::FieldType::kText && unicode::Fold(token.name).ends_with("fullpath");
}

FieldId FullPathOf(const schema::Catalogue& catalogue, FieldId field) {
  const schema::Token& token = catalogue.token(field);
  constexpr std::string_view kName = ".name";
  if (token.type != schema::FieldType::kText || !unicode::Fold(token.name).ends_with(kName))
    return schema::kNoField;
  const std::string owner = token.name.substr(0, token.name.size() - kName.size());
  const FieldId image = catalogue.Find(owner + ".image.fullPath");
  return image != schema::kNoField ? image : catalogue.Find(owner + ".fullPath");
}

bool IsSingleValued(const rule::Rule& rule, const schema::Schema& schema, FieldId field) {
  const schema::Token& token = schema.catalogue.token(field);
  if (token.type == schema::FieldType::kObject || !token.groups.empty()) return false;
  const FieldId path = FullPathOf(schema.catalogue, field);
  const std::vector<const schema::Profile*> profiles = ProfilesOf(rule, schema);
  return !profiles.empty() &&
         std::all_of(profiles.begin(), profiles.end(), [&](const schema::Profile* profile) {
           const bool single = PlaysSingleRole(*profile, field) ||
                               (path != schema::kNoField && PlaysSingleRole(*profile, path));
           return single && profile->Has(field) &&
                  !profile->fields[schema::Index(field)]->union_of_all;
         });
}

bool IsEventType(const rule::Rule& rule, const schema::Schema& schema, FieldId field) {
  const std::vector<const schema::Profile*> profiles = ProfilesOf(rule, schema);
  return std::any_of(profiles.begin(), profiles.end(), [&](const schema::Profile* profile) {
    return profile->role(Role::kEventType) == field;
  });
}

}  // namespace riposte::lint
