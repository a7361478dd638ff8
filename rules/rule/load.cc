#include "rules/rule/load.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "rules/rule/document.h"
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

RuleSetPtr Load(const std::vector<NamedSource>& sources, size_t max_rules,
                const schema::SchemaPtr& schema, text::Diagnostics& diagnostics) {
  auto set = std::make_shared<RuleSet>();
  SigmaDocuments sigma(schema);
  for (const NamedSource& file : sources) sigma.ReadPlaceholders(file.source, diagnostics);
  for (const NamedSource& file : sources) {
    ReadFileRules(file.source, *schema, diagnostics, sigma, set->rules);
    if (set->rules.size() <= max_rules) continue;
    diagnostics.Error(file.source, set->rules[max_rules].id_span, "too-many-rules",
                      fmt::format("more than {} rules in one set", max_rules));
    break;
  }
  set->schema = sigma.Finish(set->rules, diagnostics);
  CheckUniqueIds(set->rules, diagnostics);
  if (diagnostics.has_errors()) return nullptr;
  std::stable_sort(set->rules.begin(), set->rules.end(), [](const Rule& a, const Rule& b) {
    return a.source->path() < b.source->path();
  });
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
  RuleSetPtr set = Load(sources, options.max_rules, schema, own);
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
  RuleSetPtr set = Load(named, LoadOptions{}.max_rules, schema, own);
  own.Sort();
  diagnostics.Append(own);
  return set;
}

}  // namespace riposte::rule
