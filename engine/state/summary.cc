#include "engine/state/summary.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/state/birth.h"
#include "engine/state/segments.h"

namespace riposte::state {
namespace {

bool IsLarger(const GroupSize& a, const GroupSize& b) {
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.group < b.group;
}

// One definition's records, in their order.
class Counting {
 public:
  Counting(Kind kind, const DefinitionId& definition, size_t largest)
      : summary_{.kind = kind, .definition = definition}, most_(largest) {}

  bool Is(const StateKey& key) const {
    return key.kind == summary_.kind && key.definition == summary_.definition;
  }

  void Add(std::string_view group, uint16_t segment, std::string_view key, std::string_view value) {
    const uint64_t bytes = key.size() + value.size();
    ++summary_.records;
    summary_.bytes += bytes;
    if (summary_.kind == Kind::kBirth) return CountBirth(key, value);
    if (segment == 0) return Begin(group, value, bytes);
    GoOn(group, segment, bytes);
  }

  DefinitionSummary Finish() && {
    for (const auto& [group, begun] : begun_) summary_.damaged += begun.next;
    return std::move(summary_);
  }

 private:
  // A group of several segments. Another group's may stand between them.
  struct Begun {
    uint16_t segments = 0;
    uint16_t next = 1;
    uint64_t bytes = 0;
  };

  // It has no segments.
  void CountBirth(std::string_view key, std::string_view value) {
    if (!ReadBirth(key, value)) ++summary_.damaged;
  }

  void Begin(std::string_view group, std::string_view value, uint64_t bytes) {
    const uint16_t segments = TakeSegmentCount(value);
    if (segments == 0) {
      ++summary_.damaged;
    } else if (segments == 1) {
      Count(group, bytes);
    } else {
      begun_.emplace(group, Begun{.segments = segments, .bytes = bytes});
    }
  }

  void GoOn(std::string_view group, uint16_t segment, uint64_t bytes) {
    const auto found = begun_.find(group);
    if (found == begun_.end() || found->second.next != segment) {
      ++summary_.damaged;
      return;
    }
    Begun& begun = found->second;
    begun.bytes += bytes;
    if (++begun.next < begun.segments) return;
    Count(group, begun.bytes);
    begun_.erase(found);
  }

  void Count(std::string_view group, uint64_t bytes) {
    ++summary_.groups;
    std::vector<GroupSize>& largest = summary_.largest;
    GroupSize size{.group = std::string(group), .bytes = bytes};
    largest.insert(std::ranges::upper_bound(largest, size, IsLarger), std::move(size));
    if (largest.size() > most_) largest.pop_back();
  }

  DefinitionSummary summary_;
  size_t most_;
  std::map<std::string, Begun, std::less<>> begun_;
};

}  // namespace

uint64_t StoreSummary::damaged() const {
  uint64_t damaged = 0;
  for (const DefinitionSummary& definition : definitions) damaged += definition.damaged;
  return damaged;
}

Result<StoreSummary> Summarize(const Store& store, size_t largest) {
  StoreSummary summary;
  std::optional<Counting> counting;
  const auto finish = [&] {
    if (counting) summary.definitions.push_back(std::move(*counting).Finish());
    counting.reset();
  };
  const Status scanned = store.Scan("", [&](std::string_view key, std::string_view value) {
    ++summary.records;
    summary.bytes += key.size() + value.size();
    const std::optional<ParsedKey> parsed = ParseRecordKey(key);
    if (!parsed) {
      ++summary.foreign;
      return true;
    }
    if (counting && !counting->Is(parsed->key)) finish();
    if (!counting) counting.emplace(parsed->key.kind, parsed->key.definition, largest);
    counting->Add(parsed->key.group, parsed->segment, key, value);
    return true;
  });
  if (!scanned.ok()) return scanned;
  finish();
  return summary;
}

}  // namespace riposte::state
