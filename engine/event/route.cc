#include "engine/event/route.h"

#include <algorithm>

#include <xxhash.h>

namespace riposte::event {
namespace {

constexpr size_t kTable = 2 * Router::kMost;

bool Holds(const std::vector<uint64_t>& truth, const CompiledAlternative& alternative) {
  return std::ranges::all_of(alternative.when, [&](uint32_t condition) {
    return (truth[condition / 64] >> condition % 64 & 1) != 0;
  });
}

// Whether the guard may hold: what the conditions do not decide, may.
bool MayHold(const CompiledPlan& plan, const CompiledGuard& guard,
             const std::vector<uint64_t>& truth) {
  const CompiledField* const field = plan.FindField(guard.field);
  return field != nullptr && std::ranges::any_of(field->alternatives, [&](const auto& alternative) {
           if (!Holds(truth, alternative)) return false;
           const bool is_known = alternative.constant.has_value() && alternative.steps.empty();
           return !is_known || alternative.folded_constant == guard.text;
         });
}

}  // namespace

const Route& Router::Find(const CompiledPlan& plan, RawEvent& raw) {
  if (plan.number() != plan_number_) Forget();
  plan_number_ = plan.number();
  Judge(plan, raw);
  // One event is often like the one before.
  if (last_ < routes_.size() && routes_[last_].truth == truth_) return routes_[last_];
  if (routes_.size() == kMost) Forget();
  size_t slot = XXH3_64bits(truth_.data(), truth_.size() * sizeof(uint64_t)) % kTable;
  while (table_[slot] != 0 && routes_[table_[slot] - 1].truth != truth_) slot = (slot + 1) % kTable;
  if (table_[slot] == 0) {
    Add(plan);
    table_[slot] = static_cast<uint16_t>(routes_.size());
  }
  last_ = table_[slot] - 1;
  return routes_[last_];
}

// Sets truth_.
void Router::Judge(const CompiledPlan& plan, RawEvent& raw) {
  const size_t words = plan.condition_words();
  truth_.assign(words, 0);
  for (const ConditionedPath& asked : plan.conditioned_paths()) {
    for (RawValue* value = raw.First(asked.path); value != nullptr; value = raw.Next(*value)) {
      if (value->kind == RawValue::Kind::kObject) continue;
      const uint32_t text = asked.texts.Find(raw.Folded(*value));
      if (text == TextTable::kNone) continue;
      for (size_t i = 0; i < words; ++i) truth_[i] |= asked.holding[text * words + i];
    }
  }
}

void Router::Forget() {
  routes_.clear();
  table_.assign(kTable, 0);
}

void Router::Add(const CompiledPlan& plan) {
  Route& route = routes_.emplace_back();
  route.truth = truth_;
  std::vector<bool> may_hold;
  for (const CompiledGuard& guard : plan.guards()) may_hold.push_back(MayHold(plan, guard, truth_));
  const auto is_needed = [&](const CompiledField& field) {
    return field.always ||
           std::ranges::any_of(field.guards, [&](uint32_t guard) { return may_hold[guard]; });
  };
  // Of fields with the same values the first one is read.
  std::vector<schema::FieldId> read_as(plan.catalogue_size(), schema::kNoField);
  for (const CompiledField& field : plan.fields())
    if (is_needed(field)) AddField(field, read_as, route, route.fields);
  const auto reads_every_value = [&](const Route::Choice& choice) {
    return choice.path != kNoPath && choice.path == plan.every_value();
  };
  const size_t choices_at_first = route.choices.size();
  route.reads_every_value = std::ranges::any_of(route.choices, reads_every_value);
  for (const CompiledField& field : plan.fields())
    if (field.once_matched && !is_needed(field)) AddField(field, read_as, route, route.later);
  route.later_reads_every_value =
      std::ranges::any_of(std::span(route.choices).subspan(choices_at_first), reads_every_value);
}

void Router::AddField(const CompiledField& field, std::vector<schema::FieldId>& read_as,
                      Route& route, std::vector<Route::Field>& fields) {
  const auto first = static_cast<uint32_t>(route.choices.size());
  for (const CompiledAlternative& alternative : field.alternatives) {
    const bool holds = Holds(route.truth, alternative);
    if (!holds && field.type != schema::FieldType::kObject) continue;
    const PathId path = alternative.paths.size() == 1 ? alternative.paths.front() : kNoPath;
    route.choices.push_back({.alternative = &alternative,
                             .path = path,
                             .has_steps = !alternative.steps.empty(),
                             .holds = holds});
  }
  const auto count = static_cast<uint32_t>(route.choices.size() - first);
  if (count == 0) return;
  schema::FieldId& same =
      read_as[schema::Index(field.same_as == schema::kNoField ? field.id : field.same_as)];
  const bool simple =
      count == 1 && field.type != schema::FieldType::kObject && same == schema::kNoField;
  fields.push_back({.field = &field,
                    .first = first,
                    .count = count,
                    .only = simple ? route.choices.back().path : kNoPath,
                    .id = field.id,
                    .same_as = same,
                    .type = field.type,
                    .is_text = field.type == schema::FieldType::kText ||
                               field.type == schema::FieldType::kKeyword,
                    .union_of_all = field.union_of_all});
  if (same == schema::kNoField) same = field.id;
}

}  // namespace riposte::event
