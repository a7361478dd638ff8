#include "rules/rule/sigma_documents.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "rules/query/print.h"
#include "rules/rule/hashes.h"
#include "rules/sigma/global.h"

namespace riposte::rule {
namespace {

constexpr std::string_view kPlaceholdersKey = "placeholders:";

std::string_view TextAt(const text::SourcePtr& source, text::Span span) {
  return source->bytes().substr(span.begin, span.end - span.begin);
}

}  // namespace

void SigmaDocuments::ReadPlaceholders(const text::SourcePtr& source,
                                      text::Diagnostics& diagnostics) {
  // Few files have any: the others are not read twice.
  if (source->bytes().find(kPlaceholdersKey) == std::string_view::npos) return;
  text::NodeReader reader(source, diagnostics);
  for (const yaml::Document& document : yaml::Parse(source->bytes()).documents) {
    if (sigma::KindOf(document.root) == sigma::DocumentKind::kPlaceholders)
      placeholders_.Read(document.root, reader);
  }
}

bool SigmaDocuments::Read(const yaml::Document& document, text::NodeReader& reader,
                          std::vector<Rule>& rules) {
  return ReadDocument(document.root, {.span = document.span, .shared = {}}, reader, rules);
}

size_t SigmaDocuments::ReadShared(const yaml::Stream& stream, text::NodeReader& reader,
                                  std::vector<Rule>& rules) {
  const std::vector<sigma::SharedDocument> documents = sigma::ApplyActions(stream, reader);
  for (const sigma::SharedDocument& document : documents) {
    const Place place{.span = document.span,
                      .with_shared_id = document.with_shared_id,
                      .shared = document.shared};
    if (ReadDocument(document.root, place, reader, rules)) continue;
    reader.Error(document.span, "missing-key", "the document has no 'detection' and no 'logsource'",
                 "in a file with 'action' each document is a Sigma rule");
  }
  return documents.size();
}

bool SigmaDocuments::ReadDocument(const yaml::Node& root, const Place& place,
                                  text::NodeReader& reader, std::vector<Rule>& rules) {
  const size_t errors_before = reader.diagnostics().error_count();
  bool vanished = false;
  switch (sigma::KindOf(root)) {
    case sigma::DocumentKind::kRule: {
      std::optional<sigma::RuleText> text = sigma::ReadRule(root, fields_, placeholders_, reader);
      vanished = !text && reader.diagnostics().error_count() == errors_before;
      if (text) AddRule(std::move(*text), place, reader.source(), rules);
      break;
    }
    case sigma::DocumentKind::kFilter: {
      std::optional<sigma::Filter> filter = sigma::ReadFilter(root, fields_, placeholders_, reader);
      vanished = !filter && reader.diagnostics().error_count() == errors_before;
      if (filter) filters_.push_back(std::move(*filter));
      break;
    }
    case sigma::DocumentKind::kCorrelation:
      sigma::RefuseCorrelation(root, reader);
      break;
    case sigma::DocumentKind::kPlaceholders:
      break;
    case sigma::DocumentKind::kGlobal:
    case sigma::DocumentKind::kNone:
      return false;
  }
  RIPOSTE_CHECK(!vanished, "a document that gives nothing has an error");
  return true;
}

void SigmaDocuments::AddRule(sigma::RuleText text, const Place& place,
                             const text::SourcePtr& source, std::vector<Rule>& rules) {
  known_.push_back({.rule = rules.size(),
                    .name = std::move(text.name),
                    .log_source = std::move(text.log_source)});
  Rule& rule = rules.emplace_back();
  // Of several documents with one id the first has it, and the others have one made of it.
  rule.id = place.with_shared_id < 2
                ? text.id
                : Uuid::V5(text.id, fmt::format("document {}", place.with_shared_id));
  rule.language = Language::kSigma;
  rule.name = std::move(text.title);
  rule.description = std::move(text.description);
  rule.author = std::move(text.author);
  rule.status = std::move(text.status);
  rule.severity = static_cast<Severity>(text.level);
  rule.tags = std::move(text.tags);
  rule.references = std::move(text.references);
  rule.false_positives = std::move(text.false_positives);
  rule.query = std::move(text.expression);
  rule.query_text = TextAt(source, text.detection_span);
  rule.source = source;
  rule.span = text::ToSpan(place.span);
  rule.query_span = text.detection_span;
  rule.query_in_file = std::make_shared<const text::Fragment>(source);
  rule.id_span = text.id_span;
  rule.version = HashOf({TextAt(source, rule.span), place.shared});
}

schema::SchemaPtr SigmaDocuments::Finish(std::vector<Rule>& rules, text::Diagnostics& diagnostics) {
  for (const Known& known : known_) {
    Rule& rule = rules[known.rule];
    ApplyFilters(rule, known);
    rule.canonical_query = query::Print(rule.query, fields_.catalogue());
    rule.arming_hash = ArmingHash(rule);
  }
  ReportUnusedTargets(rules, diagnostics);
  return fields_.Finish();
}

void SigmaDocuments::ApplyFilters(Rule& rule, const Known& known) const {
  for (const sigma::Filter& filter : filters_) {
    if (!filter.IsFor(rule.id, known.name, known.log_source)) continue;
    const query::NodeId own = rule.query.root();
    const query::NodeId added = rule.query.AddCopy(filter.expression, rule.query_span);
    rule.query.SetRoot(rule.query.AddAnd({own, added}, rule.query_span));
    rule.version = HashOf({rule.version, TextAt(filter.source, filter.document)});
  }
}

// A filter that is for no rule protects from nothing.
void SigmaDocuments::ReportUnusedTargets(const std::vector<Rule>& rules,
                                         text::Diagnostics& diagnostics) const {
  for (const sigma::Filter& filter : filters_) {
    for (const sigma::FilterTarget& target : filter.targets) {
      const sigma::Filter one{.targets = {target}, .log_source = filter.log_source};
      const bool used = std::ranges::any_of(known_, [&](const Known& known) {
        return one.IsFor(rules[known.rule].id, known.name, known.log_source);
      });
      if (used) continue;
      diagnostics.Warning(
          filter.source, target.span, "filter-without-rule",
          fmt::format("no rule with the id or name '{}' has this log source", target.text),
          "the filter does nothing for it");
    }
  }
}

}  // namespace riposte::rule
