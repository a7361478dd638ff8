#include "engine/trigger/kept_codec.h"

#include <string>

namespace riposte::trigger {
namespace {

// The difference of any two, and back, without overflow.
int64_t Difference(uint64_t value, uint64_t base) { return static_cast<int64_t>(value - base); }
uint64_t Sum(uint64_t base, int64_t difference) { return base + static_cast<uint64_t>(difference); }

uint64_t Bits(Time time) { return static_cast<uint64_t>(ToMs(time)); }

Place WriteAll(const std::vector<Kept>& all, Place base, ByteWriter& out) {
  out.Unsigned(all.size());
  for (const Kept& kept : all) {
    WriteKept(kept, base, out);
    base = kept.place;
  }
  return base;
}

// Ascending, and after `after` if there is one.
std::vector<Kept> ReadAll(Place base, const Kept* after, ByteReader& in) {
  const size_t size = in.Count(kKeptBytesMin);
  if (size > Tally::kEnds) in.Fail();
  std::vector<Kept> all;
  for (size_t i = 0; i < size && in.ok(); ++i) {
    all.push_back(ReadKept(base, in));
    const Place& place = all.back().place;
    if (after != nullptr && place <= after->place) in.Fail();
    if (i > 0 && place <= base) in.Fail();
    base = place;
  }
  return all;
}

}  // namespace

void WriteTime(Time time, Time base, ByteWriter& out) {
  out.Signed(Difference(Bits(time), Bits(base)));
}

Time ReadTime(Time base, ByteReader& in) {
  const Time time = TimeFromMs(static_cast<int64_t>(Sum(Bits(base), in.Signed())));
  if (time <= kTimeMax && time >= TimeFromMs(-ToMs(kTimeMax))) return time;
  in.Fail();
  return Time{};
}

void WritePlace(const Place& place, const Place& base, ByteWriter& out) {
  WriteTime(place.time, base.time, out);
  out.Signed(Difference(place.order, base.order));
}

Place ReadPlace(const Place& base, ByteReader& in) {
  Place place;
  place.time = ReadTime(base.time, in);
  place.order = Sum(base.order, in.Signed());
  return place;
}

void WriteKept(const Kept& kept, const Place& base, ByteWriter& out) {
  WritePlace(kept.place, base, out);
  out.Text(kept.event);
}

Kept ReadKept(const Place& base, ByteReader& in) {
  Kept kept;
  kept.place = ReadPlace(base, in);
  kept.event = in.Text();
  return kept;
}

void WriteTally(const Tally& tally, const Place& base, ByteWriter& out) {
  out.Unsigned(static_cast<uint64_t>(tally.count));
  const Place end = WriteAll(tally.first, base, out);
  WriteAll(tally.last, end, out);
}

Tally ReadTally(const Place& base, ByteReader& in) {
  Tally tally;
  tally.count = static_cast<int64_t>(in.Unsigned());
  tally.first = ReadAll(base, nullptr, in);
  const Kept* const end = tally.first.empty() ? nullptr : &tally.first.back();
  tally.last = ReadAll(end == nullptr ? base : end->place, end, in);
  const int64_t listed = static_cast<int64_t>(tally.first.size() + tally.last.size());
  if (tally.count < listed || tally.count > kCountMax) in.Fail();
  if (!tally.last.empty() && tally.first.size() < Tally::kEnds) in.Fail();
  return tally;
}

}  // namespace riposte::trigger
