// Writes an Event: only engine/event does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/event/event.h"

namespace riposte::event {

// Begin(), then field by field BeginField(), its values, EndField(). The event keeps
// its memory from one to the next.
class EventBuilder {
 public:
  explicit EventBuilder(Event& event) : event_(event) {}

  void Begin(const schema::Profile& profile, size_t catalogue_size, std::string_view bytes) {
    event_.profile_ = &profile;
    event_.bytes_ = bytes;
    if (event_.slots_.size() != catalogue_size) {
      event_.slots_.assign(catalogue_size, Event::Slot{});
    } else {
      // Of hundreds of slots a few are in use.
      for (const schema::FieldId id : event_.present_) event_.slots_[schema::Index(id)] = {};
    }
    event_.has_all_roles_ = false;
    event_.values_.clear();
    event_.present_.clear();
    event_.oddities_ = 0;
  }
  void SetRows(const std::vector<Row>& rows) {
    // The first row is the same in all events, and mostly the only one.
    if (rows.size() > 1 || event_.rows_.size() > 1) event_.rows_ = rows;
  }
  // The object token no longer names the row.
  void Unname(RowId row) { event_.rows_[row].object = schema::kNoField; }

  void BeginField(schema::FieldId id) {
    slot_ = schema::Index(id);
    event_.slots_[slot_].begin = static_cast<uint32_t>(event_.values_.size());
  }
  void AllRolesAreThere() { event_.has_all_roles_ = true; }
  void EndField() {
    if (count() > 0) event_.present_.push_back(schema::FieldId{static_cast<uint16_t>(slot_)});
  }
  // One more value of the field, to be filled in before the next one.
  Value& Add() {
    ++event_.slots_[slot_].count;
    // A copy of an empty one: what constructs one in place sets the address byte by byte.
    return event_.values_.emplace_back(kNoValue);
  }
  // Takes the value that was added last back.
  void RemoveLast() {
    --event_.slots_[slot_].count;
    event_.values_.pop_back();
  }
  // The values of another field.
  void AddAllOf(schema::FieldId id) {
    const Event::Slot other = event_.slots_[schema::Index(id)];
    for (uint32_t i = 0; i < other.count; ++i) {
      // A copy: the vector may move.
      const Value value = event_.values_[other.begin + i];
      Add() = value;
    }
  }
  uint32_t count() const { return event_.slots_[slot_].count; }

  void Note(Oddity oddity) { event_.oddities_ |= 1u << static_cast<unsigned>(oddity); }
  void NoteAll(uint32_t oddities) { event_.oddities_ |= oddities; }
  const Event& event() const { return event_; }

 private:
  static constexpr Value kNoValue{};

  Event& event_;
  size_t slot_ = 0;
};

}  // namespace riposte::event
