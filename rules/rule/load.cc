#include "rules/rule/load.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "rules/rule/document.h"
#include "rules/rule/response_selection.h"
#include "rules/rule/responses_file.h"
#include "rules/rule/rule_files.h"
#include "rules/rule/sigma_documents.h"
#include "rules/sigma/global.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {
namespace {

// A file's bytes under the name that counts for the hash of the set.
struct NamedSource {
  std::string name;
  text::SourcePtr source;
};

void ReadFileRules(const text::SourcePtr& source, const schema::Schema& schema,
                   text::Diagnostics& diagnostics, SigmaDocuments& sigma,
                   std::vector<Rule>& rules) {
  const size_t errors_before = diagnostics.error_count();
  const yaml::Stream stream = yaml::Parse(source->bytes());
  text::AddProblems(stream, source, diagnostics);
  text::NodeReader reader(source, diagnostics);
  size_t documents = 0;
  const bool shares = sigma::HasActions(stream);
  if (shares) documents = sigma.ReadShared(stream, reader, rules);
  for (const yaml::Document& document : stream.documents) {
    if (shares) break;
    // `---` with nothing behind it: templates leave such.
    if (document.root.kind == yaml::Node::Kind::kNull && document.root.value.empty()) continue;
    ++documents;
    if (RefuseResponses(document.root, reader)) continue;
    if (sigma.Read(document, reader, rules)) continue;
    if (std::optional<Rule> rule = ReadRule(document, schema, reader))
      rules.push_back(std::move(*rule));
  }
  if (documents == 0 && diagnostics.error_count() == errors_before)
    diagnostics.Error(source, {}, "no-rules", "the file holds no rule",
                      "remove it, or let its name end otherwise");
}

std::string PlaceOf(const Rule& rule) {
  const text::LineColumn place = rule.source->Locate(rule.id_span.begin);
  return fmt::format("{}:{}:{}", rule.source->path(), place.line, place.column);
}

void CheckUniqueIds(const std::vector<Rule>& rules, text::Diagnostics& diagnostics) {
  std::map<Uuid, const Rule*> by_id;
  for (const Rule& rule : rules) {
    const auto [first, is_new] = by_id.emplace(rule.id, &rule);
    if (is_new) continue;
    diagnostics.Error(
        rule.source, rule.id_span, "duplicate-id",
        fmt::format("the id of '{}' is taken by '{}'", rule.name, first->second->name),
        fmt::format("first used at {}", PlaceOf(*first->second)));
    diagnostics.Add({.severity = text::Severity::kNote,
                     .code = "duplicate-id",
                     .source = first->second->source,
                     .span = first->second->id_span,
                     .message = fmt::format("the id of '{}' is used again", first->second->name),
                     .hint = fmt::format("again at {}", PlaceOf(rule))});
  }
}

std::string HashOf(const std::vector<NamedSource>& sources, const schema::Schema& schema) {
  std::vector<std::string> lines;
  lines.reserve(sources.size() + schema.profiles.size());
  for (const NamedSource& file : sources)
    lines.push_back(fmt::format("rules {}:{} {}\n", file.name.size(), file.name,
                                Sha256Hex(file.source->bytes())));
  for (const schema::Profile& profile : schema.profiles)
    lines.push_back(
        fmt::format("profile {}:{} {}\n", profile.name.size(), profile.name, profile.sha256));
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return Sha256Hex(text);
}

// By path; the order of those of a file stays.
template <typename T, typename PathOf>
void SortByPath(std::vector<T>& items, const PathOf& path_of) {
  std::ranges::stable_sort(items, std::less<>(), path_of);
}

std::vector<ResponsePtr> ReadAllResponses(const std::vector<NamedSource>& sources,
                                          const schema::Schema& schema,
                                          text::Diagnostics& diagnostics) {
  std::vector<ResponsePtr> responses;
  for (const NamedSource& file : sources) {
    if (!IsResponsesFile(file.source->path())) continue;
    std::ranges::copy(ReadResponses(file.source, schema, diagnostics),
                      std::back_inserter(responses));
  }
  SortByPath(responses, [](const ResponsePtr& response) -> const std::string& {
    return response->source->path();
  });
  return responses;
}

RuleSetPtr Load(const std::vector<NamedSource>& sources, const LoadOptions& options,
                const schema::SchemaPtr& schema, text::Diagnostics& diagnostics) {
  auto set = std::make_shared<RuleSet>();
  SigmaDocuments sigma(schema);
  for (const NamedSource& file : sources) sigma.ReadPlaceholders(file.source, diagnostics);
  for (const NamedSource& file : sources) {
    set->sources.push_back(file.source);
    if (IsResponsesFile(file.source->path())) continue;
    ReadFileRules(file.source, *schema, diagnostics, sigma, set->rules);
    if (set->rules.size() <= options.max_rules) continue;
    diagnostics.Error(file.source, set->rules[options.max_rules].id_span, "too-many-rules",
                      fmt::format("more than {} rules in one set", options.max_rules));
    break;
  }
  set->schema = sigma.Finish(set->rules, diagnostics);
  CheckUniqueIds(set->rules, diagnostics);
  SortByPath(set->rules,
             [](const Rule& rule) -> const std::string& { return rule.source->path(); });
  const bool all_rules_read = !diagnostics.has_errors();
  set->responses = AttachResponses(ReadAllResponses(sources, *schema, diagnostics), all_rules_read,
                                   set->rules, diagnostics);
  if (diagnostics.has_errors()) return nullptr;
  set->sha256 = HashOf(sources, *schema);
  return set;
}

}  // namespace

RuleSetPtr LoadRules(const LoadOptions& options, const schema::SchemaPtr& schema,
                     text::Diagnostics& diagnostics) {
  text::Diagnostics own;
  std::vector<NamedSource> sources;
  for (const RuleFile& file : FindRuleFiles(options.paths, own)) {
    if (text::SourcePtr source = ReadRuleFile(file, options.max_file_bytes, own))
      sources.push_back({.name = file.name, .source = std::move(source)});
  }
  RuleSetPtr set = Load(sources, options, schema, own);
  own.Sort();
  diagnostics.Append(own);
  return set;
}

RuleSetPtr LoadRulesFrom(const std::vector<text::SourcePtr>& sources,
                         const schema::SchemaPtr& schema, text::Diagnostics& diagnostics) {
  text::Diagnostics own;
  std::vector<NamedSource> named;
  named.reserve(sources.size());
  for (const text::SourcePtr& source : sources)
    named.push_back({.name = source->path(), .source = source});
  RuleSetPtr set = Load(named, {.paths = {}}, schema, own);
  own.Sort();
  diagnostics.Append(own);
  return set;
}

}  // namespace riposte::rule
