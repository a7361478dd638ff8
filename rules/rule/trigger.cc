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

void Sort(std::vector<FieldId>& fields) {
  std::ranges::sort(fields);
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
}

bool IsAbsent(const Step& step) { return step.absent; }
bool TakesDeadlines(const Step* part) {
  return part != nullptr && part->firings_of && part->firings_of->by_deadline;
}

}  // namespace

std::string_view CriterionName(const Trigger& trigger) { return kNames[trigger.index()]; }

std::span<const Step> StepsOf(const Trigger& trigger) {
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger)) return sequence->steps;
  if (const Unordered* unordered = std::get_if<Unordered>(&trigger)) return unordered->steps;
  return {};
}

std::vector<const Step*> PartsOf(const Trigger& trigger) {
  std::vector<const Step*> parts;
  for (const Step& step : StepsOf(trigger)) parts.push_back(&step);
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger)) {
    if (sequence->until) parts.push_back(&*sequence->until);
  }
  if (const Count* count = std::get_if<Count>(&trigger))
    for (const Step& source : count->of) parts.push_back(&source);
  if (parts.empty()) parts.push_back(nullptr);
  return parts;
}

std::vector<FieldId> FieldsOfMatches(const Trigger& trigger) {
  std::vector<FieldId> fields;
  if (const Count* count = std::get_if<Count>(&trigger)) {
    Append(count->fields, fields);
    Append(count->group_by, fields);
  }
  if (const Scheduled* scheduled = std::get_if<Scheduled>(&trigger))
    Append(scheduled->group_by, fields);
  for (const Step* part : PartsOf(trigger)) {
    if (part == nullptr || part->firings_of) continue;
    Append(part->by, fields);
    Append(part->distinct, fields);
  }
  Sort(fields);
  return fields;
}

std::vector<FieldId> FieldsOf(const Trigger& trigger) {
  std::vector<FieldId> fields = FieldsOfMatches(trigger);
  for (const Step* part : PartsOf(trigger)) {
    if (part == nullptr) continue;
    Append(part->query.Fields(), fields);
    if (part->firings_of) Append(part->firings_of->reads, fields);
  }
  Sort(fields);
  return fields;
}

bool FiresByDeadline(const Trigger& trigger) {
  if (std::holds_alternative<Scheduled>(trigger)) return true;
  if (const Sequence* sequence = std::get_if<Sequence>(&trigger);
      sequence != nullptr && !sequence->steps.empty()) {
    // The last step completes it.
    const Step& last = sequence->steps.back();
    return last.absent || TakesDeadlines(&last);
  }
  return std::ranges::any_of(StepsOf(trigger), IsAbsent) ||
         std::ranges::any_of(PartsOf(trigger), TakesDeadlines);
}

query::Expression StepQuery(const query::Expression& of_rule, const Step& step) {
  if (of_rule.empty()) return step.query;
  query::Expression both;
  const query::NodeId filter = both.AddCopy(of_rule, text::Span{});
  const query::NodeId own = both.AddCopy(step.query);
  both.SetRoot(both.AddAnd({filter, own}, text::Span{}));
  return both;
}

query::Expression PartQuery(const query::Expression& of_rule, const Step* part) {
  return part == nullptr ? of_rule : StepQuery(of_rule, *part);
}

}  // namespace riposte::rule
