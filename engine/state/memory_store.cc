#include "engine/state/memory_store.h"

namespace riposte::state {

Result<std::optional<std::string>> MemoryStore::Get(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

Status MemoryStore::Apply(std::span<const Change> changes, const Mark& mark) {
  for (const Change& change : changes) {
    if (change.value) {
      values_.insert_or_assign(change.key, *change.value);
    } else {
      values_.erase(change.key);
    }
  }
  mark_ = mark;
  return Status::Ok();
}

Status MemoryStore::Scan(std::string_view prefix, const Each& each) const {
  for (auto at = values_.lower_bound(prefix); at != values_.end(); ++at)
    if (!at->first.starts_with(prefix) || !each(at->first, at->second)) break;
  return Status::Ok();
}

Result<Stores::Opened> MemoryStores::Open(std::string_view) {
  return Opened{.store = std::make_unique<MemoryStore>()};
}

Status MemoryStores::Wipe(std::string_view) { return Status::Ok(); }

}  // namespace riposte::state
