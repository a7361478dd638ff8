#include "engine/trigger/contribution.h"

#include <string_view>

namespace riposte::trigger {
namespace {

constexpr uint8_t kVersion = 1;

std::string ReadText(size_t bytes_max, ByteReader& in) {
  const std::string_view text = in.Text();
  if (text.size() > bytes_max) in.Fail();
  return in.ok() ? std::string(text) : std::string();
}

uint32_t ReadRule(ByteReader& in) {
  const uint64_t rule = in.Unsigned();
  if (rule > UINT32_MAX) in.Fail();
  return static_cast<uint32_t>(rule);
}

bool ReadBool(ByteReader& in) {
  const uint8_t byte = in.Byte();
  if (byte > 1) in.Fail();
  return byte == 1;
}

std::vector<std::string> ReadValues(ByteReader& in) {
  const size_t count = in.Count();
  if (count > kContributionPartsMax) in.Fail();
  std::vector<std::string> values;
  for (size_t i = 0; i < count && in.ok(); ++i) values.push_back(ReadText(kContributionKeyMax, in));
  return values;
}

}  // namespace

void Write(const Contribution& contribution, ByteWriter& out) {
  out.Byte(kVersion);
  out.Unsigned(contribution.rule);
  out.Text(contribution.key);
  out.Text(contribution.route);
  out.Unsigned(contribution.parts);
  out.Byte(contribution.until ? 1 : 0);
  out.Signed(ToMs(contribution.place.time));
  out.Unsigned(contribution.place.order);
  out.Text(contribution.event);
  out.Unsigned(contribution.values.size());
  for (const std::string& value : contribution.values) out.Text(value);
  out.Real(contribution.number);
}

Contribution ReadContribution(ByteReader& in) {
  Contribution read;
  if (in.Byte() != kVersion) in.Fail();
  read.rule = ReadRule(in);
  read.key = ReadText(kContributionKeyMax, in);
  read.route = ReadText(kContributionKeyMax, in);
  read.parts = in.Unsigned();
  read.until = ReadBool(in);
  read.place.time = TimeFromMs(in.Signed());
  if (read.place.time < kPlaceTimeMin || read.place.time > kPlaceTimeMax) in.Fail();
  read.place.order = in.Unsigned();
  read.event = ReadText(kContributionEventMax, in);
  read.values = ReadValues(in);
  read.number = in.Real();
  return read;
}

}  // namespace riposte::trigger
