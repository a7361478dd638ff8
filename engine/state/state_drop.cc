#include "engine/state/state_drop.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "engine/state/segments.h"

namespace riposte::state {
namespace {

// Nothing else belongs to a definition.
constexpr std::array kKinds = {Kind::kWindow, Kind::kSuppress};
std::string AllOf(Kind kind) { return {static_cast<char>(kind)}; }

// Of a state, by its first segment; of one that says none, which was damaged: that alone.
uint16_t SegmentsOf(std::string_view first) {
  ByteReader reader(first);
  const uint64_t count = reader.Unsigned();
  return reader.ok() ? static_cast<uint16_t>(std::clamp<uint64_t>(count, 1, kSegmentsMax))
                     : uint16_t{1};
}

}  // namespace

Status StateDrop::Find(const Store& store, std::span<const DefinitionId> live) {
  live_ = {live.begin(), live.end()};
  ended_.clear();
  again_.clear();
  const auto each = [this](std::string_view key, std::string_view) {
    const std::optional<ParsedKey> parsed = ParseRecordKey(key);
    if (parsed && !live_.contains(parsed->key.definition)) ended_.insert(parsed->key.definition);
    return true;
  };
  for (const Kind kind : kKinds) RIPOSTE_TRY(store.Scan(AllOf(kind), each));
  return Status::Ok();
}

void StateDrop::Change(std::span<const DefinitionId> live) {
  const std::set<DefinitionId> next(live.begin(), live.end());
  for (const DefinitionId& definition : live_)
    if (!next.contains(definition)) ended_.insert(definition);
  for (const DefinitionId& definition : next)
    if (ended_.erase(definition) > 0) again_.insert(definition);
  for (const DefinitionId& definition : ended_) again_.erase(definition);
  live_ = next;
}

Status StateDrop::Append(const Store& store, bool store_lags, std::vector<state::Change>& changes) {
  const auto drop = [&](const std::set<DefinitionId>& definitions, size_t& most) -> Status {
    for (const DefinitionId& definition : definitions) {
      const Result<bool> all = Delete(store, definition, most, changes);
      if (!all.ok()) return all.status();
      if (!*all) break;
      sealed_.push_back(definition);
    }
    return Status::Ok();
  };
  size_t any = std::numeric_limits<size_t>::max();
  RIPOSTE_TRY(drop(again_, any));
  size_t some = store_lags ? 0 : states_max_;
  return some == 0 ? Status::Ok() : drop(ended_, some);
}

// Half a state would be a damage, should its rule come back.
Result<bool> StateDrop::Delete(const Store& store, const DefinitionId& definition, size_t& most,
                               std::vector<state::Change>& changes) const {
  bool is_all = true;
  const auto each = [&](std::string_view key, std::string_view value) {
    const std::optional<ParsedKey> parsed = ParseRecordKey(key);
    if (!parsed || parsed->segment != 0) return true;
    is_all = most > 0;
    if (!is_all) return false;
    --most;
    for (uint16_t segment = 0; segment < SegmentsOf(value); ++segment)
      changes.push_back({.key = RecordKey(parsed->key, segment), .value = std::nullopt});
    return true;
  };
  for (const Kind kind : kKinds) {
    if (!is_all) break;
    RIPOSTE_TRY(store.Scan(DefinitionPrefix(kind, definition), each));
  }
  return is_all;
}

void StateDrop::OnCommitted() {
  for (const DefinitionId& definition : sealed_) {
    ended_.erase(definition);
    again_.erase(definition);
  }
  sealed_.clear();
}

void StateDrop::Undo() { sealed_.clear(); }

}  // namespace riposte::state
