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

void Deriver::Derive(const CompiledPlan& plan, const Route& route, std::string_view bytes,
                     RawEvent& raw, Event& out) {
  raw_ = &raw;
  EventBuilder builder(out);
  builder.Begin(plan.profile(), plan.catalogue_size(), bytes);
  builder.SetRows(raw.rows());
  builder.NoteAll(raw.oddities());
  DeriveFields(route, route.fields, builder);
  if (out.First(schema::Role::kEventTime) == nullptr) builder.Note(Oddity::kNoEventTime);
  if (out.First(schema::Role::kAssetId) == nullptr) builder.Note(Oddity::kNoAsset);
}

void Deriver::Complete(const Route& route, RawEvent& raw, Event& out) {
  raw_ = &raw;
  EventBuilder builder(out);
  DeriveFields(route, route.later, builder);
  builder.AllRolesAreThere();
}

void Deriver::DeriveFields(const Route& route, std::span<const Route::Field> fields,
                           EventBuilder& builder) {
  for (const Route::Field& field : fields) {
    // Most fields of all rules' are absent in any one event.
    if (field.only != kNoPath && raw_->First(field.only) == nullptr) continue;
    builder.BeginField(field.id);
    if (field.type == schema::FieldType::kObject) {
      DeriveObject(route, field, builder);
    } else if (field.same_as != schema::kNoField) {
      builder.AddAllOf(field.same_as);
    } else {
      DeriveField(route, field, builder);
    }
    builder.EndField();
  }
}

void Deriver::DeriveField(const Route& route, const Route::Field& field, EventBuilder& builder) {
  for (const Route::Choice& choice : route.ChoicesOf(field)) {
    DeriveChoice(field, choice, builder);
    if (builder.count() > 0 && !field.union_of_all) return;
  }
}

void Deriver::DeriveObject(const Route& route, const Route::Field& field, EventBuilder& builder) {
  for (const Route::Choice& choice : route.ChoicesOf(field)) {
    if (choice.holds && (field.union_of_all || builder.count() == 0) &&
        HasValues(*choice.alternative)) {
      DeriveChoice(field, choice, builder);
    } else {
      UnnameRows(field.id, *choice.alternative, builder);
    }
  }
}

bool Deriver::HasValues(const CompiledAlternative& alternative) {
  return std::all_of(alternative.paths.begin(), alternative.paths.end(),
                     [this](PathId path) { return raw_->First(path) != nullptr; });
}

inline void Deriver::DeriveChoice(const Route::Field& field, const Route::Choice& choice,
                                  EventBuilder& builder) {
  if (choice.path != kNoPath) {
    for (RawValue* value = raw_->First(choice.path); value != nullptr; value = raw_->Next(*value))
      AddValue(field, choice, *value, builder);
  } else if (choice.alternative->constant.has_value()) {
    AddConstant(field, choice, builder);
  } else if (!choice.alternative->paths.empty()) {
    AddJoined(field, choice, builder);
  }
}

void Deriver::AddConstant(const Route::Field& field, const Route::Choice& choice,
                          EventBuilder& builder) {
  RawValue constant;
  constant.text = *choice.alternative->constant;
  constant.folded = choice.alternative->folded_constant;
  AddValue(field, choice, constant, builder);
}

// The first values of all paths, if all are there.
void Deriver::AddJoined(const Route::Field& field, const Route::Choice& choice,
                        EventBuilder& builder) {
  const auto first_scalar = [this](PathId path) {
    RawValue* value = raw_->First(path);
    while (value != nullptr && value->kind == RawValue::Kind::kObject) value = raw_->Next(*value);
    return value;
  };
  const CompiledAlternative& alternative = *choice.alternative;
  size_t size = (alternative.paths.size() - 1) * alternative.separator.size();
  for (const PathId path : alternative.paths) {
    RawValue* const value = first_scalar(path);
    if (value == nullptr) return;
    size += raw_->TextOf(*value).size();
  }
  char* const begin = raw_->arena().Allocate(size);
  char* end = begin;
  const auto append = [&end](std::string_view part) {
    end = std::copy_n(part.data(), part.size(), end);
  };
  RawValue joined;
  for (size_t i = 0; i < alternative.paths.size(); ++i) {
    RawValue& value = *first_scalar(alternative.paths[i]);
    if (i > 0) append(alternative.separator);
    append(raw_->TextOf(value));
    joined.row = i == 0 ? value.row : CommonRow(raw_->rows(), joined.row, value.row);
  }
  joined.text = {begin, size};
  AddValue(field, choice, joined, builder);
}

inline void Deriver::AddValue(const Route::Field& field, const Route::Choice& choice, RawValue& raw,
                              EventBuilder& builder) {
  const std::string_view read = raw_->TextOf(raw);
  std::string_view text = read;
  RawValue::Kind kind = raw.kind;
  if (choice.has_steps && kind != RawValue::Kind::kObject) {
    if (!steps_.Run(choice.alternative->steps, raw_->arena(), text)) return;
    kind = RawValue::Kind::kString;
  }
  Value& value = builder.Add();
  value.row = raw.row;
  value.text = text;
  if (field.is_text && kind != RawValue::Kind::kObject) {
    const bool as_read = text.data() == read.data() && text.size() == read.size();
    value.folded = as_read ? raw_->Folded(raw) : raw_->Fold(text);
    return;
  }
  Convert(field.type, field.field->time_format, kind, value);
  if (value.undecodable == Undecodable::kNone) return;
  if (field.field->lenient) {
    builder.RemoveLast();
  } else {
    builder.Note(Oddity::kUndecodable);
  }
}

// The objects of an alternative that does not count are no sub-objects of the token.
void Deriver::UnnameRows(schema::FieldId object, const CompiledAlternative& alternative,
                         EventBuilder& builder) {
  const std::vector<Row>& rows = builder.event().rows();
  for (const PathId path : alternative.paths) {
    for (RawValue* value = raw_->First(path); value != nullptr; value = raw_->Next(*value)) {
      if (value->kind != RawValue::Kind::kObject) continue;
      RowId row = value->row;
      while (row != kRootRow && rows[row].object != object) row = rows[row].parent;
      if (row != kRootRow) builder.Unname(row);
    }
  }
}

}  // namespace riposte::event
