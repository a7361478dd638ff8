#include "engine/guard/order_memory.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/digest.h"
#include "engine/remediate/subject.h"
#include "engine/trigger/kept_codec.h"

namespace riposte::guard {
namespace {

using trigger::GroupId;

// Of an asset whose id is absurdly long its hash stands, behind a byte that no text has.
constexpr char kHashed = '\xff';
std::string KeyOf(std::string_view asset_id) {
  if (asset_id.size() <= remediate::kSubjectIdMax) return std::string(asset_id);
  return kHashed + Sha256(asset_id);
}

MemoryOptions Bounded(MemoryOptions options) {
  RIPOSTE_CHECK(options.orders_max > 0, "a memory of nothing");
  options.skew = std::min(options.skew, trigger::kSpanMax);
  return options;
}

std::string BytesOf(const AssetOrders& orders) {
  std::string bytes;
  ByteWriter out(bytes);
  orders.Write(out);
  return bytes;
}

}  // namespace

std::string_view RememberedName(Remembered remembered) {
  switch (remembered) {
    case Remembered::kYes:
      return "remembered";
    case Remembered::kForAnOlder:
      return "older_forgotten";
    case Remembered::kNo:
      return "not_remembered";
  }
  return "unknown";
}

std::string_view RememberedSentence(Remembered remembered) {
  switch (remembered) {
    case Remembered::kYes:
      return {};
    case Remembered::kForAnOlder:
      return "so much is ordered on the asset that an older order of it is forgotten; only its "
             "agent would refuse that one now";
    case Remembered::kNo:
      return "so much is ordered on other assets that this order is not remembered; only the agent "
             "would refuse it a second time";
  }
  return {};
}

OrderMemory::OrderMemory(const MemoryOptions& options)
    : options_(Bounded(options)), assets_(options_.orders_max) {}

Finding OrderMemory::Find(const remediate::Command& command, schema::EventType type,
                          Time now) const {
  const std::optional<GroupId> id = assets_.Find(KeyOf(command.asset.id));
  return id ? assets_.at(*id).Find(command, type, now, options_.skew) : Finding{};
}

Remembered OrderMemory::Remember(const remediate::Command& command, Time now) {
  Forget(now);
  const std::string key = KeyOf(command.asset.id);
  const std::optional<GroupId> id = assets_.Find(key);
  const bool full = orders_ >= options_.orders_max;
  if (!id && full) return Remembered::kNo;
  AssetOrders next = id ? assets_.at(*id) : AssetOrders{};
  const bool evicted = next.Add(OrderOf(command), full);
  Note(key);
  Put(key, std::move(next));
  return evicted ? Remembered::kForAnOlder : Remembered::kYes;
}

bool OrderMemory::Take(std::string_view asset_id, const Report& report, Time now) {
  Forget(now);
  const std::string key = KeyOf(asset_id);
  const std::optional<GroupId> id = assets_.Find(key);
  if (!id) return false;
  AssetOrders next = assets_.at(*id);
  if (!next.Take(report)) return false;
  Note(key);
  Put(key, std::move(next));
  return true;
}

void OrderMemory::Forget(Time now) {
  std::vector<trigger::Deadlines::Due> due;
  assets_.TakeDue(now, due);
  for (const trigger::Deadlines::Due& each : due) {
    Note(assets_.key(each.id));
    AssetOrders next = assets_.at(each.id);
    next.Forget(now, options_.skew);
    Change(each.id, std::move(next));
  }
}

void OrderMemory::UndoNewest() {
  RIPOSTE_CHECK(undo_.newest() != nullptr, "no batch is open");
  for (Undo::Before& before : undo_.newest()->groups())
    Put(before.key, std::move(before.state).value_or(AssetOrders{}));
  undo_.DropNewest();
}

void OrderMemory::AppendChanged(std::vector<ChangedAsset>& changed) const {
  if (undo_.newest() == nullptr) return;
  for (const Undo::Before& before : undo_.newest()->groups()) {
    const std::optional<GroupId> now = assets_.Find(before.key);
    if (!now && !before.state) continue;
    if (now && before.state && assets_.at(*now) == *before.state) continue;
    changed.push_back({.key = before.key, .state = {}});
    if (now) changed.back().state = BytesOf(assets_.at(*now));
  }
}

bool OrderMemory::Restore(std::string_view key, std::string_view state) {
  RIPOSTE_CHECK(undo_.newest() == nullptr, "a state is restored inside a batch");
  ByteReader in(state);
  AssetOrders read;
  if (!read.Read(in) || !in.at_end() || read.orders().empty()) return false;
  const std::optional<GroupId> id = assets_.Find(key);
  const size_t before = id ? assets_.at(*id).orders().size() : 0;
  if (orders_ - before + read.orders().size() > options_.orders_max) return false;
  Put(key, std::move(read));
  return true;
}

size_t OrderMemory::MemoryBytes() const { return assets_.MemoryBytes() + orders_ * sizeof(Order); }

void OrderMemory::Note(std::string_view key) {
  Undo::Batch* const batch = undo_.newest();
  if (batch == nullptr || batch->Find(key) != nullptr) return;
  const std::optional<GroupId> id = assets_.Find(key);
  batch->Add({.key = std::string(key),
              .state = id ? std::optional(assets_.at(*id)) : std::nullopt,
              .deadline = {}});
}

// An asset with nothing to remember is none.
void OrderMemory::Change(GroupId id, AssetOrders next) {
  orders_ = orders_ - assets_.at(id).orders().size() + next.orders().size();
  if (next.orders().empty()) {
    assets_.Remove(id);
    return;
  }
  assets_.at(id) = std::move(next);
  assets_.SetDeadline(id, assets_.at(id).NextToForget(options_.skew));
}

void OrderMemory::Put(std::string_view key, AssetOrders next) {
  std::optional<GroupId> id = assets_.Find(key);
  if (!id && next.orders().empty()) return;
  Change(id ? *id : assets_.Add(key), std::move(next));
}

}  // namespace riposte::guard
