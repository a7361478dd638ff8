#include "rules/schema/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "rules/schema/embedded_profiles.h"
#include "rules/schema/read_profile.h"
#include "rules/text/suggest.h"

namespace riposte::schema {
namespace {

// What a role's token has to be, so that the engine can use it.
bool Fits(Role role, FieldType type) {
  switch (role) {
    case Role::kEventTime:
    case Role::kProcessStartedAt:
    case Role::kProcessStartedNotAfter:
    case Role::kParentStartedAt:
    case Role::kParentStartedNotAfter:
      return type == FieldType::kDate;
    case Role::kProcessPid:
    case Role::kParentPid:
    case Role::kScore:
      return type == FieldType::kNumber;
    case Role::kSnapshot:
      return type == FieldType::kBool;
    default:
      return type == FieldType::kKeyword || type == FieldType::kText;
  }
}

std::string_view WantedType(Role role) {
  if (Fits(role, FieldType::kDate)) return "a date";
  if (Fits(role, FieldType::kNumber)) return "a number";
  if (Fits(role, FieldType::kBool)) return "a bool";
  return "a keyword or a text";
}

// Puts profiles together to one schema.
class Assembler {
 public:
  explicit Assembler(text::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Add(ProfileText profile);
  std::shared_ptr<Schema> Finish();

 private:
  struct Origin {  // where a token of the catalogue was first described
    std::string profile;
  };

  void AddToken(TokenText& text, const ProfileText& file, Profile& profile);
  // Whether `text` means the same as the catalogue's token of that name; says what differs.
  bool Agrees(const TokenText& text, const ProfileText& file, FieldId known);
  void AddRoles(const ProfileText& file, Profile& profile);
  void CheckEventType(const ProfileText& file, const Profile& profile);

  text::Diagnostics& diagnostics_;
  std::shared_ptr<Schema> schema_ = std::make_shared<Schema>();
  std::vector<Origin> origins_;  // by FieldId
};

void Assembler::Add(ProfileText file) {
  if (!file.name.empty() && schema_->FindProfile(file.name) != nullptr) {
    diagnostics_.Error(file.source, file.name_span, "duplicate-profile",
                       fmt::format("there is a profile '{}' already", file.name),
                       "a profile of your own needs a name of its own");
    return;
  }
  Profile profile{.name = file.name,
                  .description = file.description,
                  .sigma = std::move(file.sigma),
                  .sha256 = Sha256Hex(file.source->bytes())};
  profile.roles.fill(kNoField);
  for (TokenText& token : file.tokens) AddToken(token, file, profile);
  AddRoles(file, profile);
  CheckEventType(file, profile);
  schema_->profiles.push_back(std::move(profile));
}

void Assembler::AddToken(TokenText& text, const ProfileText& file, Profile& profile) {
  FieldId id = schema_->catalogue.Find(text.token.name);
  if (id != kNoField) {
    if (!Agrees(text, file, id)) return;
  } else {
    id = schema_->catalogue.Add(std::move(text.token));
    origins_.push_back({.profile = file.name});
  }
  if (profile.fields.size() <= Index(id)) profile.fields.resize(Index(id) + 1);
  profile.fields[Index(id)] = std::move(text.source);
}

bool Assembler::Agrees(const TokenText& text, const ProfileText& file, FieldId known_id) {
  const Token& known = schema_->catalogue.token(known_id);
  const std::string& first = origins_[Index(known_id)].profile;
  std::string message;
  std::string hint;
  if (text.token.name != known.name) {
    message = fmt::format("token '{}' is written '{}' in profile '{}'", text.token.name, known.name,
                          first);
    hint = "one spelling for all profiles";
  } else if (text.token.type != known.type) {
    message = fmt::format("token '{}' is {} here and {} in profile '{}'", known.name,
                          FieldTypeName(text.token.type), FieldTypeName(known.type), first);
    hint = "a token has one type in all profiles; name yours otherwise";
  } else if (!text.token.values.empty() && text.token.values != known.values) {
    message = fmt::format("token '{}' has other values in profile '{}'", known.name, first);
    hint = known.values.empty() ? "there it is open: remove 'values'"
                                : fmt::format("there: [{}]", fmt::join(known.values, ", "));
  } else {
    return true;
  }
  diagnostics_.Error(file.source, text.span, "token-clash", std::move(message), std::move(hint));
  return false;
}

void Assembler::AddRoles(const ProfileText& file, Profile& profile) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < profile.fields.size(); ++i) {
    if (profile.fields[i]) names.push_back(schema_->catalogue.tokens()[i].name);
  }
  for (const RoleText& role : file.roles) {
    const FieldId id = schema_->catalogue.Find(role.token);
    if (id == kNoField || !profile.Has(id)) {
      diagnostics_.Error(
          file.source, role.span, "unknown-token",
          fmt::format("role '{}' names the token '{}', which this profile does not have",
                      RoleName(role.role), role.token),
          text::DidYouMean(role.token, names));
      continue;
    }
    const FieldType type = schema_->catalogue.token(id).type;
    if (!Fits(role.role, type)) {
      diagnostics_.Error(
          file.source, role.span, "role-type",
          fmt::format("role '{}' needs {}, and the token '{}' is {}", RoleName(role.role),
                      WantedType(role.role), role.token, FieldTypeName(type)));
      continue;
    }
    profile.roles[static_cast<size_t>(role.role)] = id;
  }
}

// Without an event type no remediation can be chosen, and a value that is no type would be read as
// OTHER in silence.
void Assembler::CheckEventType(const ProfileText& file, const Profile& profile) {
  const FieldId id = profile.role(Role::kEventType);
  const bool named = std::any_of(file.roles.begin(), file.roles.end(), [](const RoleText& role) {
    return role.role == Role::kEventType;
  });
  if (!named && !file.name.empty()) {
    diagnostics_.Error(file.source, file.name_span, "missing-role",
                       fmt::format("profile '{}' has no role 'event_type'", file.name),
                       "add 'event_type: type' to 'roles'");
  }
  if (id == kNoField) return;
  for (const std::string& value : schema_->catalogue.token(id).values) {
    if (ParseEventType(value)) continue;
    diagnostics_.Error(file.source, file.name_span, "bad-event-type",
                       fmt::format("the token of role 'event_type' lists '{}'", value),
                       "event types are FILE, PROCESS, NETWORK, MUTEX, REGISTRY and OTHER");
  }
}

std::shared_ptr<Schema> Assembler::Finish() {
  for (Profile& profile : schema_->profiles) profile.fields.resize(schema_->catalogue.size());
  return std::move(schema_);
}

void AddFolder(const std::string& folder, std::vector<text::SourcePtr>& sources,
               text::Diagnostics& diagnostics) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const std::string extension = it->path().extension().string();
    if (name.starts_with('.') || (extension != ".yaml" && extension != ".yml")) continue;
    paths.push_back(it->path().string());
  }
  if (error) {
    diagnostics.Error(std::make_shared<text::Source>(folder, ""), {}, "unreadable-file",
                      fmt::format("the folder of profiles cannot be read: {}", error.message()));
    return;
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const bool read = file.is_open() && !file.bad();
    sources.push_back(std::make_shared<text::Source>(path, std::move(bytes)));
    if (read) continue;
    diagnostics.Error(sources.back(), {}, "unreadable-file", "the file cannot be read");
    sources.pop_back();
  }
}

}  // namespace

SchemaPtr LoadSchema(const std::vector<std::string>& folders, text::Diagnostics& diagnostics) {
  std::vector<text::SourcePtr> sources;
  for (const EmbeddedFile& file : EmbeddedProfiles()) {
    sources.push_back(
        std::make_shared<text::Source>(std::string(file.path), std::string(file.bytes)));
  }
  const size_t errors_before = diagnostics.error_count();
  for (const std::string& folder : folders) AddFolder(folder, sources, diagnostics);
  SchemaPtr schema = LoadSchemaFrom(sources, diagnostics);
  return diagnostics.error_count() > errors_before ? nullptr : schema;
}

SchemaPtr LoadSchemaFrom(const std::vector<text::SourcePtr>& sources,
                         text::Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.error_count();
  Assembler assembler(diagnostics);
  for (const text::SourcePtr& source : sources) assembler.Add(ReadProfile(source, diagnostics));
  SchemaPtr schema = assembler.Finish();
  return diagnostics.error_count() > errors_before ? nullptr : schema;
}

}  // namespace riposte::schema
