#include "engine/state/segments.h"

#include <algorithm>
#include <map>

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

uint16_t TakeSegmentCount(std::string_view& first) {
  ByteReader reader(first);
  const uint64_t count = reader.Unsigned();
  if (!reader.ok() || count == 0 || count > kSegmentsMax) return 0;
  first.remove_prefix(first.size() - reader.rest());
  return static_cast<uint16_t>(count);
}

namespace {

// The states of one definition, put together from its records. Those of a group come in order, but
// another group's may stand between them: keys have no end of their own.
class States {
 public:
  explicit States(const EachState& each) : each_(each) {}

  Status Add(std::string_view group, uint16_t segment, std::string_view part) {
    if (segment == 0) return Begin(group, part);
    const auto found = begun_.find(group);
    if (found == begun_.end() || found->second.next != segment)
      return Damaged("a segment is missing");
    Begun& begun = found->second;
    begun.whole.value.append(part);
    if (++begun.next < begun.whole.segments) return Status::Ok();
    each_(group, begun.whole.value, begun.whole.segments);
    begun_.erase(found);
    return Status::Ok();
  }
  Status Finish() const { return begun_.empty() ? Status::Ok() : Damaged("a segment is missing"); }

 private:
  struct Begun {
    Whole whole;
    uint16_t next = 1;
  };
  Status Begin(std::string_view group, std::string_view part) {
    const uint16_t count = TakeSegmentCount(part);
    if (count == 0) return Damaged("a state says no number of segments");
    if (count == 1) {
      each_(group, part, count);
    } else {
      begun_[std::string(group)].whole = {.value = std::string(part), .segments = count};
    }
    return Status::Ok();
  }

  const EachState& each_;
  std::map<std::string, Begun, std::less<>> begun_;  // by group
};

}  // namespace

Status ScanStates(const Store& store, Kind kind, const DefinitionId& definition,
                  const EachState& each) {
  States states(each);
  Status added;
  const Store::Each add = [&](std::string_view key, std::string_view value) {
    const std::optional<ParsedKey> parsed = ParseRecordKey(key);
    added = parsed ? states.Add(parsed->key.group, parsed->segment, value)
                   : Damaged("it holds a key that is none");
    return added.ok();
  };
  RIPOSTE_TRY(store.Scan(DefinitionPrefix(kind, definition), add));
  RIPOSTE_TRY(added);
  return states.Finish();
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
      whole.segments = TakeSegmentCount(part);
      if (whole.segments == 0) return Damaged("a state says no number of segments");
    }
    whole.value.append(part);
  }
  return std::optional<Whole>(std::move(whole));
}

}  // namespace riposte::state
