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
  bool read = true;
  switch (sigma::KindOf(root)) {
    case sigma::DocumentKind::kRule:
      read = ReadRuleDocument(root, place, reader, rules);
      break;
    case sigma::DocumentKind::kFilter:
      read = ReadFilterDocument(root, reader);
      break;
    case sigma::DocumentKind::kCorrelation:
      read = ReadCorrelationDocument(root, place, reader, rules);
      break;
    case sigma::DocumentKind::kPlaceholders:
      break;
    case sigma::DocumentKind::kGlobal:
    case sigma::DocumentKind::kNone:
      return false;
  }
  RIPOSTE_CHECK(read || reader.diagnostics().error_count() > errors_before,
                "a document that gives nothing has an error");
  return true;
}

bool SigmaDocuments::ReadRuleDocument(const yaml::Node& root, const Place& place,
                                      text::NodeReader& reader, std::vector<Rule>& rules) {
  std::optional<sigma::RuleText> text = sigma::ReadRule(root, fields_, placeholders_, reader);
  if (!text) {
    references_.AddBroken(root);
    return false;
  }
  known_.push_back(
      {.rule = rules.size(), .name = text->about.name, .log_source = std::move(text->log_source)});
  const text::Span detection = text->detection_span;
  Rule& rule = AddRule(std::move(text->about), place, reader.source(), rules);
  rule.query = std::move(text->expression);
  rule.query_text = TextAt(rule.source, detection);
  rule.query_span = detection;
  rule.query_in_file = std::make_shared<const text::Fragment>(rule.source);
  return true;
}

bool SigmaDocuments::ReadFilterDocument(const yaml::Node& root, text::NodeReader& reader) {
  std::optional<sigma::Filter> filter = sigma::ReadFilter(root, fields_, placeholders_, reader);
  if (filter) filters_.push_back(std::move(*filter));
  return filter.has_value();
}

bool SigmaDocuments::ReadCorrelationDocument(const yaml::Node& root, const Place& place,
                                             text::NodeReader& reader, std::vector<Rule>& rules) {
  std::optional<sigma::Correlation> correlation = sigma::ReadCorrelation(root, reader);
  if (!correlation) {
    references_.AddBroken(root);
    return false;
  }
  const text::Span section = correlation->section_span;
  const size_t number = rules.size();
  Rule& rule = AddRule(correlation->about, place, reader.source(), rules);
  rule.query_text = TextAt(rule.source, section);
  rule.query_span = section;
  correlations_.Add(std::move(*correlation), number);
  return true;
}

Rule& SigmaDocuments::AddRule(sigma::Metadata metadata, const Place& place,
                              const text::SourcePtr& source, std::vector<Rule>& rules) {
  Rule& rule = rules.emplace_back();
  // Of several documents with one id the first has it, and the others have one made of it.
  rule.id = place.with_shared_id < 2
                ? metadata.id
                : Uuid::V5(metadata.id, fmt::format("document {}", place.with_shared_id));
  references_.Add(rule.id, std::move(metadata.name), rules.size() - 1);
  rule.language = Language::kSigma;
  rule.name = std::move(metadata.title);
  rule.description = std::move(metadata.description);
  rule.author = std::move(metadata.author);
  rule.status = std::move(metadata.status);
  rule.severity = static_cast<Severity>(metadata.level);
  rule.tags = std::move(metadata.tags);
  rule.references = std::move(metadata.references);
  rule.false_positives = std::move(metadata.false_positives);
  rule.source = source;
  rule.span = text::ToSpan(place.span);
  rule.id_span = metadata.id_span;
  rule.version = HashOf({TextAt(source, rule.span), place.shared});
  return rule;
}

schema::SchemaPtr SigmaDocuments::Finish(std::vector<Rule>& rules, text::Diagnostics& diagnostics) {
  std::vector<DetectionRule> detections;
  for (const Known& known : known_) {
    Rule& rule = rules[known.rule];
    ApplyFilters(rule, known);
    rule.canonical_query = query::Print(rule.query, fields_.catalogue());
    rule.arming_hash = ArmingHash(rule);
    detections.push_back({.rule = known.rule, .log_source = known.log_source});
  }
  ReportUnusedTargets(rules, diagnostics);
  correlations_.Finish(detections, references_, fields_, rules, diagnostics);
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
