#include "rules/schema/read_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace riposte::schema {
namespace {

// What a token, a case or a part of a union may say about the place of its value: exactly one of
// these.
constexpr std::array<std::string_view, 4> kAlternativeKinds = {"path", "paths", "join", "constant"};
constexpr std::array<std::string_view, 6> kTokenKinds = {"path", "paths",    "union",
                                                         "join", "constant", "cases"};
constexpr std::array<std::string_view, 6> kCaseKeys = {"when", "path",     "paths",
                                                       "join", "constant", "steps"};

struct NamedTimeFormat {
  std::string_view name;
  TimeFormat format;
};
constexpr std::array<NamedTimeFormat, 5> kTimeFormats = {{
    {"text", TimeFormat::kText},
    {"epoch_s", TimeFormat::kEpochSeconds},
    {"epoch_ms", TimeFormat::kEpochMs},
    {"epoch_us", TimeFormat::kEpochUs},
    {"filetime", TimeFormat::kFiletime},
}};

struct NamedStep {
  std::string_view name;
  Step::Kind kind;
  bool takes_text;
};
constexpr std::array<NamedStep, 7> kSteps = {{
    {"basename", Step::Kind::kBasename, false},
    {"trim_braces", Step::Kind::kTrimBraces, false},
    {"hex", Step::Kind::kHex, false},
    {"split", Step::Kind::kSplit, true},
    {"prefix", Step::Kind::kPrefix, true},
    {"before", Step::Kind::kBefore, true},
    {"drop", Step::Kind::kDrop, true},
}};
constexpr std::array<std::string_view, 8> kStepNames = {"basename", "trim_braces", "hex",  "split",
                                                        "prefix",   "before",      "drop", "map"};

// A scalar, or the scalars of a list.
std::vector<const yaml::Node*> Scalars(text::NodeReader& reader, const yaml::Node& node,
                                       std::string_view what) {
  std::vector<const yaml::Node*> scalars;
  if (node.kind == yaml::Node::Kind::kScalar) return {&node};
  if (!reader.List(node, what)) return scalars;
  for (const yaml::Node& item : node.items) {
    if (reader.Text(item, fmt::format("an entry of {}", what))) scalars.push_back(&item);
  }
  return scalars;
}

// The source of one token, with the names that its messages need.
class SourceReader {
 public:
  SourceReader(text::NodeReader& reader, std::string_view name, yaml::Span name_span,
               FieldType type)
      : reader_(reader), name_(name), name_span_(name_span), type_(type) {}

  FieldSource Read(const yaml::Node& token);

 private:
  // The one key of `kinds` that `node` has, reported if there are none or several.
  const yaml::Entry* OneKind(const yaml::Node& node, std::span<const std::string_view> kinds,
                             std::string_view what, yaml::Span span);
  std::vector<Alternative> ReadAlternatives(const yaml::Entry& kind);
  std::vector<Alternative> ReadCase(const yaml::Node& node, std::string_view what);
  std::vector<Alternative> ReadCases(const yaml::Node& node);
  std::vector<Alternative> ReadUnion(const yaml::Node& node);
  std::optional<Alternative> ReadJoin(const yaml::Node& node);
  std::vector<Step> ReadSteps(const yaml::Node& node);
  std::optional<Step> ReadStep(const yaml::Node& node);
  std::optional<Step> ReadStepText(const NamedStep& step, const yaml::Node& node);
  std::optional<Step> ReadMap(const yaml::Node& node);
  TimeFormat ReadTime(const yaml::Node& node);
  std::optional<Path> ReadPath(const yaml::Node& node);

  text::NodeReader& reader_;
  std::string_view name_;
  yaml::Span name_span_;
  FieldType type_;
};

FieldSource SourceReader::Read(const yaml::Node& token) {
  FieldSource source;
  const std::string what = fmt::format("token '{}'", name_);
  if (const yaml::Entry* kind = OneKind(token, kTokenKinds, what, name_span_)) {
    source.union_of_all = kind->key == "union";
    source.alternatives = source.union_of_all    ? ReadUnion(kind->value)
                          : kind->key == "cases" ? ReadCases(kind->value)
                                                 : ReadAlternatives(*kind);
  }
  if (const yaml::Node* steps = token.Find("steps")) {
    const std::vector<Step> shared = ReadSteps(*steps);
    for (Alternative& alternative : source.alternatives) {
      alternative.steps.insert(alternative.steps.end(), shared.begin(), shared.end());
    }
  }
  if (const yaml::Node* time = token.Find("time")) source.time_format = ReadTime(*time);
  return source;
}

const yaml::Entry* SourceReader::OneKind(const yaml::Node& node,
                                         std::span<const std::string_view> kinds,
                                         std::string_view what, yaml::Span span) {
  const yaml::Entry* found = nullptr;
  for (const yaml::Entry& entry : node.entries) {
    if (std::find(kinds.begin(), kinds.end(), entry.key) == kinds.end()) continue;
    if (found != nullptr) {
      reader_.Error(
          entry.key_span, "two-sources",
          fmt::format("{} has '{}' besides '{}'", what, entry.key, found->key),
          "a value comes from one of them; several places are a list under 'paths' or 'cases'");
      return nullptr;
    }
    found = &entry;
  }
  if (found == nullptr) {
    reader_.Error(span, "no-source", fmt::format("{} does not say where its value stands", what),
                  fmt::format("add one of {}", fmt::join(kinds, ", ")));
  }
  return found;
}

std::vector<Alternative> SourceReader::ReadAlternatives(const yaml::Entry& kind) {
  std::vector<Alternative> alternatives;
  if (kind.key == "constant") {
    if (const std::optional<std::string> text = reader_.Text(kind.value, "'constant'")) {
      alternatives.push_back({.constant = *text});
    }
  } else if (kind.key == "join") {
    if (std::optional<Alternative> joined = ReadJoin(kind.value)) {
      alternatives.push_back(std::move(*joined));
    }
  } else {
    const std::string what = fmt::format("'{}' of token '{}'", kind.key, name_);
    if (kind.key == "path" && !reader_.Text(kind.value, what)) return alternatives;
    for (const yaml::Node* node : Scalars(reader_, kind.value, what)) {
      if (std::optional<Path> path = ReadPath(*node)) {
        alternatives.push_back({.paths = {std::move(*path)}});
      }
    }
  }
  return alternatives;
}

std::vector<Alternative> SourceReader::ReadCase(const yaml::Node& node, std::string_view what) {
  if (!reader_.Mapping(node, what, kCaseKeys)) return {};
  const yaml::Entry* kind = OneKind(node, kAlternativeKinds, what, node.span);
  if (kind == nullptr) return {};
  std::vector<Alternative> alternatives = ReadAlternatives(*kind);
  std::vector<Condition> when;
  if (const yaml::Node* conditions = node.Find("when"))
    when = ReadConditions(reader_, *conditions, fmt::format("token '{}'", name_));
  std::vector<Step> steps;
  if (const yaml::Node* list = node.Find("steps")) steps = ReadSteps(*list);
  for (Alternative& alternative : alternatives) {
    alternative.when = when;
    alternative.steps = steps;
  }
  return alternatives;
}

std::vector<Alternative> SourceReader::ReadCases(const yaml::Node& node) {
  if (!reader_.List(node, fmt::format("'cases' of token '{}'", name_))) return {};
  std::vector<Alternative> all;
  for (const yaml::Node& item : node.items) {
    std::vector<Alternative> some = ReadCase(item, fmt::format("a case of token '{}'", name_));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Alternative> SourceReader::ReadUnion(const yaml::Node& node) {
  if (!reader_.List(node, fmt::format("'union' of token '{}'", name_))) return {};
  std::vector<Alternative> all;
  for (const yaml::Node& item : node.items) {
    if (item.kind == yaml::Node::Kind::kScalar) {
      if (std::optional<Path> path = ReadPath(item)) all.push_back({.paths = {std::move(*path)}});
      continue;
    }
    std::vector<Alternative> some =
        ReadCase(item, fmt::format("a part of the union of token '{}'", name_));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

std::optional<Alternative> SourceReader::ReadJoin(const yaml::Node& node) {
  static constexpr std::array<std::string_view, 2> kKeys = {"paths", "separator"};
  const std::string what = fmt::format("'join' of token '{}'", name_);
  if (!reader_.Mapping(node, what, kKeys)) return std::nullopt;
  Alternative joined;
  const yaml::Node* paths = reader_.Required(node, "paths", what, node.span);
  if (paths == nullptr) return std::nullopt;
  for (const yaml::Node* scalar : Scalars(reader_, *paths, fmt::format("'paths' of {}", what))) {
    if (std::optional<Path> path = ReadPath(*scalar)) joined.paths.push_back(std::move(*path));
  }
  if (joined.paths.size() == 1) {
    reader_.Error(paths->span, "join-of-one", fmt::format("{} has a single path", what),
                  "use 'path'");
  }
  if (const yaml::Node* separator = node.Find("separator")) {
    joined.separator =
        reader_.Text(*separator, fmt::format("'separator' of {}", what)).value_or("");
  }
  if (joined.paths.empty()) return std::nullopt;
  return joined;
}

std::vector<Step> SourceReader::ReadSteps(const yaml::Node& node) {
  std::vector<Step> steps;
  if (!reader_.List(node, fmt::format("'steps' in token '{}'", name_))) return steps;
  for (const yaml::Node& item : node.items) {
    if (std::optional<Step> step = ReadStep(item)) steps.push_back(std::move(*step));
  }
  return steps;
}

std::optional<Step> SourceReader::ReadStep(const yaml::Node& node) {
  const bool bare = node.kind == yaml::Node::Kind::kScalar;
  if (!bare && (node.kind != yaml::Node::Kind::kMapping || node.entries.empty())) {
    reader_.WrongType(node, fmt::format("a step of token '{}'", name_),
                      fmt::format("one of {}", fmt::join(kStepNames, ", ")));
    return std::nullopt;
  }
  if (!bare && node.Find("map") != nullptr) return ReadMap(node);
  const std::string& name = bare ? node.value : node.entries.front().key;
  const yaml::Span span = bare ? node.span : node.entries.front().key_span;
  if (std::find(kStepNames.begin(), kStepNames.end(), name) == kStepNames.end()) {
    reader_.Error(span, "unknown-step", fmt::format("unknown step '{}'", name),
                  text::Suggestion(name, kStepNames));
    return std::nullopt;
  }
  const NamedStep* found = std::find_if(
      kSteps.begin(), kSteps.end(), [&name](const NamedStep& known) { return known.name == name; });
  const bool takes_value = found == kSteps.end() || found->takes_text;  // a map, or a text
  if (takes_value == bare || (!bare && node.entries.size() != 1)) {
    reader_.Error(span, "bad-step", fmt::format("step '{}' is not written like that", name),
                  takes_value ? fmt::format("write '{{{}: ...}}'", name)
                              : fmt::format("write '{}' alone, as an entry of the list", name));
    return std::nullopt;
  }
  if (bare) return Step{.kind = found->kind};
  return ReadStepText(*found, node.entries.front().value);
}

std::optional<Step> SourceReader::ReadStepText(const NamedStep& step, const yaml::Node& node) {
  const std::optional<std::string> key = reader_.Text(node, fmt::format("step '{}'", step.name));
  if (!key) return std::nullopt;
  if (key->empty()) {
    reader_.Error(node.span, "empty-value", fmt::format("step '{}' has an empty text", step.name));
    return std::nullopt;
  }
  return Step{.kind = step.kind, .key = *key};
}

std::optional<Step> SourceReader::ReadMap(const yaml::Node& node) {
  static constexpr std::array<std::string_view, 2> kKeys = {"map", "default"};
  if (!reader_.Mapping(node, "step 'map'", kKeys)) return std::nullopt;
  Step step{.kind = Step::Kind::kMap};
  const yaml::Node& map = *node.Find("map");
  if (map.kind != yaml::Node::Kind::kMapping || map.entries.empty()) {
    reader_.Error(map.span, "bad-step", "'map' is no mapping",
                  "write '{map: {value in the event: value of the token}}'");
    return std::nullopt;
  }
  for (const yaml::Entry& entry : map.entries) {
    const std::optional<std::string> to =
        reader_.Text(entry.value, fmt::format("what '{}' becomes", entry.key));
    if (to) step.map.emplace_back(entry.key, *to);
  }
  if (const yaml::Node* other = node.Find("default")) {
    step.map_default = reader_.Text(*other, "'default' of a map");
  }
  return step;
}

TimeFormat SourceReader::ReadTime(const yaml::Node& node) {
  if (type_ != FieldType::kDate) {
    reader_.Error(node.span, "time-of-no-date",
                  fmt::format("token '{}' is no date, so it has no 'time'", name_),
                  "remove it, or write 'type: date'");
    return TimeFormat::kText;
  }
  std::vector<std::string_view> names;
  names.reserve(kTimeFormats.size());
  for (const NamedTimeFormat& known : kTimeFormats) names.push_back(known.name);
  const std::optional<size_t> chosen = reader_.Choice(node, "'time'", names);
  return chosen ? kTimeFormats[*chosen].format : TimeFormat::kText;
}

std::optional<Path> SourceReader::ReadPath(const yaml::Node& node) {
  std::optional<Path> path = ParsePath(node.value);
  if (!path) {
    reader_.Error(node.span, "bad-path", fmt::format("'{}' is no path", node.value),
                  "keys are separated by single dots; a dot inside a key is '\\.'");
  }
  return path;
}

}  // namespace

std::optional<Path> ParsePath(std::string_view text) {
  Path path;
  std::string key;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (i + 1 == text.size() || (text[i + 1] != '.' && text[i + 1] != '\\')) return std::nullopt;
      key += text[++i];
    } else if (text[i] == '.') {
      if (key.empty()) return std::nullopt;
      path.keys.push_back(std::exchange(key, {}));
    } else {
      key += text[i];
    }
  }
  if (key.empty()) return std::nullopt;
  path.keys.push_back(std::move(key));
  return path;
}

std::vector<Condition> ReadConditions(text::NodeReader& reader, const yaml::Node& node,
                                      std::string_view what) {
  std::vector<Condition> conditions;
  if (node.kind != yaml::Node::Kind::kMapping || node.entries.empty()) {
    reader.Error(node.span, "wrong-type", fmt::format("'when' in {} is no mapping", what),
                 "write the path and the value that it has to have, 'EventID: 1'");
    return conditions;
  }
  for (const yaml::Entry& entry : node.entries) {
    std::optional<Path> path = ParsePath(entry.key);
    if (!path) {
      reader.Error(entry.key_span, "bad-path", fmt::format("'{}' is no path", entry.key),
                   "keys are separated by single dots; a dot inside a key is '\\.'");
      continue;
    }
    Condition condition{.path = std::move(*path)};
    for (const yaml::Node* value : Scalars(reader, entry.value, fmt::format("'{}'", entry.key))) {
      condition.any_of.push_back(value->value);
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::optional<FieldSource> ReadSource(text::NodeReader& reader, const yaml::Node& token,
                                      std::string_view name, yaml::Span name_span, FieldType type) {
  const size_t errors_before = reader.diagnostics().error_count();
  FieldSource source = SourceReader(reader, name, name_span, type).Read(token);
  if (reader.diagnostics().error_count() > errors_before) return std::nullopt;
  return source;
}

}  // namespace riposte::schema
