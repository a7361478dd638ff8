#include "tests/simulation/outbox.h"

#include <algorithm>
#include <map>
#include <utility>

namespace riposte::sim {
namespace {

using pipeline::Committed;

constexpr Duration kCallTimeout{100};
constexpr Duration kPause{5};
constexpr Duration kAnyTime = std::chrono::hours(1);
// The member's own heartbeat usually notices first.
constexpr Duration kRejoinAfterFence{300};

std::string NameOf(pipeline::OutTopic topic) {
  return "riposte." + std::string(pipeline::OutTopicName(topic));
}

}  // namespace

PartitionId OutPartition(const pipeline::OutRecord& record, int32_t partitions) {
  std::string topic = NameOf(record.topic);
  if (record.partition != pipeline::OutRecord::kByKey)
    return {.topic = std::move(topic), .partition = record.partition};
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : record.key) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return {.topic = std::move(topic),
          .partition = static_cast<int32_t>(hash % static_cast<uint64_t>(partitions))};
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
    producer_ = std::make_unique<ProducerClient>(
        broker_, options_.transactional_id, random_.Fork(),
        ProducerClient::Callbacks{
            .on_error = [this] { suspect_ = true; },
            .on_delivery = [this](const PartitionId& id, size_t count,
                                  int64_t behind) { OnDelivery(id, count, behind); }});
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

void SimOutbox::OnDelivery(const PartitionId& id, size_t count, int64_t behind) {
  if (id.topic != NameOf(pipeline::OutTopic::kChangelog) || behind < 0) return;
  changelog_end_.awaited -= count;
  changelog_end_.next = std::max(changelog_end_.next, behind);
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
  if (suspect_ && Rebuilds()) RIPOSTE_TRY(Renew());
  suspect_ = false;
  const std::string mark = options_.session + ":" + std::to_string(++sequence_);
  std::map<PartitionId, Position> positions;
  for (const pipeline::NextOffset& next : offsets)
    positions[next.id] = {.offset = next.offset, .metadata = mark};
  verdict_id_ = offsets.front().id;
  verdict_ = positions.at(verdict_id_);
  changelog_end_ = {};
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
    changelog_next_ = changelog_end_.Known();
    return Committed::kYes;
  }
  Result<Committed> settled = next == Next::kAbort ? Abort() : Settle();
  // It was committed without the answers that say where its records stand.
  if (settled.ok() && *settled == Committed::kYes) changelog_next_.reset();
  return settled;
}

std::optional<int64_t> SimOutbox::ChangelogEnd::Known() const {
  if (awaited > 0 || next == 0) return std::nullopt;
  return next;
}

void SimOutbox::Produce(std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    RIPOSTE_CHECK(record.value.size() <= options_.value_bytes_max, "outputs keep to the limit");
    if (record.topic == pipeline::OutTopic::kChangelog) ++changelog_end_.awaited;
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
  if (Rebuilds()) RIPOSTE_TRY(Renew());
  return Verdict();
}

Status SimOutbox::Renew() {
  const Status status = Fence(kAnyTime);
  if (status.ok()) return status;
  if (status.code() == ErrorCode::kFenced) return StopFenced();
  // The attempt was given up because the end had come: that is the reason, not what it met last.
  if (Hopeless()) return WhyHopeless();
  return status;
}

Result<Committed> SimOutbox::Verdict() {
  for (;;) {
    const std::shared_ptr<Position> position = std::make_shared<Position>();
    const KafkaError error = broker_.network->Call(
        *broker_.host, Api::kGroup, [kafka = broker_.kafka, id = verdict_id_, position] {
          return kafka->group().Committed(id, *position);
        });
    if (error == KafkaError::kNone) {
      const bool committed =
          position->offset == verdict_.offset && position->metadata == verdict_.metadata;
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
