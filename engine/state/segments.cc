#include "engine/state/segments.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace riposte::state {
namespace {

// A count up to kSegmentsMax takes two bytes at most.
constexpr size_t kCountBytesMax = 2;

uint16_t SegmentsFor(size_t bytes) {
  const size_t with_count = bytes + (bytes + 1 <= kSegmentBytesMax ? 1 : kCountBytesMax);
  return static_cast<uint16_t>((with_count + kSegmentBytesMax - 1) / kSegmentBytesMax);
}

Status Damaged(const char* what) {
  return {ErrorCode::kDamaged, std::string("the store is damaged: ") + what};
}

}  // namespace

uint16_t AppendChanges(const StateKey& key, std::optional<std::string_view> value,
                       uint16_t segments_before, std::vector<Change>& changes) {
  uint16_t count = 0;
  if (value) {
    RIPOSTE_CHECK(value->size() <= kStateBytesMax, "a state is bounded before it is written");
    count = SegmentsFor(value->size());
    std::string_view rest = *value;
    for (uint16_t segment = 0; segment < count; ++segment) {
      std::string record;
      if (segment == 0) ByteWriter(record).Unsigned(count);
      const size_t size = std::min(rest.size(), kSegmentBytesMax - record.size());
      record.append(rest.substr(0, size));
      rest.remove_prefix(size);
      changes.push_back({.key = RecordKey(key, segment), .value = std::move(record)});
    }
    RIPOSTE_CHECK(rest.empty(), "the segments hold the whole state");
  }
  for (uint16_t segment = count; segment < segments_before; ++segment)
    changes.push_back({.key = RecordKey(key, segment), .value = std::nullopt});
  return count;
}

Result<std::optional<Whole>> ReadState(const Store& store, const StateKey& key) {
  Whole whole;
  for (uint64_t segment = 0; segment == 0 || segment < whole.segments; ++segment) {
    const Result<std::optional<std::string>> record =
        store.Get(RecordKey(key, static_cast<uint16_t>(segment)));
    if (!record.ok()) return record.status();
    if (!*record) {
      if (segment == 0) return std::optional<Whole>();
      return Damaged("a segment is missing");
    }
    std::string_view part = **record;
    if (segment == 0) {
      ByteReader reader(part);
      const uint64_t count = reader.Unsigned();
      if (!reader.ok() || count == 0 || count > kSegmentsMax)
        return Damaged("a state says no number of segments");
      whole.segments = static_cast<uint16_t>(count);
      part.remove_prefix(part.size() - reader.rest());
    }
    whole.value.append(part);
  }
  return std::optional<Whole>(std::move(whole));
}

}  // namespace riposte::state
