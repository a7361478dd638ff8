#include "rules/rule/trigger.h"

#include <algorithm>
#include <array>

namespace riposte::rule {
namespace {

using schema::FieldId;

constexpr std::array<std::string_view, std::variant_size_v<Trigger>> kNames = {
    "single_match", "count", "scheduled", "sequence", "unordered"};  // as Trigger

void Append(const std::vector<FieldId>& more, std::vector<FieldId>& fields) {
  fields.insert(fields.end(), more.begin(), more.end());
}

void AppendStep(const Step& step, std::vector<FieldId>& fields) {
  Append(step.query.Fields(), fields);
  Append(step.by, fields);
  Append(step.distinct, fields);
}

bool IsAbsent(const Step& step) { return step.absent; }

}  // namespace

std::string_view CriterionName(const Trigger& trigger) { return kNames[trigger.index()]; }

std::span<const Step> StepsOf(const Trigger& trigger) {
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger)) return sequence->steps;
  if (const Unordered* unordered = std::get_if<Unordered>(&trigger)) return unordered->steps;
  return {};
}

std::vector<FieldId> FieldsOf(const Trigger& trigger) {
  std::vector<FieldId> fields;
  if (const Count* count = std::get_if<Count>(&trigger)) {
    Append(count->fields, fields);
    Append(count->group_by, fields);
  }
  if (const Scheduled* scheduled = std::get_if<Scheduled>(&trigger))
    Append(scheduled->group_by, fields);
  for (const Step& step : StepsOf(trigger)) AppendStep(step, fields);
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger)) {
    if (sequence->until) AppendStep(*sequence->until, fields);
  }
  std::ranges::sort(fields);
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

bool FiresByDeadline(const Trigger& trigger) {
  if (std::holds_alternative<Scheduled>(trigger)) return true;
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger))
    return !sequence->steps.empty() && sequence->steps.back().absent;
  return std::ranges::any_of(StepsOf(trigger), IsAbsent);
}

query::Expression StepQuery(const query::Expression& of_rule, const Step& step) {
  if (of_rule.empty()) return step.query;
  query::Expression both;
  const query::NodeId filter = both.AddCopy(of_rule, text::Span{});
  const query::NodeId own = both.AddCopy(step.query);
  both.SetRoot(both.AddAnd({filter, own}, text::Span{}));
  return both;
}

}  // namespace riposte::rule
