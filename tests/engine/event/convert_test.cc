#include "engine/event/convert.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

using schema::TimeFormat;

std::string ReadAs(TimeFormat format, std::string_view text) {
  const std::optional<Time> time = ReadTime(text, format);
  return time.has_value() ? FormatTime(*time) : "none";
}

TEST(ReadTime, EachFormat) {
  struct Case {
    TimeFormat format;
    std::string_view text, expected;
  };
  const Case cases[] = {
      {TimeFormat::kText, "2026-11-25 01:10:53.1239", "2026-11-25T01:10:53.123Z"},
      {TimeFormat::kText, "1764033053", "none"},
      {TimeFormat::kEpochSeconds, "1764033053", "2025-11-25T01:10:53.000Z"},
      {TimeFormat::kEpochSeconds, "1764033053.123", "2025-11-25T01:10:53.123Z"},
      {TimeFormat::kEpochSeconds, "1764033053.001", "2025-11-25T01:10:53.001Z"},
      {TimeFormat::kEpochSeconds, "1764033053.9999", "2025-11-25T01:10:53.999Z"},
      {TimeFormat::kEpochSeconds, "1.764033053e9", "2025-11-25T01:10:53.000Z"},
      {TimeFormat::kEpochSeconds, "-0.5", "1969-12-31T23:59:59.500Z"},
      {TimeFormat::kEpochMs, "1764033053123", "2025-11-25T01:10:53.123Z"},
      {TimeFormat::kEpochMs, "1764033053123.9", "2025-11-25T01:10:53.123Z"},
      {TimeFormat::kEpochMs, "-1", "1969-12-31T23:59:59.999Z"},
      {TimeFormat::kEpochUs, "1764033053123456", "2025-11-25T01:10:53.123Z"},
      {TimeFormat::kEpochUs, "-1", "1969-12-31T23:59:59.999Z"},
      {TimeFormat::kFiletime, "116444736000000000", "1970-01-01T00:00:00.000Z"},
      {TimeFormat::kFiletime, "134085066531239999", "2025-11-25T01:10:53.123Z"},
      {TimeFormat::kFiletime, "0", "1601-01-01T00:00:00.000Z"},
      // Beyond the years 0 to 9999, or no number.
      {TimeFormat::kEpochMs, "253402300799999", "9999-12-31T23:59:59.999Z"},
      {TimeFormat::kEpochMs, "253402300800000", "none"},
      {TimeFormat::kEpochMs, "-62167219200000", "0000-01-01T00:00:00.000Z"},
      {TimeFormat::kEpochMs, "-62167219200001", "none"},
      {TimeFormat::kEpochSeconds, "9223372036854775807", "none"},
      {TimeFormat::kEpochSeconds, "1e300", "none"},
      {TimeFormat::kFiletime, "-9223372036854775808", "none"},
      {TimeFormat::kEpochMs, "soon", "none"},
      {TimeFormat::kEpochMs, "", "none"},
      {TimeFormat::kEpochMs, "007", "none"},
      {TimeFormat::kEpochMs, "+7", "none"},
  };
  for (const Case& c : cases) EXPECT_EQ(ReadAs(c.format, c.text), c.expected) << c.text;
}

TEST(Convert, AnObjectIsNoScalar) {
  for (const schema::FieldType type :
       {schema::FieldType::kText, schema::FieldType::kKeyword, schema::FieldType::kNumber,
        schema::FieldType::kIp, schema::FieldType::kDate, schema::FieldType::kBool}) {
    Value value;
    Convert(type, TimeFormat::kText, RawValue::Kind::kObject, value);
    EXPECT_EQ(value.undecodable, Undecodable::kObjectValue);
  }
  Value value;
  Convert(schema::FieldType::kObject, TimeFormat::kText, RawValue::Kind::kObject, value);
  EXPECT_EQ(value.undecodable, Undecodable::kNone);
}

}  // namespace
}  // namespace riposte::event
