// Places, kept events and tallies to bytes and back, for all states of groups. A place is written
// relative to one before it, so that neighbours take few bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "engine/trigger/occurrence.h"

namespace riposte::trigger {

// Spans of criteria are at most this, times of events in the years 0 to 9999, so that no time that
// is kept, a sum of both, is further than kTimeMax from the epoch, and no sum of a few overflows.
inline constexpr Duration kSpanMax{int64_t{1} << 50};
inline constexpr Time kTimeMax = TimeFromMs(int64_t{1} << 52);

// The least bytes of one kept: a time, an order and the length of a text.
inline constexpr size_t kKeptBytesMin = 3;
// A count that is read is at most this: room to count on.
inline constexpr int64_t kCountMax = int64_t{1} << 62;

void WriteTime(Time time, Time base, ByteWriter& out);
// Fails the reader if the time is further than kTimeMax from the epoch.
Time ReadTime(Time base, ByteReader& in);

void WritePlace(const Place& place, const Place& base, ByteWriter& out);
Place ReadPlace(const Place& base, ByteReader& in);

void WriteKept(const Kept& kept, const Place& base, ByteWriter& out);
Kept ReadKept(const Place& base, ByteReader& in);

void WriteTally(const Tally& tally, const Place& base, ByteWriter& out);
// Fails the reader if it is none that Tally::Add could have made, but for a greater count.
Tally ReadTally(const Place& base, ByteReader& in);

}  // namespace riposte::trigger
