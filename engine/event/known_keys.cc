#include "engine/event/known_keys.h"

namespace riposte::event {
namespace {

constexpr size_t kTable = 2 * KnownKeys::kMost;
// So many keys that found no room pay for learning all anew.
constexpr size_t kMostRefused = 4 * KnownKeys::kMost;
constexpr uint32_t kOddMultiplier = 0x9E3779B9u;

}  // namespace

void KnownKeys::Begin(const CompiledPlan& plan) {
  plan_ = &plan;
  if (plan.number() == plan_number_ && refused_ <= kMostRefused) return;
  plan_number_ = plan.number();
  Forget();
}

void KnownKeys::Forget() {
  keys_.assign(1, Key{});
  table_.assign(kTable, kNoKey);
  refused_ = 0;
}

KeyId KnownKeys::Find(Place place, PathId path, std::string_view text, uint64_t hash) {
  if (text.size() > kLongest || text.find('\\') != std::string_view::npos) return kNoKey;
  const uint32_t mixed = static_cast<uint32_t>(hash) ^ place * kOddMultiplier;
  size_t slot = mixed % kTable;
  for (; table_[slot] != kNoKey; slot = (slot + 1) % kTable) {
    const Key& key = keys_[table_[slot]];
    if (key.hash == mixed && key.place == place && key.view() == text) return table_[slot];
  }
  if (keys_.size() > kMost) {
    ++refused_;
    return kNoKey;
  }
  Key& key = keys_.emplace_back();
  std::memcpy(key.text.data(), text.data(), text.size());
  key.size = static_cast<uint32_t>(text.size());
  key.place = place;
  key.hash = mixed;
  if (path != kNoPath) key.path = plan_->Child(path, text, hash);
  key.wanted = key.path != kNoPath && plan_->IsWanted(key.path);
  table_[slot] = static_cast<KeyId>(keys_.size() - 1);
  return table_[slot];
}

}  // namespace riposte::event
