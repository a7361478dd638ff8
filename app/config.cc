#include "app/config.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "base/check.h"
#include "base/yaml.h"
#include "rules/text/suggest.h"

namespace riposte::app {
namespace {

constexpr std::string_view kRedacted = "(redacted)";
constexpr std::string_view kFileSuffix = "_file";

using Slot = Key::Slot;

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string Join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string NoChoice(const Key& key) {
  std::string sentence = "must be ";
  for (const char c : key.choices) {
    if (c == '|') {
      sentence += " or ";
    } else {
      sentence += c;
    }
  }
  return sentence;
}

// Sets a member from a text; returns what is wrong with it, or empty. One overload for each type of
// a key.
std::string Assign(const Key& key, std::string_view text, std::string* out) {
  if (!key.choices.empty() && text != key.default_text) {
    const std::vector<std::string> choices = Split(key.choices, '|');
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) return NoChoice(key);
  }
  *out = text;
  return {};
}

std::string Assign(const Key& key, std::string_view text, int64_t* out) {
  const std::from_chars_result parsed =
      std::from_chars(text.data(), text.data() + text.size(), *out);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return "must be a whole number";
  }
  if (*out < key.least) return fmt::format("must be at least {}", key.least);
  return {};
}

std::string Assign(const Key&, std::string_view text, bool* out) {
  if (text != "true" && text != "false") return "must be true or false";
  *out = text == "true";
  return {};
}

std::string Assign(const Key& key, std::string_view text, Duration* out) {
  const std::optional<Duration> parsed = ParseDuration(text);
  if (!parsed) return "must be a time span such as 90s, 15m or 24h";
  if (*parsed < Duration(key.least))
    return fmt::format("must be at least {}", FormatDuration(Duration(key.least)));
  *out = *parsed;
  return {};
}

std::string Assign(const Key&, std::string_view text, std::vector<std::string>* out) {
  *out = Split(text, ',');
  return {};
}

std::string Assign(const Key&, std::string_view text, Map* out) {
  out->clear();
  std::string* last = nullptr;
  for (const std::string& pair : Split(text, ',')) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos && last != nullptr) {
      *last += "," + pair;  // a comma of the value before
      continue;
    }
    if (equals == std::string::npos || equals == 0) {
      return "must be pairs name=value, separated by commas";
    }
    last = &(*out)[pair.substr(0, equals)];
    *last = pair.substr(equals + 1);
  }
  return {};
}

bool IsSecret(std::string_view property) {
  if (property.ends_with(kFileSuffix) || property.ends_with(".location")) return false;
  return property.find("password") != std::string_view::npos ||
         property.find("secret") != std::string_view::npos || property.ends_with(".pem");
}

// The layers as they are put on top of each other.
class Resolver {
 public:
  explicit Resolver(text::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void AddDefaults() {
    for (const Key& key : Keys()) {
      const std::string problem = AssignText(key, key.default_text, resolved_.config);
      RIPOSTE_CHECK(problem.empty(), "the default of " + std::string(key.name) + " " + problem);
      resolved_.settings.push_back({&key, std::string(key.default_text), Origin::kDefault, {}});
    }
  }

  void AddFile(const std::string& path);

  void AddEnvironment(const std::vector<std::pair<std::string, std::string>>& variables) {
    constexpr std::string_view kPrefix = "RIPOSTE_";
    std::vector<std::string> names;
    for (const Key& key : Keys()) names.push_back(EnvironmentName(key));
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    for (const auto& [name, value] : variables) {
      if (!name.starts_with(kPrefix) || name.find("__") == std::string::npos) continue;
      const std::vector<std::string>::const_iterator found =
          std::find(names.begin(), names.end(), name);
      // Only the name: a value may be a secret.
      const text::SourcePtr source = std::make_shared<text::Source>("environment", name);
      const text::Span span{0, static_cast<uint32_t>(name.size())};
      if (found == names.end()) {
        diagnostics_.Error(source, span, "config-unknown-key",
                           fmt::format("unknown variable '{}'", name),
                           text::DidYouMean(name, candidates));
        continue;
      }
      Set(Keys()[static_cast<size_t>(found - names.begin())], value, Origin::kEnvironment, name,
          source, span);
    }
  }

  void AddFlags(const std::vector<std::pair<std::string, std::string>>& flags) {
    for (const auto& [name, value] : flags) {
      const text::SourcePtr source = std::make_shared<text::Source>("command line", name);
      const text::Span span{0, static_cast<uint32_t>(name.size())};
      const Key* const key = FindKey(name);
      if (key == nullptr) {
        Unknown(name, source, span);
      } else if (key->name == "kafka.properties" && HoldsSecret(value)) {
        RefuseSecret(source, span, "the command line");
      } else {
        Set(*key, value, Origin::kFlag, {}, source, span);
      }
    }
  }

  Resolved Take() { return std::move(resolved_); }

 private:
  static bool HoldsSecret(std::string_view pairs) {
    for (const std::string& pair : Split(pairs, ',')) {
      if (IsSecret(pair.substr(0, pair.find('=')))) return true;
    }
    return false;
  }

  void RefuseSecret(const text::SourcePtr& source, text::Span span, std::string_view where) {
    diagnostics_.Error(source, span, "config-secret",
                       fmt::format("a secret may not stand in {}", where),
                       "put it into a file and name that by `<property>_file`");
  }

  void Unknown(std::string_view name, const text::SourcePtr& source, text::Span span) {
    std::vector<std::string_view> candidates;
    for (const Key& key : Keys()) candidates.push_back(key.name);
    diagnostics_.Error(source, span, "config-unknown-key", fmt::format("unknown key '{}'", name),
                       text::DidYouMean(name, candidates));
  }

  void Set(const Key& key, const std::string& text, Origin origin, std::string place,
           const text::SourcePtr& source, text::Span span) {
    const std::string problem = AssignText(key, text, resolved_.config);
    if (!problem.empty()) {
      diagnostics_.Error(source, span, "config-value", fmt::format("{} {}", key.name, problem),
                         fmt::format("for example {}", key.example));
      return;
    }
    resolved_.settings[static_cast<size_t>(&key - Keys().data())] = {&key, text, origin,
                                                                     std::move(place)};
  }

  void AddSection(const text::SourcePtr& source, const yaml::Entry& section);
  void AddValue(const text::SourcePtr& source, const Key& key, const yaml::Node& node,
                text::Span key_span);
  void AddMap(const text::SourcePtr& source, const Key& key, const yaml::Node& node,
              const std::string& place);
  void Mismatch(const text::SourcePtr& source, const Key& key, text::Span span) {
    diagnostics_.Error(source, span, "config-value",
                       fmt::format("{} must be a {}", key.name, TypeName(key)),
                       fmt::format("for example {}", key.example));
  }

  text::Diagnostics& diagnostics_;
  Resolved resolved_;
};

text::Span ToSpan(yaml::Span span) { return {span.begin, span.end}; }

void Resolver::AddFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const bool readable = in.is_open() && !in.bad();
  const text::SourcePtr source =
      std::make_shared<text::Source>(path, readable ? bytes : std::string());
  if (!readable) {
    diagnostics_.Error(source, {}, "config-unreadable", "the configuration file cannot be read");
    return;
  }
  const yaml::Stream stream = yaml::Parse(source->bytes());
  for (const yaml::Problem& problem : stream.problems) {
    diagnostics_.Error(source, ToSpan(problem.span), "config-yaml", problem.message);
  }
  if (stream.documents.size() > 1) {
    diagnostics_.Error(source, ToSpan(stream.documents[1].root.span), "config-yaml",
                       "a configuration is one document");
  }
  if (stream.documents.empty() || stream.documents[0].root.kind == yaml::Node::Kind::kNull) return;
  const yaml::Node& root = stream.documents[0].root;
  if (root.kind != yaml::Node::Kind::kMapping) {
    diagnostics_.Error(source, ToSpan(root.span), "config-yaml",
                       "a configuration is a mapping of sections");
    return;
  }
  for (const yaml::Entry& section : root.entries) AddSection(source, section);
}

void Resolver::AddSection(const text::SourcePtr& source, const yaml::Entry& section) {
  std::vector<std::string_view> sections;
  for (const Key& key : Keys()) {
    const std::string_view name = key.name.substr(0, key.name.find('.'));
    if (sections.empty() || sections.back() != name) sections.push_back(name);
  }
  const text::Span span = ToSpan(section.key_span);
  if (std::find(sections.begin(), sections.end(), section.key) == sections.end()) {
    diagnostics_.Error(source, span, "config-unknown-key",
                       fmt::format("unknown section '{}'", section.key),
                       text::DidYouMean(section.key, sections));
    return;
  }
  if (section.value.kind == yaml::Node::Kind::kNull) return;
  if (section.value.kind != yaml::Node::Kind::kMapping) {
    diagnostics_.Error(source, ToSpan(section.value.span), "config-value",
                       fmt::format("section '{}' must be a mapping of keys", section.key));
    return;
  }
  for (const yaml::Entry& entry : section.value.entries) {
    const std::string name = section.key + "." + entry.key;
    const Key* const key = FindKey(name);
    if (key == nullptr) {
      Unknown(name, source, ToSpan(entry.key_span));
    } else {
      AddValue(source, *key, entry.value, ToSpan(entry.key_span));
    }
  }
}

void Resolver::AddValue(const text::SourcePtr& source, const Key& key, const yaml::Node& node,
                        text::Span key_span) {
  const std::string place =
      fmt::format("{}:{}", source->path(), source->Locate(key_span.begin).line);
  const text::Span span = ToSpan(node.span);
  const Slot slot = key.slot(resolved_.config);
  if (std::holds_alternative<Map*>(slot)) {
    AddMap(source, key, node, place);
  } else if (std::vector<std::string>* const* list =
                 std::get_if<std::vector<std::string>*>(&slot)) {
    if (node.kind != yaml::Node::Kind::kSequence) return Mismatch(source, key, span);
    std::vector<std::string> items;
    for (const yaml::Node& item : node.items) {
      if (item.kind != yaml::Node::Kind::kScalar) return Mismatch(source, key, ToSpan(item.span));
      items.push_back(item.value);
    }
    resolved_.settings[static_cast<size_t>(&key - Keys().data())] = {&key, Join(items),
                                                                     Origin::kFile, place};
    **list = std::move(items);
  } else {
    // `key:` without a value is the empty text, not an accident of YAML's null.
    if (node.kind != yaml::Node::Kind::kScalar && node.kind != yaml::Node::Kind::kNull) {
      return Mismatch(source, key, span);
    }
    Set(key, node.value, Origin::kFile, place, source, span);
  }
}

void Resolver::AddMap(const text::SourcePtr& source, const Key& key, const yaml::Node& node,
                      const std::string& place) {
  if (node.kind != yaml::Node::Kind::kMapping) return Mismatch(source, key, ToSpan(node.span));
  Map map;
  std::vector<std::string> pairs;
  for (const yaml::Entry& entry : node.entries) {
    if (entry.value.kind != yaml::Node::Kind::kScalar &&
        entry.value.kind != yaml::Node::Kind::kNull) {
      return Mismatch(source, key, ToSpan(entry.value.span));
    }
    if (key.name == "kafka.properties" && IsSecret(entry.key)) {
      return RefuseSecret(source, ToSpan(entry.key_span), "the configuration file");
    }
    map[entry.key] = entry.value.value;
    pairs.push_back(entry.key + "=" + entry.value.value);
  }
  resolved_.settings[static_cast<size_t>(&key - Keys().data())] = {&key, Join(pairs), Origin::kFile,
                                                                   place};
  *std::get<Map*>(key.slot(resolved_.config)) = std::move(map);
}

}  // namespace

std::string AssignText(const Key& key, std::string_view text, Config& config) {
  return std::visit([&](const auto& slot) { return Assign(key, text, slot); }, key.slot(config));
}

std::string_view OriginName(Origin origin) {
  constexpr std::string_view kNames[] = {"default", "file", "environment", "flag"};
  return kNames[static_cast<size_t>(origin)];
}

std::optional<Resolved> Resolve(const Layers& layers, text::Diagnostics& diagnostics) {
  Resolver resolver(diagnostics);
  resolver.AddDefaults();
  if (layers.file) resolver.AddFile(*layers.file);
  resolver.AddEnvironment(layers.environment);
  resolver.AddFlags(layers.flags);
  if (diagnostics.has_errors()) return std::nullopt;
  return resolver.Take();
}

std::vector<std::pair<std::string, std::string>> ProcessEnvironment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string Redacted(const Setting& setting) {
  if (setting.key->name != "kafka.properties") return setting.text;
  std::vector<std::string> pairs = Split(setting.text, ',');
  for (std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (IsSecret(pair.substr(0, equals)))
      pair = pair.substr(0, equals + 1) + std::string(kRedacted);
  }
  return Join(pairs);
}

KafkaSettings SplitSecrets(const Config& config) {
  KafkaSettings settings;
  for (const auto& [name, value] : config.kafka.properties) {
    (IsSecret(name) ? settings.secrets : settings.properties)[name] = value;
  }
  return settings;
}

}  // namespace riposte::app
