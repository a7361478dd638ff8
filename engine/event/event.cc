#include "engine/event/event.h"

#include "base/check.h"

namespace riposte::event {

std::string_view UndecodableName(Undecodable reason) {
  switch (reason) {
    case Undecodable::kNone:
      return "none";
    case Undecodable::kNotANumber:
      return "not_a_number";
    case Undecodable::kNumberRange:
      return "number_range";
    case Undecodable::kNotAnIp:
      return "not_an_ip";
    case Undecodable::kNotADate:
      return "not_a_date";
    case Undecodable::kNotABool:
      return "not_a_bool";
    case Undecodable::kObjectValue:
      return "object_value";
    case Undecodable::kCount:
      break;
  }
  return "unknown";
}

std::string_view OddityName(Oddity oddity) {
  switch (oddity) {
    case Oddity::kInvalidUtf8:
      return "invalid_utf8";
    case Oddity::kLoneSurrogate:
      return "lone_surrogate";
    case Oddity::kNumberRange:
      return "number_range";
    case Oddity::kDuplicateKey:
      return "duplicate_key";
    case Oddity::kByteOrderMark:
      return "byte_order_mark";
    case Oddity::kUndecodable:
      return "undecodable";
    case Oddity::kNoEventTime:
      return "no_event_time";
    case Oddity::kNoAsset:
      return "no_asset";
    case Oddity::kCount:
      break;
  }
  return "unknown";
}

const Value* Event::First(schema::Role role) const {
  RIPOSTE_CHECK(
      has_all_roles_ || role == schema::Role::kEventTime || role == schema::Role::kAssetId,
      "an event decoded for rules was completed before its roles are asked for");
  const schema::FieldId id = profile_->role(role);
  if (id == schema::kNoField) return nullptr;
  for (const Value& value : values(id))
    if (value.undecodable == Undecodable::kNone) return &value;
  return nullptr;
}

std::string_view Event::TextOf(schema::Role role) const {
  const Value* value = First(role);
  return value == nullptr ? std::string_view() : value->text;
}

schema::EventType Event::type() const {
  return schema::ParseEventType(TextOf(schema::Role::kEventType))
      .value_or(schema::EventType::kOther);
}

}  // namespace riposte::event
