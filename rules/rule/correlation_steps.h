// The rules that a Sigma correlation refers to as steps: each with its query or its firings, and
// with the fields that this correlation groups and measures by.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "rules/rule/correlation_names.h"
#include "rules/rule/correlation_trigger.h"

namespace riposte::rule {

// Borrows all that it is given. What has an error is told, and comes back without that part.
class CorrelationSteps {
 public:
  CorrelationSteps(const SigmaCorrelation& correlation, const std::vector<ReferredRule>& referred,
                   const text::SourcePtr& source, CorrelationContext& context);

  // First: finds the fields of each rule. Errors: alias-without-field, not-in-group,
  // duplicate-field, too-many-fields, correlation-condition; warnings: unknown-field, unused-alias.
  void ResolveFields();
  // Whether all that it was asked for is there.
  bool complete() const { return complete_; }

  // What is measured: the same fields of all rules (correlation-condition).
  std::vector<schema::FieldId> MeasuredFields();
  // A match of the rule, by its place in text.rules.
  Step StepOf(size_t reference);
  // A match of one of several: detection rules with the same fields of groups
  // (correlation-condition).
  Step StepOfAny(const std::vector<size_t>& references);

 private:
  // The fields of one rule, in the order of the correlation's; of firings their places in that
  // rule's group.
  struct Fields {
    GroupBy by{};
    std::vector<schema::FieldId> measured{};
    std::vector<size_t> by_places{}, measured_places{};
  };

  Fields FieldsOfReference(size_t reference);
  std::optional<schema::FieldId> FieldOf(const sigma::Written& name, sigma::Reading reading,
                                         const sigma::LogSource& log_source);
  std::optional<size_t> PlaceIn(const sigma::Correlation& inner, const sigma::Written& name);
  void AddFiringFields(size_t reference, Fields& fields);
  void CheckTwice(const GroupBy& by, const sigma::Written& name, schema::FieldId field);
  void WarnOfMisspelt(const sigma::Written& name, const sigma::LogSource& log_source);
  FiringsOf FiringsOfReference(size_t reference) const;
  // False, and the error, if no more may be copied.
  bool MayCopy(const query::Expression& query, size_t reference);
  void Error(text::Span span, std::string_view code, std::string message, std::string hint);

  const sigma::Correlation& text_;
  const std::vector<ReferredRule>& referred_;
  const text::SourcePtr& source_;
  CorrelationContext& context_;
  CorrelationNames names_;
  std::vector<Fields> fields_;          // by reference
  std::set<uint32_t> misspelt_told_{};  // where they stand
  bool complete_ = true;
};

}  // namespace riposte::rule
