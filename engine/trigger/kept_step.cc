#include "engine/trigger/kept_step.h"

#include <algorithm>
#include <bit>

#include "engine/trigger/kept_codec.h"

namespace riposte::trigger {
namespace {

constexpr uint8_t kUntil = 1;
constexpr uint8_t kCompleted = 2;
// Steps and flags behind what was kept.
constexpr size_t kBytesMin = kKeptBytesMin + 2;

void WriteOne(const KeptStep& kept, const Place& base, ByteWriter& writer) {
  WriteKept(kept.kept, base, writer);
  writer.Unsigned(kept.steps);
  writer.Byte(static_cast<uint8_t>((kept.until ? kUntil : 0) | (kept.completed ? kCompleted : 0)));
  for (const std::string& value : kept.values) writer.Text(value);
}

KeptStep ReadOne(const Place& base, StepSet distinct, ByteReader& reader) {
  KeptStep kept;
  kept.kept = ReadKept(base, reader);
  kept.steps = reader.Unsigned();
  const uint8_t flags = reader.Byte();
  if (flags > (kUntil | kCompleted)) reader.Fail();
  kept.until = (flags & kUntil) != 0;
  kept.completed = (flags & kCompleted) != 0;
  const int values = std::popcount(kept.steps & distinct);
  for (int i = 0; i < values; ++i) kept.values.emplace_back(reader.Text());
  return kept;
}

}  // namespace

KeptStep Keep(const StepOccurrence& occurrence, StepSet distinct) {
  KeptStep kept{.kept = {.place = occurrence.place, .event = std::string(occurrence.event)},
                .steps = occurrence.steps,
                .until = occurrence.until,
                .completed = false,
                .values = {}};
  for (StepSet rest = occurrence.steps & distinct; rest != 0; rest &= rest - 1)
    kept.values.emplace_back(occurrence.values[static_cast<size_t>(std::countr_zero(rest))]);
  return kept;
}

const std::string& ValueOf(const KeptStep& kept, size_t step, StepSet distinct) {
  const StepSet before = kept.steps & distinct & (StepBit(step) - 1);
  return kept.values[static_cast<size_t>(std::popcount(before))];
}

size_t IndexOf(const std::vector<KeptStep>& kept, Time time) {
  const auto at = std::lower_bound(
      kept.begin(), kept.end(), time,
      [](const KeptStep& one, Time moment) { return one.kept.place.time < moment; });
  return static_cast<size_t>(at - kept.begin());
}

size_t IndexBehind(const std::vector<KeptStep>& kept, const Place& place) {
  const auto at = std::upper_bound(
      kept.begin(), kept.end(), place,
      [](const Place& wanted, const KeptStep& one) { return wanted < one.kept.place; });
  return static_cast<size_t>(at - kept.begin());
}

void WriteKept(const std::vector<KeptStep>& kept, ByteWriter& writer) {
  writer.Unsigned(kept.size());
  Place base;
  for (const KeptStep& one : kept) {
    WriteOne(one, base, writer);
    base = one.kept.place;
  }
}

std::vector<KeptStep> ReadKept(ByteReader& reader, size_t most, StepSet distinct) {
  const size_t count = reader.Count(kBytesMin);
  if (count > most) reader.Fail();
  std::vector<KeptStep> kept;
  Place base;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    kept.push_back(ReadOne(base, distinct, reader));
    const Place& place = kept.back().kept.place;
    if (i > 0 && place <= base) reader.Fail();
    base = place;
  }
  return kept;
}

}  // namespace riposte::trigger
