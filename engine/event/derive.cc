#include "engine/event/derive.h"

#include <algorithm>

#include "engine/event/convert.h"

namespace riposte::event {
namespace {

// The innermost row that both stand in.
RowId CommonRow(const std::vector<Row>& rows, RowId a, RowId b) {
  while (a != b) {
    RowId& inner = a > b ? a : b;  // a parent stands before its child
    inner = rows[inner].parent;
  }
  return a;
}

}  // namespace

void Deriver::Derive(const CompiledPlan& plan, std::string_view bytes, RawEvent& raw, Event& out) {
  raw_ = &raw;
  EventBuilder builder(out);
  builder.Begin(plan.profile(), plan.catalogue_size(), bytes);
  builder.SetRows(raw.rows());
  builder.NoteAll(raw.oddities());
  const Route& route = router_.Find(plan, raw);
  for (const Route::Field& field : route.fields) {
    builder.BeginField(field.field->id);
    if (field.field->type == schema::FieldType::kObject) {
      DeriveObject(route, field, builder);
    } else if (field.field->same_as != schema::kNoField) {
      builder.AddAllOf(field.field->same_as);
    } else {
      DeriveField(route, field, builder);
    }
  }
  if (out.First(schema::Role::kEventTime) == nullptr) builder.Note(Oddity::kNoEventTime);
  if (out.First(schema::Role::kAssetId) == nullptr) builder.Note(Oddity::kNoAsset);
}

void Deriver::DeriveField(const Route& route, const Route::Field& field, EventBuilder& builder) {
  for (const Route::Choice& choice : route.ChoicesOf(field)) {
    DeriveAlternative(*field.field, *choice.alternative, builder);
    if (builder.count() > 0 && !field.field->union_of_all) return;
  }
}

void Deriver::DeriveObject(const Route& route, const Route::Field& field, EventBuilder& builder) {
  for (const Route::Choice& choice : route.ChoicesOf(field)) {
    if (choice.holds && (field.field->union_of_all || builder.count() == 0) &&
        HasValues(*choice.alternative)) {
      DeriveAlternative(*field.field, *choice.alternative, builder);
    } else {
      UnnameRows(*field.field, *choice.alternative, builder);
    }
  }
}

bool Deriver::HasValues(const CompiledAlternative& alternative) {
  return std::all_of(alternative.paths.begin(), alternative.paths.end(),
                     [this](PathId path) { return raw_->First(path) != nullptr; });
}

void Deriver::DeriveAlternative(const CompiledField& field, const CompiledAlternative& alternative,
                                EventBuilder& builder) {
  if (alternative.paths.size() == 1) {
    for (RawValue* value = raw_->First(alternative.paths.front()); value != nullptr;
         value = raw_->Next(*value))
      AddValue(field, alternative, *value, builder);
  } else if (alternative.constant.has_value()) {
    RawValue constant;
    constant.text = *alternative.constant;
    constant.folded = alternative.folded_constant;
    AddValue(field, alternative, constant, builder);
  } else if (!alternative.paths.empty()) {
    AddJoined(field, alternative, builder);
  }
}

// The first values of all paths, if all are there.
void Deriver::AddJoined(const CompiledField& field, const CompiledAlternative& alternative,
                        EventBuilder& builder) {
  joined_.clear();
  RawValue joined;
  for (size_t i = 0; i < alternative.paths.size(); ++i) {
    RawValue* value = raw_->First(alternative.paths[i]);
    while (value != nullptr && value->kind == RawValue::Kind::kObject) value = raw_->Next(*value);
    if (value == nullptr) return;
    if (i > 0) joined_ += alternative.separator;
    joined_ += value->text;
    joined.row = i == 0 ? value->row : CommonRow(raw_->rows(), joined.row, value->row);
  }
  joined.text = raw_->arena().Copy(joined_);
  AddValue(field, alternative, joined, builder);
}

void Deriver::AddValue(const CompiledField& field, const CompiledAlternative& alternative,
                       RawValue& raw, EventBuilder& builder) {
  std::string_view text = raw.text;
  RawValue::Kind kind = raw.kind;
  if (kind != RawValue::Kind::kObject && !alternative.steps.empty()) {
    if (!steps_.Run(alternative.steps, raw_->arena(), text)) return;
    kind = RawValue::Kind::kString;
  }
  Value& value = builder.Add();
  value.row = raw.row;
  value.text = text;
  const bool is_text =
      field.type == schema::FieldType::kText || field.type == schema::FieldType::kKeyword;
  if (is_text && kind != RawValue::Kind::kObject) {
    const bool as_read = text.data() == raw.text.data() && text.size() == raw.text.size();
    value.folded = as_read ? raw_->Folded(raw) : raw_->Fold(text);
    return;
  }
  Convert(field.type, field.time_format, kind, value);
  if (value.undecodable != Undecodable::kNone) builder.Note(Oddity::kUndecodable);
}

// The objects of an alternative that does not count are no sub-objects of the token.
void Deriver::UnnameRows(const CompiledField& field, const CompiledAlternative& alternative,
                         EventBuilder& builder) {
  const std::vector<Row>& rows = builder.event().rows();
  for (const PathId path : alternative.paths) {
    for (RawValue* value = raw_->First(path); value != nullptr; value = raw_->Next(*value)) {
      if (value->kind != RawValue::Kind::kObject) continue;
      RowId row = value->row;
      while (row != kRootRow && rows[row].object != field.id) row = rows[row].parent;
      if (row != kRootRow) builder.Unname(row);
    }
  }
}

}  // namespace riposte::event
