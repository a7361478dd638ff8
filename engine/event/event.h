// One event, decoded to the fields that a rule set asks for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/number.h"
#include "base/time.h"
#include "rules/schema/profile.h"

namespace riposte::event {

// Why a value that is there cannot be used as its field's type. Bounded: a metric label.
enum class Undecodable : uint8_t {
  kNone,
  kNotANumber,
  kNumberRange,
  kNotAnIp,
  kNotADate,
  kNotABool,
  kObjectValue,
  kCount
};
std::string_view UndecodableName(Undecodable reason);

// Index of a sub-object that some object token names; 0 is the event itself.
using RowId = uint32_t;
inline constexpr RowId kRootRow = 0;

// One value of a field. Which member holds it follows from the field's type in the catalogue. An
// object token has one value for each sub-object; a scalar that stands where the object should is a
// value too (it is not null), without a row of its own.
struct Value {
  Undecodable undecodable = Undecodable::kNone;
  RowId row = kRootRow;  // the innermost row that it stands in
  bool boolean = false;
  std::string_view
      text;  // text, keyword: unescaped, valid UTF-8; a JSON number or boolean as written
  std::string_view folded;  // unicode::Fold(text)
  Number number;
  IpAddress ip;
  Time date{};
};

// A sub-object: which object token's, and in which row it stands itself.
struct Row {
  schema::FieldId object = schema::kNoField;
  RowId parent = kRootRow;
};

// Peculiarities that do not stop an event from being matched (design: odd events are matched, not
// thrown away). Each is counted.
enum class Oddity : uint8_t {
  kInvalidUtf8,
  kLoneSurrogate,
  kNumberRange,
  kDuplicateKey,
  kByteOrderMark,
  kUndecodable,
  kNoEventTime,
  kNoAsset,
  kCount
};
std::string_view OddityName(Oddity oddity);

// Views of the decoder's arena, of the record's bytes and of the plan (constants and mapped texts):
// valid until the next Decode() of the same decoder, or the end of the batch, whichever comes
// first, and no longer than the plan. What a trigger keeps, it copies.
class Event {
 public:
  const schema::Profile& profile() const { return *profile_; }
  // The original bytes of the record.
  std::string_view bytes() const { return bytes_; }
  // The values of a field in document order (of a union: alternative by alternative); empty if it
  // is absent, null, [] or was not asked for.
  std::span<const Value> values(schema::FieldId id) const {
    const Slot& slot = slots_[schema::Index(id)];
    return {values_.data() + slot.begin, slot.count};
  }
  // The fields that have values, each once.
  std::span<const schema::FieldId> present() const { return present_; }
  const std::vector<Row>& rows() const { return rows_; }
  bool Within(RowId row, RowId ancestor) const {
    while (row > ancestor) row = rows_[row].parent;  // a parent stands before its child
    return row == ancestor;
  }
  bool Has(Oddity oddity) const { return (oddities_ >> static_cast<unsigned>(oddity)) & 1u; }
  uint32_t oddities() const { return oddities_; }

  // The first usable value of a role's token, or null. An event that was decoded for rules only has
  // its time and its asset's id; the others must not be asked for before Complete().
  const Value* First(schema::Role role) const;
  std::string_view TextOf(schema::Role role) const;  // empty if absent
  schema::EventType type() const;

 private:
  friend class EventBuilder;  // engine/event only
  struct Slot {
    uint32_t begin = 0, count = 0;
  };
  const schema::Profile* profile_ = nullptr;
  bool has_all_roles_ = true;
  std::string_view bytes_;
  std::vector<Slot> slots_;  // by FieldId
  std::vector<schema::FieldId> present_;
  std::vector<Value> values_;  // the values of a slot are next to each other
  std::vector<Row> rows_{Row{}};
  uint32_t oddities_ = 0;
};

}  // namespace riposte::event
