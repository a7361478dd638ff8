#include "engine/trigger/kept_step.h"

#include <algorithm>
#include <bit>

namespace riposte::trigger {
namespace {

constexpr uint8_t kUntil = 1;
constexpr uint8_t kCompleted = 2;
// Time, order, the event's length, steps, flags.
constexpr size_t kBytesMin = 5;

void WriteOne(const KeptStep& kept, ByteWriter& writer) {
  writer.Signed(ToMs(kept.kept.place.time));
  writer.Unsigned(kept.kept.place.order);
  writer.Text(kept.kept.event);
  writer.Unsigned(kept.steps);
  writer.Byte(static_cast<uint8_t>((kept.until ? kUntil : 0) | (kept.completed ? kCompleted : 0)));
  for (const std::string& value : kept.values) writer.Text(value);
}

KeptStep ReadOne(ByteReader& reader, StepSet distinct) {
  KeptStep kept;
  kept.kept.place.time = TimeFromMs(reader.Signed());
  kept.kept.place.order = reader.Unsigned();
  kept.kept.event = reader.Text();
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
  for (const KeptStep& one : kept) WriteOne(one, writer);
}

std::vector<KeptStep> ReadKept(ByteReader& reader, size_t most, StepSet distinct) {
  const size_t count = reader.Count(kBytesMin);
  if (count > most) reader.Fail();
  std::vector<KeptStep> kept;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    kept.push_back(ReadOne(reader, distinct));
    if (i > 0 && kept[i - 1].kept.place >= kept[i].kept.place) reader.Fail();
  }
  return kept;
}

}  // namespace riposte::trigger
