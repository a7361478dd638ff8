#include "rules/sigma/fields.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

using schema::Alternative;
using schema::FieldId;
using schema::FieldType;

struct ReadingTraits {
  std::string_view suffix;  // of the token's name
  FieldType type;
};

ReadingTraits TraitsOf(Reading reading) {
  switch (reading) {
    case Reading::kText:
      return {"", FieldType::kKeyword};
    case Reading::kNumber:
      return {"|number", FieldType::kNumber};
    case Reading::kIp:
      return {"|ip", FieldType::kIp};
    case Reading::kPresence:
      return {"|exists", FieldType::kKeyword};
    case Reading::kMinute:
      return {"|minute", FieldType::kNumber};
    case Reading::kHour:
      return {"|hour", FieldType::kNumber};
    case Reading::kDay:
      return {"|day", FieldType::kNumber};
    case Reading::kWeek:
      return {"|week", FieldType::kNumber};
    case Reading::kMonth:
      return {"|month", FieldType::kNumber};
    case Reading::kYear:
      return {"|year", FieldType::kNumber};
  }
  return {"", FieldType::kKeyword};
}

// The name in a token's name: what is no letter, digit, '_', '-' or '.' in hexadecimal, so that
// printed queries can be told apart.
std::string Escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      text += c;
    } else {
      text += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

// The paths of a field that the format does not name: the name as one key, and a name with dots as
// nested ones, too.
std::vector<Alternative> Defaults(const std::string& name, const schema::SigmaMapping& format) {
  std::vector<std::vector<std::string>> ends = {{name}};
  std::vector<std::string> nested;
  for (std::string_view rest = name;;) {
    const size_t dot = rest.find('.');
    nested.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  const bool has_empty =
      std::ranges::any_of(nested, [](const std::string& key) { return key.empty(); });
  if (nested.size() > 1 && !has_empty) ends.push_back(std::move(nested));
  std::vector<Alternative> alternatives;
  for (const schema::Path& path : format.defaults) {
    for (const std::vector<std::string>& end : ends) {
      schema::Path full = path;
      full.keys.pop_back();
      full.keys.insert(full.keys.end(), end.begin(), end.end());
      alternatives.push_back({.paths = {std::move(full)}});
    }
  }
  return alternatives;
}

// Each place of a value, and that of null and of empty arrays beside it; what steps make of the
// value does not matter.
std::vector<Alternative> PresenceOf(const std::vector<Alternative>& alternatives) {
  std::vector<Alternative> presence;
  for (const Alternative& alternative : alternatives) {
    presence.push_back(alternative);
    presence.back().steps.clear();
    if (alternative.paths.size() != 1) continue;
    presence.push_back(presence.back());
    presence.back().paths.front().keys.emplace_back(schema::kPresence);
  }
  return presence;
}

}  // namespace

FieldTable::FieldTable(schema::SchemaPtr base)
    : base_(std::move(base)), known_(*base_), extended_(std::make_shared<schema::Schema>(*base_)) {}

FieldId FieldTable::Add(std::string name, FieldType type, std::string description) {
  schema::Catalogue& catalogue = extended_->catalogue;
  if (catalogue.size() >= schema::Index(schema::kNoField)) return schema::kNoField;
  // Names of tokens ignore letter case, those of Sigma fields do not.
  const std::string wanted = name;
  for (size_t i = 2; catalogue.Find(name) != schema::kNoField; ++i)
    name = fmt::format("{}~{}", wanted, i);
  return catalogue.Add(
      {.name = std::move(name), .type = type, .description = std::move(description)});
}

FieldId FieldTable::Field(std::string_view name, Reading reading) {
  const Key key{.name = std::string(name), .reading = reading};
  const auto known = fields_.find(key);
  if (known != fields_.end()) return known->second;
  const ReadingTraits traits = TraitsOf(reading);
  const FieldId id = Add(fmt::format("sigma.{}{}", Escaped(name), traits.suffix), traits.type,
                         fmt::format("The field {} of Sigma rules", name));
  if (id != schema::kNoField) fields_.emplace(key, id);
  return id;
}

FieldId FieldTable::Route(const LogSource& source) {
  const auto known = routes_.find(source);
  if (known != routes_.end()) return known->second;
  const FieldId id = Add(fmt::format("sigma-logsource.{}/{}/{}", Escaped(source.product),
                                     Escaped(source.category), Escaped(source.service)),
                         FieldType::kBool, "Whether the event is of the Sigma log source");
  if (id != schema::kNoField) routes_.emplace(source, id);
  return id;
}

FieldId FieldTable::Anywhere(const LogSource& source) {
  if (anywhere_ == schema::kNoField)
    anywhere_ = Add("sigma-anywhere.*", FieldType::kKeyword, "Every value of the event");
  anywhere_in_.insert(source);
  return anywhere_;
}

std::vector<std::string_view> FieldTable::Providers(const LogSource& source) const {
  std::vector<std::string_view> names;
  for (const schema::Profile& profile : base_->profiles)
    if (WaysInto(source, profile.sigma)) names.push_back(profile.name);
  return names;
}

schema::FieldSource FieldTable::SourceOf(const Key& key, const schema::SigmaMapping& format) const {
  const auto named = std::ranges::find_if(
      format.fields,
      [&](const schema::SigmaMapping::Field& field) { return field.name == key.name; });
  schema::FieldSource source;
  source.alternatives =
      named != format.fields.end() ? named->alternatives : Defaults(key.name, format);
  if (key.reading == Reading::kPresence) {
    source.alternatives = PresenceOf(source.alternatives);
    return source;
  }
  source.lenient = true;
  if (key.reading < Reading::kMinute) return source;
  const std::string part(TraitsOf(key.reading).suffix.substr(1));
  for (Alternative& alternative : source.alternatives)
    alternative.steps.push_back({.kind = schema::Step::Kind::kDatePart, .key = part});
  return source;
}

void FieldTable::FillProfile(schema::Profile& profile) const {
  profile.fields.resize(extended_->catalogue.size());
  if (profile.sigma.routes.empty()) return;
  for (const auto& [key, id] : fields_)
    profile.fields[schema::Index(id)] = SourceOf(key, profile.sigma);
  for (const auto& [log_source, id] : routes_) {
    const std::optional<Ways> ways = WaysInto(log_source, profile.sigma);
    if (!ways) continue;
    schema::FieldSource& source = profile.fields[schema::Index(id)].emplace();
    for (const std::vector<schema::Condition>& way : *ways)
      source.alternatives.push_back({.when = way, .constant = "true"});
  }
  if (anywhere_ == schema::kNoField) return;
  schema::FieldSource& source = profile.fields[schema::Index(anywhere_)].emplace();
  source.lenient = true;
  // Only of events that a rule wants it of: to read every value costs.
  for (const LogSource& log_source : anywhere_in_) {
    for (const std::vector<schema::Condition>& way :
         WaysInto(log_source, profile.sigma).value_or(Ways{})) {
      source.alternatives.push_back(
          {.when = way, .paths = {{.keys = {std::string(schema::kEveryValue)}}}});
    }
  }
}

schema::SchemaPtr FieldTable::Finish() {
  if (extended_->catalogue.size() == base_->catalogue.size()) return base_;
  for (schema::Profile& profile : extended_->profiles) FillProfile(profile);
  return std::move(extended_);
}

}  // namespace riposte::sigma
