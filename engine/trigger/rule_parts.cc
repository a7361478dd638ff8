#include "engine/trigger/rule_parts.h"

#include <algorithm>
#include <variant>

#include "base/check.h"

namespace riposte::trigger {
namespace {

using rule::GroupBy;
using rule::Measure;
using schema::FieldId;

bool IsAssetId(const schema::Schema& schema, FieldId field) {
  return std::ranges::any_of(schema.profiles, [field](const schema::Profile& profile) {
    return profile.role(schema::Role::kAssetId) == field;
  });
}

std::vector<RuleParts::Field> FieldsOf(const std::vector<FieldId>& ids,
                                       const schema::Schema& schema) {
  std::vector<RuleParts::Field> fields;
  fields.reserve(ids.size());
  for (const FieldId id : ids)
    fields.push_back({.id = id, .type = schema.catalogue.token(id).type});
  return fields;
}

// Where no part has one of its own.
GroupBy CommonGroup(const rule::Trigger& trigger) {
  if (const auto* count = std::get_if<rule::Count>(&trigger)) return count->group_by;
  if (const auto* scheduled = std::get_if<rule::Scheduled>(&trigger)) return scheduled->group_by;
  return {};
}

std::vector<FieldId> CommonMeasured(const rule::Trigger& trigger) {
  const auto* count = std::get_if<rule::Count>(&trigger);
  return count == nullptr ? std::vector<FieldId>{} : count->fields;
}

bool IsUntil(const rule::Trigger& trigger, size_t part) {
  return std::holds_alternative<rule::Sequence>(trigger) && part == rule::StepsOf(trigger).size();
}

class Reader {
 public:
  Reader(const rule::Rule& rule, const schema::Schema& schema) : rule_(rule), schema_(schema) {}

  RuleParts Read() {
    for (const rule::Step* step : rule::PartsOf(rule_.trigger)) Add(step);
    if (const auto* count = std::get_if<rule::Count>(&rule_.trigger)) {
      read_.one_value = count->measure == Measure::kDistinct;
      read_.numeric = !read_.one_value && count->measure != Measure::kMatches;
    }
    return std::move(read_);
  }

 private:
  void Add(const rule::Step* step) {
    const size_t number = read_.parts.size();
    const GroupBy by = step == nullptr ? CommonGroup(rule_.trigger) : step->by;
    const std::vector<FieldId> measured =
        step == nullptr || step->distinct.empty() ? CommonMeasured(rule_.trigger) : step->distinct;
    RuleParts::Part part{.by = FieldsOf(by, schema_),
                         .measured = FieldsOf(measured, schema_),
                         .of_firings = {},
                         .until = IsUntil(rule_.trigger, number)};
    if (step != nullptr && step->firings_of) {
      const rule::FiringsOf& firings = *step->firings_of;
      part.of_firings = {.rule = firings.rule, .by = firings.by, .measured = firings.measured};
    }
    Note(number, by, step);
    read_.parts.push_back(std::move(part));
  }

  void Note(size_t number, const GroupBy& by, const rule::Step* step) {
    RIPOSTE_CHECK(number == 0 || by.size() == read_.key_values, "the parts' keys differ in length");
    read_.key_values = by.size();
    for (size_t i = 0; i < by.size(); ++i)
      if (IsAssetId(schema_, by[i])) read_.asset = std::min(read_.asset.value_or(i), i);
    if (IsUntil(rule_.trigger, number)) {
      read_.has_until = true;
      return;
    }
    read_.known |= StepBit(number);
    const bool of_count = std::holds_alternative<rule::Count>(rule_.trigger);
    if (!of_count && step != nullptr && !step->absent && !step->distinct.empty())
      read_.distinct |= StepBit(number);
  }

  const rule::Rule& rule_;
  const schema::Schema& schema_;
  RuleParts read_;
};

}  // namespace

RuleParts PartsOf(const rule::Rule& rule, const schema::Schema& schema) {
  return Reader(rule, schema).Read();
}

}  // namespace riposte::trigger
