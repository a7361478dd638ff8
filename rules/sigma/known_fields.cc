#include "rules/sigma/known_fields.h"

#include <algorithm>
#include <set>

#include "rules/text/suggest.h"

namespace riposte::sigma {
namespace {

constexpr size_t kLengthForOne = 6;
constexpr size_t kLengthForTwo = 12;

size_t MostMistakes(std::string_view name) {
  if (name.size() >= kLengthForTwo) return 2;
  return name.size() >= kLengthForOne ? 1 : 0;
}

// Whether the path is one where fields of rules are looked for that the format does not name: all
// but the last key agree.
bool IsDefault(const schema::Path& path, const schema::SigmaMapping& format) {
  return std::ranges::any_of(format.defaults, [&](const schema::Path& place) {
    if (place.keys.size() != path.keys.size()) return false;
    for (size_t i = 0; i + 1 < place.keys.size(); ++i) {
      if (place.keys[i] != path.keys[i] && place.keys[i] != schema::kAnyKey) return false;
    }
    return true;
  });
}

// What the profile names: fields of rules, and what its tokens read where such fields stand.
void AddNames(const schema::Profile& profile, std::set<std::string_view>& names) {
  for (const schema::SigmaMapping::Field& field : profile.sigma.fields) names.insert(field.name);
  for (const std::optional<schema::FieldSource>& source : profile.fields) {
    if (!source) continue;
    for (const schema::Alternative& alternative : source->alternatives) {
      for (const schema::Path& path : alternative.paths)
        if (IsDefault(path, profile.sigma)) names.insert(path.keys.back());
      for (const schema::Condition& condition : alternative.when)
        if (IsDefault(condition.path, profile.sigma)) names.insert(condition.path.keys.back());
    }
  }
}

}  // namespace

std::string_view KnownFields::MeantBy(std::string_view name, const LogSource& source) {
  const std::vector<std::string_view>& names = Of(source);
  if (std::ranges::binary_search(names, name)) return {};
  return text::Nearest(name, names, MostMistakes(name));
}

const std::vector<std::string_view>& KnownFields::Of(const LogSource& source) {
  const auto [at, is_new] = by_source_.try_emplace(source);
  if (!is_new) return at->second;
  std::set<std::string_view> names;
  for (const schema::Profile& profile : schema_.profiles)
    if (WaysInto(source, profile.sigma)) AddNames(profile, names);
  at->second.assign(names.begin(), names.end());
  return at->second;
}

}  // namespace riposte::sigma
