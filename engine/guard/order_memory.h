// What a task remembers of what it ordered, asset by asset, so that nothing is ordered twice.
//
// Everything that is called inside a batch can be taken back as long as it is not committed, as
// trigger::Correlator has it: after that the same calls give the same again. One thread. Its states
// are those of state::Kind::kOrdered, by asset.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/guard/asset_orders.h"
#include "engine/trigger/groups.h"
#include "engine/trigger/undo_log.h"

namespace riposte::guard {

struct MemoryOptions {
  // For how long an order counts after its not_after, since clocks differ.
  Duration skew = std::chrono::minutes(15);
  size_t orders_max = 100'000;  // of one task; 1 or more
};

// An asset's state as bytes, for the changelog and the store.
struct ChangedAsset {
  std::string key;
  std::optional<std::string> state;  // empty: it is gone
  bool operator==(const ChangedAsset&) const = default;
};

// Whether an order is remembered. Bounded: a reason in the audit.
enum class Remembered : uint8_t {
  kYes,
  kForAnOlder,  // an older order on the same asset was forgotten too early
  kNo,          // there was no room: other assets have it all
};
std::string_view RememberedName(Remembered remembered);      // "remembered", "older_forgotten",
                                                             // "not_remembered"
std::string_view RememberedSentence(Remembered remembered);  // for people; empty of kYes

class OrderMemory {
 public:
  explicit OrderMemory(const MemoryOptions& options);

  // `type`: of the event that the target is from.
  Finding Find(const remediate::Command& command, schema::EventType type, Time now) const;

  // `command` is ordered. At the bound what counts no more goes first, then the asset's own: a
  // flood on one asset takes nothing from another. All but kYes is a weaker promise, which the
  // caller audits and counts: what is not remembered can be ordered again, and its agent, which
  // knows what it did, is what is left to refuse it.
  Remembered Remember(const remediate::Command& command, Time now);

  // As AssetOrders has it. Of what counts no more nothing is known.
  bool Take(std::string_view asset_id, const Report& report, Time now);

  // Forgets what counts no more. It costs what is due.
  void Forget(Time now);
  // Forget has something to do when `now` is beyond this.
  std::optional<Time> NextToForget() const { return assets_.NextDeadline(); }

  // Batches: begun, and ended one by one from the oldest (committed) or from the newest (undone).
  // Without an open one nothing can be taken back.
  void BeginBatch() { undo_.Begin(); }
  void CommitOldest() { undo_.DropOldest(); }
  void UndoNewest();
  // Appends each asset whose state is not what it was when the newest batch began, once.
  void AppendChanged(std::vector<ChangedAsset>& changed) const;

  // After a start, without a batch. False, and nothing changed: no such state, or no room for it.
  bool Restore(std::string_view key, std::string_view state);

  size_t assets() const { return assets_.size(); }
  size_t orders() const { return orders_; }
  size_t MemoryBytes() const;  // approximate

 private:
  using Undo = trigger::UndoLog<AssetOrders>;

  void Note(std::string_view key);
  void Change(trigger::GroupId id, AssetOrders next);
  void Put(std::string_view key, AssetOrders next);

  MemoryOptions options_;
  trigger::Groups<AssetOrders> assets_;
  size_t orders_ = 0;  // of all assets
  Undo undo_;
};

}  // namespace riposte::guard
