#include "engine/pipeline/task_orders.h"

#include <optional>
#include <string_view>

#include "base/check.h"
#include "engine/state/segments.h"

namespace riposte::pipeline {
namespace {

// One in flight, and the open one.
constexpr size_t kBatchesMax = 2;
// An asset's state is bounded so that it is one record.
constexpr uint16_t kSegments = 1;

// It belongs to no definition: an edit of a rule must not order again what was ordered before.
state::StateKey KeyOf(std::string_view asset_key) {
  return {.kind = state::Kind::kOrdered, .definition = {}, .group = asset_key};
}

}  // namespace

Result<std::unique_ptr<TaskOrders>> TaskOrders::Make(const state::Store& store,
                                                     const guard::MemoryOptions& options) {
  std::unique_ptr<TaskOrders> orders(new TaskOrders(options));
  RIPOSTE_TRY(orders->Restore(store));
  orders->Begin();
  return orders;
}

Status TaskOrders::Restore(const state::Store& store) {
  const state::EachState take = [this](std::string_view asset_key, std::string_view bytes,
                                       uint16_t) {
    const bool taken = memory_.Restore(asset_key, bytes);
    ++(taken ? restored_.assets : restored_.refused);
  };
  return state::ScanStates(store, state::Kind::kOrdered, {}, take);
}

void TaskOrders::Begin() {
  memory_.BeginBatch();
  ++open_batches_;
}

std::vector<state::Change> TaskOrders::Seal() {
  RIPOSTE_CHECK(open_batches_ < kBatchesMax, "one transaction is under way at a time");
  std::vector<guard::ChangedAsset> assets;
  memory_.AppendChanged(assets);
  std::vector<state::Change> changes;
  for (const guard::ChangedAsset& asset : assets) {
    const std::optional<std::string_view> value =
        asset.state ? std::optional<std::string_view>(*asset.state) : std::nullopt;
    const uint16_t segments = state::AppendChanges(KeyOf(asset.key), value, kSegments, changes);
    RIPOSTE_CHECK(segments <= kSegments, "an asset's orders are one record");
  }
  Begin();
  return changes;
}

void TaskOrders::OnCommitted() {
  RIPOSTE_CHECK(open_batches_ == kBatchesMax, "nothing was sealed");
  memory_.CommitOldest();
  --open_batches_;
}

void TaskOrders::Undo() {
  for (; open_batches_ > 0; --open_batches_) memory_.UndoNewest();
  Begin();
}

}  // namespace riposte::pipeline
