#include "tests/simulation/outbox.h"

#include <utility>

namespace riposte::sim {
namespace {

using pipeline::Committed;

constexpr Duration kCallTimeout{100};
constexpr Duration kPause{5};
constexpr Duration kAnyTime = std::chrono::hours(1);
// The member's own heartbeat usually notices first.
constexpr Duration kRejoinAfterFence{300};

}  // namespace

PartitionId OutPartition(const pipeline::OutRecord& record, int32_t partitions) {
  const std::string topic = "riposte." + std::string(pipeline::OutTopicName(record.topic));
  if (record.partition != pipeline::OutRecord::kByKey)
    return {.topic = topic, .partition = record.partition};
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : record.key) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return {.topic = topic,
          .partition = static_cast<int32_t>(hash % static_cast<uint64_t>(partitions))};
}

PartitionId ChangelogOf(int32_t state_task) {
  return OutPartition(
      {.topic = pipeline::OutTopic::kChangelog, .key = {}, .value = {}, .partition = state_task},
      1);
}

SimOutbox::SimOutbox(const Broker& broker, std::shared_ptr<Membership> membership, Options options,
                     Random random, Counters& counters)
    : broker_(broker),
      membership_(std::move(membership)),
      options_(std::move(options)),
      random_(random),
      counters_(counters) {
  ++membership_->users;
}

SimOutbox::~SimOutbox() { --membership_->users; }

Status SimOutbox::Fence(Duration patience) {
  const Time deadline = broker_.clock->Now() + patience;
  for (;;) {
    producer_ = std::make_unique<ProducerClient>(broker_, options_.transactional_id, random_.Fork(),
                                                 [this] { suspect_ = true; });
    Status status = InitTransactions(deadline);
    if (status.ok()) {
      suspect_ = false;
      return status;
    }
    if (status.code() == ErrorCode::kFenced || Hopeless() || broker_.clock->Now() >= deadline)
      return status;
    broker_.host->Pass(kPause);
  }
}

Status SimOutbox::InitTransactions(Time deadline) {
  for (;;) {
    const Answer answer = producer_->Init(kCallTimeout);
    if (answer.next == Next::kDone) return Status::Ok();
    const bool fenced = answer.error == KafkaError::kFenced;
    Status status(
        fenced ? ErrorCode::kFenced : ErrorCode::kUnavailable,
        "the transactional producer cannot start: " + std::string(KafkaErrorName(answer.error)));
    if (answer.next != Next::kRetry || Hopeless()) return status;
    if (broker_.clock->Now() >= deadline) return status;
  }
}

size_t SimOutbox::MaxValueBytes(pipeline::OutTopic) const { return options_.value_bytes_max; }

Result<Committed> SimOutbox::Commit(std::span<const pipeline::OutRecord> records,
                                    std::span<const pipeline::NextOffset> offsets) {
  if (Hopeless()) return WhyHopeless();
  if (suspect_ && Rebuilds()) {
    if (const Status status = Fence(kAnyTime); !status.ok())
      return status.code() == ErrorCode::kFenced ? StopFenced() : status;
  }
  suspect_ = false;
  const std::string mark = options_.session + ":" + std::to_string(++sequence_);
  std::map<PartitionId, Position> positions;
  for (const pipeline::NextOffset& next : offsets)
    positions[next.id] = {.offset = next.offset, .metadata = mark};
  told_by_ = offsets.front().id;
  own_ = positions.at(told_by_);
  producer_->Begin();
  Produce(records);
  const MemberId member = options_.defects.without_group ? MemberId{} : membership_->member;
  Next next =
      Call([&](Duration timeout) { return producer_->SendOffsets(member, positions, timeout); });
  if (next == Next::kDone) {
    next = Call([this](Duration timeout) { return producer_->Commit(timeout); });
    // The request may have been sent twice, and the answer be the other one's.
    if (next == Next::kDone && suspect_ && Rebuilds()) next = Next::kRebuild;
  }
  if (next == Next::kDone) {
    changelog_next_ = producer_->NextOffset(ChangelogOf(options_.state_task));
    return Committed::kYes;
  }
  Result<Committed> settled = next == Next::kAbort ? Abort() : Settle();
  // It was committed without the answers that say where its records stand.
  if (settled.ok() && *settled == Committed::kYes) changelog_next_.reset();
  return settled;
}

void SimOutbox::Produce(std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    RIPOSTE_CHECK(record.value.size() <= options_.value_bytes_max, "outputs keep to the limit");
    Message message{.key = record.key, .value = std::nullopt};
    if (!record.deletes) message.value = record.value;
    producer_->Produce(OutPartition(record, options_.out_partitions), std::move(message));
  }
}

Next SimOutbox::Call(const std::function<Answer(Duration timeout)>& call) {
  const Time deadline = broker_.clock->Now() + options_.patience;
  for (;;) {
    const Answer answer = call(kCallTimeout);
    error_ = answer.error;
    if (answer.next != Next::kRetry) return answer.next;
    suspect_ = true;
    if (Hopeless() || broker_.clock->Now() >= deadline) return Next::kRebuild;
    broker_.host->Pass(kPause);
  }
}

Result<Committed> SimOutbox::Abort() {
  const KafkaError cause = error_;
  const Next next = Call([this](Duration timeout) { return producer_->Abort(timeout); });
  if (next != Next::kDone) return Settle();
  if (IsStaleMember(cause)) return StopFenced();
  // A commit that was answered with an error may have happened all the same.
  return Verdict();
}

Result<Committed> SimOutbox::Settle() {
  if (error_ == KafkaError::kFenced) return StopFenced();
  if (producer_->fatal() == KafkaError::kFenced) return StopFenced();
  if (Hopeless()) return WhyHopeless();
  ++counters_.uncertain;
  if (options_.defects.guesses_aborted) {
    if (const Status status = Fence(kAnyTime); !status.ok()) return StopFenced();
    return Committed::kAborted;
  }
  if (Rebuilds()) {
    if (const Status status = Fence(kAnyTime); !status.ok()) {
      if (status.code() == ErrorCode::kFenced) return StopFenced();
      if (Hopeless()) return WhyHopeless();
      return status;
    }
  }
  return Verdict();
}

Result<Committed> SimOutbox::Verdict() {
  for (;;) {
    const std::shared_ptr<Position> position = std::make_shared<Position>();
    const KafkaError error = broker_.network->Call(
        *broker_.host, Api::kGroup, [kafka = broker_.kafka, id = told_by_, position] {
          return kafka->group().Committed(id, *position);
        });
    if (error == KafkaError::kNone) {
      const bool committed = position->offset == own_.offset && position->metadata == own_.metadata;
      ++(committed ? counters_.settled_committed : counters_.settled_aborted);
      return committed ? Committed::kYes : Committed::kAborted;
    }
    if (Hopeless()) return WhyHopeless();
    broker_.host->Pass(kPause);
  }
}

bool SimOutbox::Rebuilds() const {
  return !options_.defects.keeps_producer || producer_->fatal() != KafkaError::kNone;
}

Status SimOutbox::StopFenced() {
  membership_->rejoin_at =
      std::min(membership_->rejoin_at, broker_.clock->Now() + kRejoinAfterFence);
  return {ErrorCode::kFenced, "another instance has the partition"};
}

bool SimOutbox::Hopeless() const {
  return membership_->lost || broker_.clock->Now() >= membership_->give_up_at;
}

Status SimOutbox::WhyHopeless() const {
  if (membership_->lost) return {ErrorCode::kFenced, "the partition was lost to another instance"};
  return {ErrorCode::kCancelled, "there was no time left to end the transaction"};
}

}  // namespace riposte::sim
