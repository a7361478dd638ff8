#include "rules/schema/read_profile.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/schema/read_sigma.h"
#include "rules/schema/read_source.h"
#include "rules/text/node_reader.h"

namespace riposte::schema {
namespace {

constexpr std::array<std::string_view, 5> kProfileKeys = {"name", "description", "roles", "tokens",
                                                          "sigma"};
constexpr std::array<std::string_view, 5> kTokenKeys = {"type", "description", "example", "values",
                                                        "guaranteed"};
constexpr std::array<FieldType, 7> kTypes = {
    FieldType::kText, FieldType::kKeyword, FieldType::kNumber, FieldType::kIp,
    FieldType::kDate, FieldType::kBool,    FieldType::kObject};

// Letters, digits, '_' and '-', in parts separated by single dots: what a query can name.
bool IsTokenName(std::string_view name) {
  bool part_is_empty = true;
  for (const char c : name) {
    if (c == '.') {
      if (part_is_empty) return false;
      part_is_empty = true;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-') {
      part_is_empty = false;
    } else {
      return false;
    }
  }
  return !part_is_empty;
}

class ProfileReader {
 public:
  ProfileReader(const text::SourcePtr& source, text::Diagnostics& diagnostics)
      : reader_(source, diagnostics) {
    profile_.source = source;
  }

  ProfileText Read();

 private:
  void ReadRoot(const yaml::Node& root);
  void ReadRoles(const yaml::Node& node);
  void ReadTokens(const yaml::Node& node);
  void ReadToken(const yaml::Entry& entry);
  std::optional<std::string> RequiredText(const yaml::Node& mapping, std::string_view key,
                                          std::string_view owner, yaml::Span place);
  std::optional<FieldType> ReadType(const yaml::Node& node, std::string_view name, yaml::Span span);
  std::vector<std::string> ReadValues(const yaml::Node& node, const Token& token);
  void CheckValues(const TokenText& token);
  void CheckGuaranteed(const TokenText& token, yaml::Span span);

  text::NodeReader reader_;
  ProfileText profile_;
};

ProfileText ProfileReader::Read() {
  const yaml::Stream stream = yaml::Parse(profile_.source->bytes());
  text::AddProblems(stream, profile_.source, reader_.diagnostics());
  if (stream.documents.size() == 1) {
    ReadRoot(stream.documents.front().root);
  } else if (stream.problems.empty()) {
    const yaml::Span place =
        stream.documents.empty() ? yaml::Span{} : stream.documents[1].root.span;
    reader_.Error(place, "one-profile-per-file",
                  fmt::format("a profile file holds one document, not {}", stream.documents.size()),
                  "put each profile into a file of its own");
  }
  return std::move(profile_);
}

void ProfileReader::ReadRoot(const yaml::Node& root) {
  if (!reader_.Mapping(root, "the profile", kProfileKeys)) return;
  const yaml::Span top = {root.span.begin, root.span.begin};
  if (const yaml::Node* name = root.Find("name")) profile_.name_span = text::ToSpan(name->span);
  profile_.name = RequiredText(root, "name", "the profile", top).value_or("");
  profile_.description = RequiredText(root, "description", "the profile", top).value_or("");
  if (const yaml::Node* tokens = reader_.Required(root, "tokens", "the profile", top)) {
    ReadTokens(*tokens);
  }
  if (const yaml::Node* roles = reader_.Required(root, "roles", "the profile", top)) {
    ReadRoles(*roles);
  }
  if (const yaml::Node* sigma = root.Find("sigma")) profile_.sigma = ReadSigma(reader_, *sigma);
}

void ProfileReader::ReadRoles(const yaml::Node& node) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(Role::kCount); ++i) {
    names.push_back(RoleName(static_cast<Role>(i)));
  }
  if (node.kind != yaml::Node::Kind::kMapping) {
    reader_.WrongType(node, "'roles'",
                      "write the role and the token that plays it, 'event_time: event.dateTime'");
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    const std::vector<std::string_view>::iterator found =
        std::find(names.begin(), names.end(), entry.key);
    if (found == names.end()) {
      reader_.Error(entry.key_span, "unknown-role", fmt::format("unknown role '{}'", entry.key),
                    text::Suggestion(entry.key, names));
      continue;
    }
    const std::optional<std::string> token =
        reader_.Text(entry.value, fmt::format("the token of role '{}'", entry.key));
    if (!token) continue;
    profile_.roles.push_back({.role = static_cast<Role>(found - names.begin()),
                              .token = *token,
                              .span = text::ToSpan(entry.value.span)});
  }
}

void ProfileReader::ReadTokens(const yaml::Node& node) {
  if (node.kind != yaml::Node::Kind::kMapping || node.entries.empty()) {
    reader_.WrongType(node, "'tokens'", "write the token's name and, below it, what it is");
    return;
  }
  for (const yaml::Entry& entry : node.entries) ReadToken(entry);
}

void ProfileReader::ReadToken(const yaml::Entry& entry) {
  std::vector<std::string_view> keys(kTokenKeys.begin(), kTokenKeys.end());
  keys.insert(keys.end(), std::begin(kSourceKeys), std::end(kSourceKeys));
  const std::string what = fmt::format("token '{}'", entry.key);
  if (!IsTokenName(entry.key)) {
    reader_.Error(entry.key_span, "bad-token-name",
                  fmt::format("'{}' cannot be the name of a token", entry.key),
                  "letters, digits, '_' and '-', in parts separated by dots");
  }
  const std::string folded = unicode::Fold(entry.key);
  const bool known = std::any_of(
      profile_.tokens.begin(), profile_.tokens.end(),
      [&folded](const TokenText& token) { return unicode::Fold(token.token.name) == folded; });
  if (known) {
    reader_.Error(entry.key_span, "duplicate-token", fmt::format("{} is there twice", what),
                  "names of tokens ignore case");
  }
  if (!reader_.Mapping(entry.value, what, keys)) return;
  const std::optional<FieldType> type = ReadType(entry.value, what, entry.key_span);
  TokenText text{.token = {.name = entry.key}, .span = text::ToSpan(entry.key_span)};
  text.token.description =
      RequiredText(entry.value, "description", what, entry.key_span).value_or("");
  if (type != FieldType::kObject) {
    text.token.example = RequiredText(entry.value, "example", what, entry.key_span).value_or("");
  }
  if (!type) return;
  text.token.type = *type;
  if (const yaml::Node* values = entry.value.Find("values")) {
    text.token.values = ReadValues(*values, text.token);
  }
  std::optional<FieldSource> source =
      ReadSource(reader_, entry.value, entry.key, entry.key_span, *type);
  if (!source) return;
  text.source = std::move(*source);
  if (const yaml::Node* guaranteed = entry.value.Find("guaranteed")) {
    text.source.guaranteed =
        reader_.Bool(*guaranteed, fmt::format("'guaranteed' of {}", what)).value_or(false);
    CheckGuaranteed(text, guaranteed->span);
  }
  CheckValues(text);
  if (!known) profile_.tokens.push_back(std::move(text));
}

std::optional<FieldType> ProfileReader::ReadType(const yaml::Node& node, std::string_view what,
                                                 yaml::Span span) {
  const yaml::Node* type = reader_.Required(node, "type", what, span);
  if (type == nullptr) return std::nullopt;
  std::vector<std::string_view> names;
  names.reserve(kTypes.size());
  for (const FieldType known : kTypes) names.push_back(FieldTypeName(known));
  const std::optional<size_t> chosen =
      reader_.Choice(*type, fmt::format("the type of {}", what), names);
  if (!chosen) return std::nullopt;
  return kTypes[*chosen];
}

std::optional<std::string> ProfileReader::RequiredText(const yaml::Node& mapping,
                                                       std::string_view key, std::string_view owner,
                                                       yaml::Span place) {
  const yaml::Node* node = reader_.Required(mapping, key, owner, place);
  if (node == nullptr) return std::nullopt;
  std::optional<std::string> text = reader_.Text(*node, fmt::format("'{}' of {}", key, owner));
  if (text && text->empty()) {
    reader_.Error(node->span, "empty-value", fmt::format("'{}' of {} is empty", key, owner));
  }
  return text;
}

std::vector<std::string> ProfileReader::ReadValues(const yaml::Node& node, const Token& token) {
  if (token.type != FieldType::kKeyword) {
    reader_.Error(node.span, "values-not-keyword",
                  fmt::format("token '{}' has a list of values and the type {}", token.name,
                              FieldTypeName(token.type)),
                  "only a keyword has one");
  }
  return reader_.Texts(node, fmt::format("'values' of token '{}'", token.name));
}

// A value that the profile itself makes has to be one of those that it lists: a query could never
// name it.
void ProfileReader::CheckValues(const TokenText& token) {
  const std::vector<std::string>& values = token.token.values;
  if (values.empty()) return;
  const auto check = [&](const std::string& made) {
    const std::string folded = unicode::Fold(made);
    const bool listed = std::any_of(values.begin(), values.end(), [&folded](const std::string& v) {
      return unicode::Fold(v) == folded;
    });
    if (listed) return;
    reader_.Error({token.span.begin, token.span.end}, "value-not-listed",
                  fmt::format("token '{}' gives '{}', which is not one of its values",
                              token.token.name, made),
                  "add it to 'values'");
  };
  for (const Alternative& alternative : token.source.alternatives) {
    if (!alternative.steps.empty()) {
      const Step& last = alternative.steps.back();
      if (last.kind != Step::Kind::kMap) continue;
      for (const auto& [from, to] : last.map) check(to);
      if (last.map_default && !last.map_default->empty()) check(*last.map_default);
    } else if (alternative.constant) {
      check(*alternative.constant);
    }
  }
}

void ProfileReader::CheckGuaranteed(const TokenText& token, yaml::Span span) {
  if (!token.source.guaranteed) return;
  const bool always =
      std::any_of(token.source.alternatives.begin(), token.source.alternatives.end(),
                  [](const Alternative& alternative) { return alternative.when.empty(); });
  if (always) return;
  reader_.Error(span, "guaranteed-conditional",
                fmt::format("token '{}' is guaranteed, but each of its cases has a condition",
                            token.token.name),
                "add a case without 'when', or remove 'guaranteed'");
}

}  // namespace

ProfileText ReadProfile(const text::SourcePtr& source, text::Diagnostics& diagnostics) {
  return ProfileReader(source, diagnostics).Read();
}

}  // namespace riposte::schema
