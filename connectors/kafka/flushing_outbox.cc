#include "connectors/kafka/flushing_outbox.h"

#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"

namespace riposte::kafka {
namespace {

// One call's time. Short, so that a revocation is noticed.
constexpr int kCallTimeoutMs = 2000;
constexpr int kFlushMs = 100;
constexpr Duration kPause{50};

Status NoIdempotence(std::string_view why) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("these Kafka brokers do not offer idempotent producers (InitProducerId), "
                      "which 'delivery: at_least_once' needs, too: {}",
                      why)};
}

}  // namespace

FlushingOutbox::FlushingOutbox(const TaskContext& context, std::shared_ptr<GroupView> group,
                               std::string name)
    : TaskOutbox(context), group_(std::move(group)), name_(std::move(name)) {
  group_->CountIn();
}

FlushingOutbox::~FlushingOutbox() {
  DropProducer();
  group_->CountOut();
}

void FlushingOutbox::DropProducer() {
  topics_.clear();
  producer_.reset();
}

Status FlushingOutbox::Fence(Duration) { return Renew(); }

Status FlushingOutbox::Renew() {
  DropProducer();
  ClientCallbacks callbacks;
  callbacks.on_delivery = [this](const rd_kafka_message_t& message) { OnDelivery(message); };
  Result<std::unique_ptr<Client>> producer =
      Client::Create(*context().settings, Role::kFlushingTask,
                     {{"message.max.bytes", std::to_string(context().message_bytes_max)}},
                     context().log, std::move(callbacks));
  if (!producer.ok()) return producer.status();
  producer_ = std::move(producer).value();
  topics_ = OpenTopics(context(), *producer_, kCallTimeoutMs);
  if (const std::string_view refusal = producer_->Refusal(); !refusal.empty()) {
    return {ErrorCode::kPermission, fmt::format("{}: {}", name_, refusal)};
  }
  const rd_kafka_resp_err_t fatal = FatalError(producer_->get());
  if (IsUnsupported(fatal)) return NoIdempotence(rd_kafka_err2str(fatal));
  if (IsRefusal(fatal)) return ToStatus(fatal, fmt::format("{}: no producer", name_));
  return Status::Ok();
}

void FlushingOutbox::OnDelivery(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || failed_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  failed_ = message.err;
  failed_topic_ = rd_kafka_topic_name(message.rkt);
}

Result<pipeline::Committed> FlushingOutbox::Commit(std::span<const pipeline::OutRecord> records,
                                                   std::span<const pipeline::NextOffset> offsets) {
  if (Hopeless()) return WhyHopeless();
  RIPOSTE_TRY(CheckSizes(context(), *this, records));
  failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  Produce(records);
  Flush();
  if (failed_ != RD_KAFKA_RESP_ERR_NO_ERROR) return GiveUpBatch();
  if (Hopeless()) return WhyHopeless();
  return CommitOffsets(offsets);
}

void FlushingOutbox::Produce(std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    rd_kafka_resp_err_t error = Enqueue(topics_, record, nullptr);
    while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && !Hopeless()) {
      rd_kafka_poll(producer_->get(), kFlushMs);
      error = Enqueue(topics_, record, nullptr);
    }
    rd_kafka_poll(producer_->get(), 0);
    if (failed_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      failed_ = error;
      failed_topic_ = NameOf(context().topics, record.topic);
      return;
    }
  }
}

void FlushingOutbox::Flush() {
  while (failed_ == RD_KAFKA_RESP_ERR_NO_ERROR && !Hopeless() &&
         rd_kafka_outq_len(producer_->get()) > 0) {
    rd_kafka_flush(producer_->get(), kFlushMs);
    const rd_kafka_resp_err_t fatal = FatalError(producer_->get());
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR && failed_ == RD_KAFKA_RESP_ERR_NO_ERROR) {
      failed_ = fatal;
    }
  }
}

// The records behind one that failed may have been written: all of the batch goes again, in its
// order. What the old producer has under way may yet come in between, as a repetition.
Result<pipeline::Committed> FlushingOutbox::GiveUpBatch() {
  const rd_kafka_resp_err_t fatal = FatalError(producer_->get());
  const rd_kafka_resp_err_t cause = fatal != RD_KAFKA_RESP_ERR_NO_ERROR ? fatal : failed_;
  if (Hopeless()) return WhyHopeless();
  if (IsUnsupported(cause)) return Report(NoIdempotence(rd_kafka_err2str(cause)));
  const Status status =
      ToStatus(cause, fmt::format("topic '{}' does not take a record", failed_topic_));
  if (IsPermanent(status)) return Report(status);
  Note(LogLevel::kWarning, "batch-aborted",
       fmt::format("{}: the batch is done again ({})", name_, rd_kafka_err2str(cause)));
  if (const Status renewed = Renew(); !renewed.ok()) return Report(renewed);
  return pipeline::Committed::kAborted;
}

Result<pipeline::Committed> FlushingOutbox::CommitOffsets(
    std::span<const pipeline::NextOffset> offsets) {
  for (;;) {
    const rd_kafka_resp_err_t error = group_->CommitOffsets(offsets, Duration(kCallTimeoutMs));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return pipeline::Committed::kYes;
    if (IsStaleMember(error)) {
      group_->ReportFenced();
      return Status(ErrorCode::kFenced,
                    fmt::format("{}: another instance has the partition", name_));
    }
    if (IsRefusal(error)) {
      return Report(ToStatus(error, fmt::format("{}: an offset is refused", name_)));
    }
    if (Hopeless()) return WhyHopeless();
    Note(LogLevel::kWarning, "offset-commit",
         fmt::format("{}: the offset is not committed ({}), trying again", name_,
                     rd_kafka_err2str(error)));
    std::this_thread::sleep_for(kPause);
  }
}

Status FlushingOutbox::Report(Status status) const {
  group_->ReportFailure(status);
  return status;
}

void FlushingOutbox::Note(LogLevel level, std::string_view code, std::string_view text) const {
  if (context().log) context().log(level, code, text);
}

}  // namespace riposte::kafka
