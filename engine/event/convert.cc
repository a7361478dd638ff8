#include "engine/event/convert.h"

#include <charconv>
#include <cmath>

#include "engine/event/number_text.h"

namespace riposte::event {
namespace {

// The years 0 to 9999, so that calendar arithmetic on any date of an event is safe.
constexpr int64_t kFirstMs = -62167219200000;
constexpr int64_t kLastMs = 253402300799999;
// From 1601-01-01 to 1970-01-01.
constexpr int64_t kFiletimeEpochMs = 11644473600000;

int64_t FloorDivide(int64_t value, int64_t by) {
  const int64_t quotient = value / by;
  return quotient - (value % by < 0 ? 1 : 0);
}

// A number of `units_per_second`, as milliseconds since the number's own epoch; exact for whole
// numbers.
std::optional<int64_t> ReadUnits(std::string_view text, int64_t units_per_second) {
  int64_t whole = 0;
  const std::from_chars_result parsed =
      std::from_chars(text.data(), text.data() + text.size(), whole);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) {
    if (CheckNumber(text) != NumberText::kValid) return std::nullopt;
    if (units_per_second >= 1000) return FloorDivide(whole, units_per_second / 1000);
    int64_t ms = 0;
    if (__builtin_mul_overflow(whole, 1000 / units_per_second, &ms)) return std::nullopt;
    return ms;
  }
  const std::optional<Number> number = Number::Parse(text);
  if (!number.has_value()) return std::nullopt;
  // To whole microseconds first: a double cannot hold most decimals, and 1.001 s must not become
  // 1000 ms.
  const double microseconds =
      std::round(number->ToDouble() * (1e6 / static_cast<double>(units_per_second)));
  if (!(std::fabs(microseconds) < 9e18)) return std::nullopt;
  return FloorDivide(static_cast<int64_t>(microseconds), 1000);
}

bool EqualsIgnoringAsciiCase(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]) != lower_case[i])
      return false;
  return true;
}

void ConvertNumber(RawValue::Kind kind, Value& value) {
  const std::optional<Number> number =
      kind == RawValue::Kind::kBool ? std::nullopt : Number::Parse(value.text);
  if (number.has_value()) {
    value.number = *number;
  } else if (CheckNumber(value.text) == NumberText::kOutOfRange) {
    value.undecodable = Undecodable::kNumberRange;
  } else {
    value.undecodable = Undecodable::kNotANumber;
  }
}

void ConvertIp(Value& value) {
  if (const std::optional<IpAddress> ip = IpAddress::Parse(value.text); ip.has_value()) {
    value.ip = *ip;
  } else {
    value.undecodable = Undecodable::kNotAnIp;
  }
}

void ConvertDate(schema::TimeFormat format, Value& value) {
  if (const std::optional<Time> time = ReadTime(value.text, format); time.has_value()) {
    value.date = *time;
  } else {
    value.undecodable = Undecodable::kNotADate;
  }
}

void ConvertBool(RawValue::Kind kind, Value& value) {
  const bool may_be = kind != RawValue::Kind::kNumber;
  value.boolean = may_be && EqualsIgnoringAsciiCase(value.text, "true");
  if (!value.boolean && !(may_be && EqualsIgnoringAsciiCase(value.text, "false")))
    value.undecodable = Undecodable::kNotABool;
}

}  // namespace

std::optional<Time> ReadTime(std::string_view text, schema::TimeFormat format) {
  if (format == schema::TimeFormat::kText) return ParseTime(text);
  std::optional<int64_t> ms;
  switch (format) {
    case schema::TimeFormat::kText:
      break;
    case schema::TimeFormat::kEpochSeconds:
      ms = ReadUnits(text, 1);
      break;
    case schema::TimeFormat::kEpochMs:
      ms = ReadUnits(text, 1'000);
      break;
    case schema::TimeFormat::kEpochUs:
      ms = ReadUnits(text, 1'000'000);
      break;
    case schema::TimeFormat::kFiletime:
      ms = ReadUnits(text, 10'000'000);
      if (ms.has_value()) *ms -= kFiletimeEpochMs;
      break;
  }
  if (!ms.has_value() || *ms < kFirstMs || *ms > kLastMs) return std::nullopt;
  return TimeFromMs(*ms);
}

void Convert(schema::FieldType type, schema::TimeFormat time_format, RawValue::Kind kind,
             Value& value) {
  if (type == schema::FieldType::kObject) return;
  if (kind == RawValue::Kind::kObject) {
    value.undecodable = Undecodable::kObjectValue;
    return;
  }
  switch (type) {
    case schema::FieldType::kNumber:
      return ConvertNumber(kind, value);
    case schema::FieldType::kIp:
      return ConvertIp(value);
    case schema::FieldType::kDate:
      return ConvertDate(time_format, value);
    case schema::FieldType::kBool:
      return ConvertBool(kind, value);
    case schema::FieldType::kText:
    case schema::FieldType::kKeyword:
    case schema::FieldType::kObject:
      return;
  }
}

}  // namespace riposte::event
