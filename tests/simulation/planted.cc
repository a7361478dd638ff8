#include "tests/simulation/planted.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "engine/state/state_key.h"

namespace riposte::sim {
namespace {

using pipeline::Committed;
using pipeline::Input;
using pipeline::Outbox;
using pipeline::OutRecord;
using pipeline::OutTopic;

class OutboxWrapper : public Outbox {
 public:
  explicit OutboxWrapper(std::unique_ptr<Outbox> inner) : inner_(std::move(inner)) {}
  size_t MaxValueBytes(OutTopic topic) const override { return inner_->MaxValueBytes(topic); }
  std::optional<int64_t> ChangelogNext() const override { return inner_->ChangelogNext(); }

 protected:
  Outbox& inner() { return *inner_; }

 private:
  const std::unique_ptr<Outbox> inner_;
};

class OffsetFirst final : public OutboxWrapper {
 public:
  using OutboxWrapper::OutboxWrapper;
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const pipeline::NextOffset> offsets) override {
    Result<Committed> offset = inner().Commit({}, offsets);
    if (!offset.ok() || *offset == Committed::kAborted) return offset;
    for (;;) {
      Result<Committed> outputs = inner().Commit(records, offsets);
      if (!outputs.ok() || *outputs == Committed::kYes) return outputs;
    }
  }
};

class RandomId final : public OutboxWrapper {
 public:
  RandomId(std::unique_ptr<Outbox> inner, Random random)
      : OutboxWrapper(std::move(inner)), random_(random) {}
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const pipeline::NextOffset> offsets) override {
    std::vector<OutRecord> changed(records.begin(), records.end());
    for (OutRecord& record : changed)
      if (record.topic == OutTopic::kCommands) Renew(record.value);
    return inner().Commit(changed, offsets);
  }

 private:
  void Renew(std::string& command) {
    constexpr std::string_view kKey = "\"id\":\"";
    const size_t at = command.find(kKey);
    if (at == std::string::npos) return;
    const std::string id = Uuid::V5(Uuid{}, std::to_string(random_.Next())).ToString();
    command.replace(at + kKey.size(), id.size(), id);
  }
  Random random_;
};

class StoreFirst final : public OutboxWrapper {
 public:
  StoreFirst(std::unique_ptr<Outbox> inner, Disk& disk, std::string store)
      : OutboxWrapper(std::move(inner)), disk_(disk), store_(std::move(store)) {}
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const pipeline::NextOffset> offsets) override {
    Apply(records);
    return inner().Commit(records, offsets);
  }

 private:
  void Apply(std::span<const OutRecord> records) {
    const auto found = disk_.contents().find(store_);
    if (found == disk_.contents().end() || !found->second->store.mark()) return;
    std::vector<state::Change> changes;
    for (const OutRecord& record : records)
      if (record.topic == OutTopic::kChangelog)
        changes.push_back({.key = record.key,
                           .value = record.deletes ? std::nullopt : std::optional(record.value)});
    (void)found->second->store.Apply(changes, *found->second->store.mark());
  }
  Disk& disk_;
  const std::string store_;
};

class OtherChangelog final : public OutboxWrapper {
 public:
  using OutboxWrapper::OutboxWrapper;
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const pipeline::NextOffset> offsets) override {
    std::vector<OutRecord> changed(records.begin(), records.end());
    for (OutRecord& record : changed)
      if (record.topic == OutTopic::kChangelog) record.partition = OutRecord::kByKey;
    return inner().Commit(changed, offsets);
  }
};

class ForgetsOrders final : public OutboxWrapper {
 public:
  using OutboxWrapper::OutboxWrapper;
  Result<Committed> Commit(std::span<const OutRecord> records,
                           std::span<const pipeline::NextOffset> offsets) override {
    std::vector<OutRecord> changed(records.begin(), records.end());
    std::erase_if(changed, [](const OutRecord& record) {
      if (record.topic != OutTopic::kChangelog) return false;
      const std::optional<state::ParsedKey> parsed = state::ParseRecordKey(record.key);
      return parsed && parsed->key.kind == state::Kind::kOrdered;
    });
    return inner().Commit(changed, offsets);
  }
};

class NoRewind final : public Input {
 public:
  explicit NoRewind(std::unique_ptr<Input> inner) : inner_(std::move(inner)) {}
  const pipeline::PartitionId& id() const override { return inner_->id(); }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<pipeline::Record>& records) override {
    return inner_->Poll(max_records, max_bytes, wait, records);
  }
  Status Rewind(int64_t) override { return Status::Ok(); }
  int64_t Lag() const override { return inner_->Lag(); }

 private:
  const std::unique_ptr<Input> inner_;
};

}  // namespace

std::string_view PlantedName(Planted planted) {
  switch (planted) {
    case Planted::kNone:
      return "none";
    case Planted::kOffsetFirst:
      return "offset_first";
    case Planted::kRandomId:
      return "random_id";
    case Planted::kNoFence:
      return "no_fence";
    case Planted::kNoRewind:
      return "no_rewind";
    case Planted::kKeepsProducer:
      return "keeps_producer";
    case Planted::kGuessesAborted:
      return "guesses_aborted";
    case Planted::kStoreFirst:
      return "store_first";
    case Planted::kOtherChangelog:
      return "other_changelog";
    case Planted::kResetAtReload:
      return "reset_at_reload";
    case Planted::kForgetsOrders:
      return "forgets_orders";
  }
  return "unknown";
}

pipeline::Assignment WithPlanted(pipeline::Assignment assignment, Disk& disk, Planted planted,
                                 Random random) {
  if (planted == Planted::kOffsetFirst)
    assignment.outbox = std::make_unique<OffsetFirst>(std::move(assignment.outbox));
  if (planted == Planted::kRandomId)
    assignment.outbox = std::make_unique<RandomId>(std::move(assignment.outbox), random);
  if (planted == Planted::kStoreFirst && assignment.state)
    assignment.outbox =
        std::make_unique<StoreFirst>(std::move(assignment.outbox), disk, assignment.state->name);
  if (planted == Planted::kOtherChangelog)
    assignment.outbox = std::make_unique<OtherChangelog>(std::move(assignment.outbox));
  if (planted == Planted::kForgetsOrders)
    assignment.outbox = std::make_unique<ForgetsOrders>(std::move(assignment.outbox));
  if (planted == Planted::kNoRewind)
    for (pipeline::Source& source : assignment.sources)
      source.input = std::make_unique<NoRewind>(std::move(source.input));
  return assignment;
}

}  // namespace riposte::sim
