#include "rules/rule/correlation_steps.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/query/print.h"
#include "rules/rule/hashes.h"

namespace riposte::rule {
namespace {

using schema::FieldId;
using sigma::Written;

constexpr std::string_view kCondition = "correlation-condition";

// By what a firing of the rule is grouped: all of its parts have as many fields, and those of the
// first stand for all.
const GroupBy& GroupOf(const Rule& rule) { return PartsOf(rule.trigger).front()->by; }

bool IsNumeric(sigma::CorrelationType type) {
  return type == sigma::CorrelationType::kValueSum ||
         type == sigma::CorrelationType::kValueAverage ||
         type == sigma::CorrelationType::kValuePercentile;
}

}  // namespace

CorrelationSteps::CorrelationSteps(const SigmaCorrelation& correlation,
                                   const std::vector<ReferredRule>& referred,
                                   const text::SourcePtr& source, CorrelationContext& context)
    : text_(correlation.text),
      referred_(referred),
      source_(source),
      context_(context),
      names_(correlation, context.references, source, context.diagnostics) {}

void CorrelationSteps::Error(text::Span span, std::string_view code, std::string message,
                             std::string hint) {
  context_.diagnostics.Error(source_, span, code, std::move(message), std::move(hint));
  complete_ = false;
}

void CorrelationSteps::ResolveFields() {
  for (size_t i = 0; i < referred_.size(); ++i) {
    fields_.push_back(FieldsOfReference(i));
    if (referred_[i].rule == nullptr) complete_ = false;
  }
  names_.ReportUnused();
}

CorrelationSteps::Fields CorrelationSteps::FieldsOfReference(size_t reference) {
  const ReferredRule& referred = referred_[reference];
  const sigma::Reading reading =
      IsNumeric(text_.type) ? sigma::Reading::kNumber : sigma::Reading::kText;
  Fields fields;
  for (const Written& written : text_.group_by) {
    const Written* name = names_.FieldOf(written, reference);
    if (name == nullptr) {
      complete_ = false;
    } else if (referred.log_source != nullptr) {
      const std::optional<FieldId> field =
          FieldOf(*name, sigma::Reading::kText, *referred.log_source);
      if (!field) continue;
      CheckTwice(fields.by, *name, *field);
      fields.by.push_back(*field);
    } else if (referred.correlation != nullptr) {
      if (const std::optional<size_t> place = PlaceIn(referred.correlation->text, *name))
        fields.by_places.push_back(*place);
    }
  }
  for (const Written& written : text_.measured.fields) {
    const Written* name = names_.FieldOf(written, reference);
    if (name == nullptr) {
      complete_ = false;
    } else if (referred.log_source != nullptr) {
      if (const std::optional<FieldId> field = FieldOf(*name, reading, *referred.log_source))
        fields.measured.push_back(*field);
    } else if (referred.correlation != nullptr && IsNumeric(text_.type)) {
      Error(name->span, kCondition,
            fmt::format("'{}' is a correlation, whose firings tell texts and no numbers",
                        text_.rules[reference].text),
            "measure the events of its rules");
    } else if (referred.correlation != nullptr) {
      if (const std::optional<size_t> place = PlaceIn(referred.correlation->text, *name))
        fields.measured_places.push_back(*place);
    }
  }
  AddFiringFields(reference, fields);
  return fields;
}

std::optional<FieldId> CorrelationSteps::FieldOf(const Written& name, sigma::Reading reading,
                                                 const sigma::LogSource& log_source) {
  WarnOfMisspelt(name, log_source);
  const FieldId field = context_.fields.Field(name.text, reading);
  if (field != schema::kNoField) return field;
  Error(name.span, "too-many-fields", "the rules use more fields than the engine can count",
        "split the set of rules");
  return std::nullopt;
}

// A firing tells of the events that made it what its own rule groups them by.
std::optional<size_t> CorrelationSteps::PlaceIn(const sigma::Correlation& inner,
                                                const Written& name) {
  const auto found = std::ranges::find(inner.group_by, name.text, &Written::text);
  if (found != inner.group_by.end()) return static_cast<size_t>(found - inner.group_by.begin());
  std::vector<std::string_view> known;
  known.reserve(inner.group_by.size());
  for (const Written& field : inner.group_by) known.push_back(field.text);
  Error(name.span, "not-in-group",
        fmt::format("'{}' does not group by '{}', so that its firings do not tell it",
                    inner.about.title, name.text),
        known.empty() ? "it groups by nothing" : text::Suggestion(name.text, known));
  return std::nullopt;
}

// The fields that stand for those places.
void CorrelationSteps::AddFiringFields(size_t reference, Fields& fields) {
  const ReferredRule& referred = referred_[reference];
  if (referred.correlation == nullptr || referred.rule == nullptr) return;
  const GroupBy& group = GroupOf(*referred.rule);
  for (const size_t place : fields.by_places) fields.by.push_back(group[place]);
  for (const size_t place : fields.measured_places) fields.measured.push_back(group[place]);
}

void CorrelationSteps::CheckTwice(const GroupBy& by, const Written& name, FieldId field) {
  if (std::ranges::find(by, field) == by.end()) return;
  Error(name.span, "duplicate-field",
        fmt::format("the events are grouped by '{}' already", name.text),
        "leave out the alias or the field");
}

void CorrelationSteps::WarnOfMisspelt(const Written& name, const sigma::LogSource& log_source) {
  const std::string_view meant = context_.fields.MeantBy(name.text, log_source);
  if (meant.empty() || !misspelt_told_.insert(name.span.begin).second) return;
  context_.diagnostics.Warning(
      source_, name.span, "unknown-field",
      fmt::format("no event format that provides the log source names a field '{}'", name.text),
      fmt::format("did you mean '{}'?", meant));
}

std::vector<FieldId> CorrelationSteps::MeasuredFields() {
  const std::vector<FieldId>* first = nullptr;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (referred_[i].log_source == nullptr) continue;
    if (first == nullptr) {
      first = &fields_[i].measured;
    } else if (complete_ && fields_[i].measured != *first) {
      Error(text_.measured.fields.front().span, kCondition,
            "the rules have different fields for what is measured, and one is read",
            "measure a field that all events have");
      break;
    }
  }
  if (first != nullptr) return *first;
  return fields_.empty() ? std::vector<FieldId>{} : fields_.front().measured;
}

Step CorrelationSteps::StepOf(size_t reference) {
  const Written& written = text_.rules[reference];
  Step step{.name = written.text,
            .by = fields_[reference].by,
            .span = written.span,
            .query_span = written.span};
  const ReferredRule& referred = referred_[reference];
  if (referred.rule == nullptr) return step;
  if (referred.correlation != nullptr) {
    step.firings_of = FiringsOfReference(reference);
    step.canonical_query = HashOf({referred.rule->canonical_trigger});
    return step;
  }
  if (!MayCopy(referred.rule->query, reference)) return step;
  step.query = referred.rule->query;
  step.query_text = referred.rule->query_text;
  step.canonical_query = referred.rule->canonical_query;
  step.query_in_file = referred.rule->query_in_file;
  return step;
}

Step CorrelationSteps::StepOfAny(const std::vector<size_t>& references) {
  std::vector<std::string_view> names, texts;
  std::vector<query::NodeId> nodes;
  Step step{.by = fields_[references.front()].by,
            .span = text_.condition_span,
            .query_span = text_.condition_span};
  for (const size_t reference : references) {
    names.push_back(text_.rules[reference].text);
    const ReferredRule& referred = referred_[reference];
    if (referred.correlation != nullptr) {
      Error(text_.condition_span, kCondition,
            fmt::format("'{}' is a correlation, and 'or' joins rules with a detection only",
                        text_.rules[reference].text),
            "write a correlation for each");
    } else if (complete_ && fields_[reference].by != step.by) {
      Error(text_.condition_span, kCondition,
            fmt::format("'or' joins '{}' and '{}', which are grouped by different fields",
                        names.front(), names.back()),
            "write a correlation for each");
    }
    if (!complete_ || !MayCopy(referred.rule->query, reference)) continue;
    texts.push_back(referred.rule->query_text);
    nodes.push_back(step.query.AddCopy(referred.rule->query, text::Span{}));
  }
  step.name = fmt::format("{}", fmt::join(names, " or "));
  if (!complete_) return step;
  step.query.SetRoot(step.query.AddOr(std::move(nodes), text::Span{}));
  step.query_text = fmt::format("{}", fmt::join(texts, "\n"));
  step.canonical_query = query::Print(step.query, context_.fields.catalogue());
  return step;
}

FiringsOf CorrelationSteps::FiringsOfReference(size_t reference) const {
  const Rule& inner = *referred_[reference].rule;
  return {.rule = inner.id,
          .by = fields_[reference].by_places,
          .measured = fields_[reference].measured_places,
          .by_deadline = FiresByDeadline(inner.trigger),
          .reads = FieldsOf(inner)};
}

bool CorrelationSteps::MayCopy(const query::Expression& query, size_t reference) {
  const size_t nodes = query.nodes().size();
  if (nodes <= context_.nodes_left) {
    context_.nodes_left -= nodes;
    return true;
  }
  Error(text_.rules[reference].span, "rule-too-large",
        "the correlations of the set refer to more conditions than can be kept",
        "shorten the rules, or refer to them from fewer correlations");
  return false;
}

}  // namespace riposte::rule
