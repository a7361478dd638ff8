#include "engine/event/derive.h"

#include <algorithm>

#include "base/unicode.h"
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
  plan_ = &plan;
  raw_ = &raw;
  answers_.assign(plan.conditions().size(), Answer::kUnasked);
  EventBuilder builder(out);
  builder.Begin(plan.profile(), plan.catalogue_size(), bytes);
  builder.SetRows(raw.rows());
  builder.NoteAll(raw.oddities());
  for (const CompiledField& field : plan.fields()) {
    builder.BeginField(field.id);
    DeriveField(field, builder);
  }
  if (out.First(schema::Role::kEventTime) == nullptr) builder.Note(Oddity::kNoEventTime);
  if (out.First(schema::Role::kAssetId) == nullptr) builder.Note(Oddity::kNoAsset);
}

void Deriver::DeriveField(const CompiledField& field, EventBuilder& builder) {
  for (const CompiledAlternative& alternative : field.alternatives) {
    const bool counts = (field.union_of_all || builder.count() == 0) && HasValues(alternative) &&
                        AllHold(alternative);
    if (counts) {
      DeriveAlternative(field, alternative, builder);
    } else if (field.type == schema::FieldType::kObject) {
      UnnameRows(field, alternative, builder);
    }
  }
}

// Most alternatives of an event have none; no condition needs to be asked then.
bool Deriver::HasValues(const CompiledAlternative& alternative) {
  return std::all_of(alternative.paths.begin(), alternative.paths.end(),
                     [this](PathId path) { return raw_->First(path) != nullptr; });
}

bool Deriver::AllHold(const CompiledAlternative& alternative) {
  return std::all_of(alternative.when.begin(), alternative.when.end(),
                     [this](uint32_t condition) { return Holds(condition); });
}

bool Deriver::Holds(uint32_t index) {
  Answer& answer = answers_[index];
  if (answer != Answer::kUnasked) return answer == Answer::kYes;
  const CompiledCondition& condition = plan_->conditions()[index];
  answer = Answer::kNo;
  for (RawValue* value = raw_->First(condition.path); value != nullptr;
       value = raw_->Next(*value)) {
    if (value->kind == RawValue::Kind::kObject) continue;
    if (std::binary_search(condition.any_of.begin(), condition.any_of.end(), FoldOnce(*value)))
      answer = Answer::kYes;
  }
  return answer == Answer::kYes;
}

void Deriver::DeriveAlternative(const CompiledField& field, const CompiledAlternative& alternative,
                                EventBuilder& builder) {
  if (alternative.constant.has_value()) {
    RawValue constant;
    constant.text = *alternative.constant;
    constant.folded = alternative.folded_constant;
    AddValue(field, alternative, constant, builder);
  } else if (alternative.paths.size() > 1) {
    AddJoined(field, alternative, builder);
  } else if (!alternative.paths.empty()) {
    for (RawValue* value = raw_->First(alternative.paths.front()); value != nullptr;
         value = raw_->Next(*value))
      AddValue(field, alternative, *value, builder);
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
  Value value;
  value.row = raw.row;
  value.text = raw.text;
  RawValue::Kind kind = raw.kind;
  if (kind != RawValue::Kind::kObject && !alternative.steps.empty()) {
    if (!steps_.Run(alternative.steps, raw_->arena(), value.text)) return;
    kind = RawValue::Kind::kString;
  }
  Convert(field.type, field.time_format, kind, value);
  const bool is_text =
      field.type == schema::FieldType::kText || field.type == schema::FieldType::kKeyword;
  if (is_text && value.undecodable == Undecodable::kNone) {
    const bool as_read =
        value.text.data() == raw.text.data() && value.text.size() == raw.text.size();
    value.folded = as_read ? FoldOnce(raw) : Fold(value.text);
  }
  if (value.undecodable != Undecodable::kNone) builder.Note(Oddity::kUndecodable);
  builder.Add(value);
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

std::string_view Deriver::Fold(std::string_view text) {
  folded_.clear();
  unicode::FoldAppend(text, folded_);
  return folded_ == text ? text : raw_->arena().Copy(folded_);
}

// Conditions and fields that read the same value share its folded text.
std::string_view Deriver::FoldOnce(RawValue& raw) {
  if (raw.folded.empty()) raw.folded = Fold(raw.text);
  return raw.folded;
}

}  // namespace riposte::event
