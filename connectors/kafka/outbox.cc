#include "connectors/kafka/outbox.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/uuid.h"
#include "connectors/kafka/bounded_call.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

// One call's time. Short, so that a revocation is noticed; a call that was cut off is simply made
// again.
constexpr int kCallTimeoutMs = 2000;
constexpr Duration kPause{50};
// How long after its timeout a call counts as one that never returns.
constexpr Duration kOverrun{3000};
// Brokers may be away for long; what ends the wait is the group (GroupView::Lost, GivenUp).
constexpr Duration kAnyTime = std::chrono::hours(24 * 365);

// `why`: the client library's word.
Status NoTransactions(std::string_view why) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("these Kafka brokers do not offer transactions (InitProducerId, "
                      "AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit, EndTxn), which "
                      "'delivery: exactly_once' needs: {}; 'delivery: at_least_once' does without",
                      why)};
}

void SetMetadata(rd_kafka_topic_partition_t* partition, const std::string& mark) {
  partition->metadata = rd_kafka_mem_malloc(nullptr, mark.size());
  std::memcpy(partition->metadata, mark.data(), mark.size());
  partition->metadata_size = mark.size();
}

}  // namespace

KafkaOutbox::KafkaOutbox(const TaskContext& context, std::shared_ptr<GroupView> group,
                         std::string transactional_id)
    : TaskOutbox(context),
      group_(std::move(group)),
      transactional_id_(std::move(transactional_id)),
      session_(Uuid::Random().ToString()) {
  group_->CountIn();
}

KafkaOutbox::~KafkaOutbox() {
  topics_.clear();
  producer_.reset();
  group_->CountOut();
}

Status KafkaOutbox::Fence(Duration patience) {
  const steady_clock::time_point deadline = steady_clock::now() + patience;
  for (;;) {
    topics_.clear();
    producer_.reset();
    const PropertyMap more = {
        {"transactional.id", transactional_id_},
        {"message.max.bytes", std::to_string(context().message_bytes_max)},
    };
    ClientCallbacks callbacks;
    callbacks.on_error = [this](rd_kafka_resp_err_t, bool, std::string_view) { suspect_ = true; };
    callbacks.on_delivery = [this](const rd_kafka_message_t& message) { OnDelivery(message); };
    Result<std::unique_ptr<Client>> producer =
        Client::Create(*context().settings, Role::kTask, more, context().log, std::move(callbacks));
    if (!producer.ok()) return producer.status();
    producer_ = std::move(producer).value();
    Status status = InitTransactions(deadline);
    if (status.ok()) {
      topics_ = OpenTopics(context(), *producer_, kCallTimeoutMs);
      suspect_ = false;
      return status;
    }
    if (IsPermanent(status) || status.code() == ErrorCode::kFenced || Hopeless() ||
        steady_clock::now() >= deadline) {
      return status;
    }
    Note(LogLevel::kWarning, "task-start", status.message());
    std::this_thread::sleep_for(kPause);
  }
}

void KafkaOutbox::OnDelivery(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (delivery_error_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    delivery_error_ = message.err;
    delivery_topic_ = rd_kafka_topic_name(message.rkt);
    return;
  }
  // Only a record of the changelog carries its transaction's number (Put).
  if (message._private == nullptr ||
      reinterpret_cast<uintptr_t>(message._private) != static_cast<uintptr_t>(sequence_)) {
    return;
  }
  // The broker had the record already, from an attempt whose answer was lost, and tells no offset.
  if (message.offset < 0) return;
  --changelog_end_.awaited;
  changelog_end_.next = std::max(changelog_end_.next, message.offset + 1);
}

Status KafkaOutbox::InitTransactions(steady_clock::time_point deadline) {
  for (;;) {
    const ErrorPtr error(rd_kafka_init_transactions(producer_->get(), kCallTimeoutMs));
    if (!error) return Status::Ok();
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
    Status status = ToStatus(
        code, fmt::format("{}: the transactional producer cannot start", transactional_id_));
    if (const std::string_view refusal = producer_->Refusal(); !refusal.empty()) {
      return {ErrorCode::kPermission, fmt::format("{}: {}", status.message(), refusal)};
    }
    if (IsUnsupported(code) || IsUnsupported(FatalError(producer_->get()))) {
      return NoTransactions(rd_kafka_error_string(error.get()));
    }
    if (StepAfter(error.get()) != Step::kRetry || Hopeless()) return status;
    if (steady_clock::now() >= deadline) return status;
  }
}

Result<pipeline::Committed> KafkaOutbox::Commit(std::span<const pipeline::OutRecord> records,
                                                std::span<const pipeline::NextOffset> offsets) {
  if (Hopeless()) return WhyHopeless();
  RIPOSTE_TRY(CheckSizes(context(), *this, records));
  // Errors that came while nothing was under way do not concern this transaction, but those of the
  // last one do.
  if (IsSuspect()) RIPOSTE_TRY(Renew());
  rd_kafka_poll(producer_->get(), 0);
  suspect_ = false;
  delivery_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  mark_ = fmt::format("{}:{}", session_, ++sequence_);
  RIPOSTE_CHECK(!offsets.empty(), "each transaction has an offset that tells of it");
  verdict_ = offsets.front();
  changelog_end_ = {};
  rd_kafka_t* producer = producer_->get();
  const Duration patience = context().transaction_timeout;
  Step step = Call([&](int) { return rd_kafka_begin_transaction(producer); }, patience);
  if (step == Step::kDone) step = Produce(records);
  if (step == Step::kDone) step = SendOffsets(offsets);
  if (step == Step::kDone) {
    step =
        Call([&](int timeout) { return rd_kafka_commit_transaction(producer, timeout); }, patience);
    // Errors in between: the request may have been sent twice, and the answer be the other one's.
    if (step == Step::kDone && IsSuspect()) step = Step::kRebuild;
  }
  if (step == Step::kDone) {
    changelog_next_ = changelog_end_.Known();
    return pipeline::Committed::kYes;
  }
  if (IsUnsupported(error_)) {
    const Status status = NoTransactions(rd_kafka_err2str(error_));
    group_->ReportFailure(status);
    return status;
  }
  Result<pipeline::Committed> settled = step == Step::kAbort ? Abort() : Settle();
  // It was committed without the answers that say where its records stand.
  if (settled.ok() && *settled == pipeline::Committed::kYes) changelog_next_.reset();
  return settled;
}

std::optional<int64_t> KafkaOutbox::ChangelogEnd::Known() const {
  if (awaited > 0 || next == 0) return std::nullopt;
  return next;
}

Step KafkaOutbox::Call(const std::function<rd_kafka_error_t*(int timeout_ms)>& call,
                       Duration patience) {
  const steady_clock::time_point deadline = steady_clock::now() + patience;
  for (;;) {
    const ErrorPtr error(call(kCallTimeoutMs));
    if (producer_ == nullptr) return Step::kRebuild;  // given up
    const Step step = StepAfter(error.get());
    rd_kafka_poll(producer_->get(), 0);
    error_ = error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (step != Step::kRetry) return step;
    suspect_ = true;
    if (Hopeless() || steady_clock::now() >= deadline) return Step::kRebuild;
    std::this_thread::sleep_for(kPause);
  }
}

Step KafkaOutbox::Produce(std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    while (!Put(record)) {
      if (error_ == RD_KAFKA_RESP_ERR__QUEUE_FULL && !Hopeless()) {
        rd_kafka_poll(producer_->get(), 100);
        continue;
      }
      if (IsFencing(FatalError(producer_->get()))) return Step::kRebuild;
      delivery_error_ = error_;
      delivery_topic_ = NameOf(context().topics, record.topic);
      return Step::kAbort;
    }
    rd_kafka_poll(producer_->get(), 0);
  }
  return Step::kDone;
}

bool KafkaOutbox::Put(const pipeline::OutRecord& record) {
  const bool changelog = record.topic == pipeline::OutTopic::kChangelog;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, which comes back with the report
  void* const opaque = changelog ? reinterpret_cast<void*>(sequence_) : nullptr;
  if (const rd_kafka_resp_err_t failed = Enqueue(topics_, record, opaque);
      failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    error_ = failed;
    return false;
  }
  if (changelog) ++changelog_end_.awaited;
  return true;
}

Step KafkaOutbox::SendOffsets(std::span<const pipeline::NextOffset> offsets) {
  // Shared with a call that may outlast this object.
  const std::shared_ptr<rd_kafka_topic_partition_list_t> list = NewPartitionList(offsets.size());
  for (const pipeline::NextOffset& next : offsets) {
    rd_kafka_topic_partition_t* partition =
        rd_kafka_topic_partition_list_add(list.get(), next.id.topic.c_str(), next.id.partition);
    partition->offset = next.offset;
    SetMetadata(partition, mark_);
  }
  return Call(
      [&](int timeout) -> rd_kafka_error_t* {
        std::optional<ErrorPtr> answer = CallWithin(
            [producer = producer_->get(), list, group = group_, timeout] {
              return rd_kafka_send_offsets_to_transaction(producer, list.get(), group->metadata(),
                                                          timeout);
            },
            Duration(timeout) + kOverrun, [this] { return group_->GivenUp(); });
        if (answer) return answer->release();
        AbandonProducer();
        return nullptr;
      },
      context().transaction_timeout);
}

// The transaction that it has open ends as aborted: it is never committed, and the next producer of
// this id fences it.
void KafkaOutbox::AbandonProducer() {
  Note(LogLevel::kWarning, "kafka-client-hangs",
       fmt::format("{}: a call of the client has not returned, its producer is left behind",
                   transactional_id_));
  error_ = RD_KAFKA_RESP_ERR__TIMED_OUT;
  suspect_ = true;
  topics_.clear();
  Client::Abandon(std::exchange(producer_, nullptr));
}

Result<pipeline::Committed> KafkaOutbox::Abort() {
  const rd_kafka_resp_err_t cause = error_;
  rd_kafka_t* producer = producer_->get();
  const Step step = Call([&](int timeout) { return rd_kafka_abort_transaction(producer, timeout); },
                         context().transaction_timeout);
  if (step != Step::kDone) return Settle();
  // The group no longer knows this member in this generation: the partition is another's.
  if (IsStaleMember(cause)) return StopFenced();
  if (IsRefusal(cause)) {
    const Status status =
        ToStatus(cause, fmt::format("{}: a transaction is refused", transactional_id_));
    group_->ReportFailure(status);
    return status;
  }
  if (delivery_error_ != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Status status = ToStatus(
        delivery_error_, fmt::format("topic '{}' does not take a record", delivery_topic_));
    // The same records would be refused again, for ever.
    if (IsPermanent(status)) {
      group_->ReportFailure(status);
      return status;
    }
  }
  Note(LogLevel::kWarning, "transaction-aborted",
       fmt::format("{}: transaction aborted ({})", transactional_id_,
                   rd_kafka_err2str(delivery_error_ != RD_KAFKA_RESP_ERR_NO_ERROR ? delivery_error_
                                                                                  : cause)));
  // A commit that was answered with an error may have happened all the same.
  return Verdict();
}

Result<pipeline::Committed> KafkaOutbox::Settle() {
  if (IsFencing(error_)) return StopFenced();
  if (producer_ != nullptr && IsFencing(FatalError(producer_->get()))) return StopFenced();
  if (Hopeless()) return WhyHopeless();
  Note(LogLevel::kWarning, "transaction-uncertain",
       fmt::format("{}: the transaction's outcome is not known ({}), asking the committed offset",
                   transactional_id_, rd_kafka_err2str(error_)));
  RIPOSTE_TRY(Renew());
  return Verdict();
}

Status KafkaOutbox::Renew() {
  Status status = Fence(kAnyTime);
  if (status.ok()) return status;
  if (status.code() == ErrorCode::kFenced) return StopFenced();
  // The attempt was given up because the end had come: that is the reason, not what it met last.
  if (Hopeless()) return WhyHopeless();
  group_->ReportFailure(status);
  return status;
}

Result<pipeline::Committed> KafkaOutbox::Verdict() {
  for (;;) {
    const Result<Position> position = group_->Committed(verdict_.id, Duration(kCallTimeoutMs));
    if (position.ok()) {
      const bool committed = position->offset == verdict_.offset && position->metadata == mark_;
      Note(LogLevel::kInfo, "transaction-settled",
           fmt::format("{}: the transaction was {}", transactional_id_,
                       committed ? "committed" : "aborted"));
      return committed ? pipeline::Committed::kYes : pipeline::Committed::kAborted;
    }
    if (Hopeless()) return WhyHopeless();
    if (IsPermanent(position.status())) {
      group_->ReportFailure(position.status());
      return position.status();
    }
    std::this_thread::sleep_for(kPause);
  }
}

Status KafkaOutbox::StopFenced() {
  group_->ReportFenced();
  return {ErrorCode::kFenced,
          fmt::format("{}: another instance has the partition", transactional_id_)};
}

void KafkaOutbox::Note(LogLevel level, std::string_view code, std::string_view text) const {
  if (context().log) context().log(level, code, text);
}

}  // namespace riposte::kafka
