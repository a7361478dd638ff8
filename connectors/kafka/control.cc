#include "connectors/kafka/control.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "connectors/kafka/client.h"
#include "connectors/kafka/errors.h"
#include "connectors/kafka/topics.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int kPollMs = 100;
// More than the library's own, so that its verdict comes first.
constexpr std::chrono::milliseconds kWriteTimeout{12000};
// How soon EndWithin() is noticed.
constexpr std::chrono::milliseconds kWriteStep{100};
constexpr int kProbeTimeoutMs = 500;
constexpr Duration kRetryPause{1000};
constexpr int32_t kPartition = 0;

Time AppendTime(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) return TimeFromMs(timestamp);
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// What the library says of one written record.
struct Delivery {
  bool done = false;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool may_be_written = false;
};

}  // namespace

struct KafkaControl::Impl {
  Impl(Options given, Settings checked)
      : options(std::move(given)),
        settings(std::move(checked)),
        topic(options.topic_prefix + "control") {}

  void Run();
  // Until the topic is there. False: stopping, or an operator has to act.
  bool Prepare();
  void Follow();
  void Take(const rd_kafka_message_t& message);
  void Publish();
  void SetState(Status status);
  bool Stopping() const { return stop.load(); }
  void Pause(Duration duration);
  Status MakeWriter();
  // Until the answer to a record is there, it has lasted too long, or the process ends and there is
  // nobody to answer.
  void AwaitDelivery();
  bool NobodyAnswers();

  const Options options;
  const Settings settings;
  const std::string topic;
  std::thread thread;
  std::atomic<bool> stop{false};
  std::atomic<steady_clock::time_point> writes_end{steady_clock::time_point::max()};

  // The reader's thread only.
  std::map<std::string, pipeline::ControlRecord> latest;

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::shared_ptr<const Snapshot> snapshot = std::make_shared<Snapshot>();
  Status state{ErrorCode::kUnavailable, "not read yet"};

  std::mutex write_mutex;
  // Under write_mutex.
  Delivery delivery;
  bool brokers_down = false;  // so the library said last; it does not say when one is back
  std::unique_ptr<Client> writer;
};

KafkaControl::KafkaControl(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<KafkaControl>> KafkaControl::Create(const Options& options) {
  Result<Settings> settings = Settings::Make(options);
  if (!settings.ok()) return settings.status();
  std::unique_ptr<Impl> impl = std::make_unique<Impl>(options, std::move(settings).value());
  impl->thread = std::thread([raw = impl.get()] { raw->Run(); });
  return std::unique_ptr<KafkaControl>(new KafkaControl(std::move(impl)));
}

KafkaControl::~KafkaControl() {
  impl_->stop = true;
  impl_->changed.notify_all();
  impl_->thread.join();
}

std::shared_ptr<const pipeline::Control::Snapshot> KafkaControl::Read() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->snapshot;
}

Status KafkaControl::Ready() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->state;
}

Status KafkaControl::WaitComplete(Duration timeout) const {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->changed.wait_for(
      lock, timeout, [this] { return impl_->snapshot->complete || IsPermanent(impl_->state); });
  if (impl_->snapshot->complete) return Status::Ok();
  if (IsPermanent(impl_->state)) return impl_->state;
  return {ErrorCode::kTimeout,
          fmt::format("topic '{}' could not be read within {}: {}", impl_->topic,
                      FormatDuration(timeout), impl_->state.message())};
}

void KafkaControl::Impl::Run() {
  if (Prepare()) Follow();
}

bool KafkaControl::Impl::Prepare() {
  Result<std::unique_ptr<Client>> admin =
      Client::Create(settings, Role::kAdmin, {}, options.log, {});
  if (!admin.ok()) {
    SetState(admin.status());
    return false;
  }
  while (!Stopping()) {
    const Status status = CheckControlTopic(**admin, options);
    SetState(status);
    if (status.ok()) return true;
    if (IsPermanent(status)) return false;
    Pause(kRetryPause);
  }
  return false;
}

// The plain consumer: no group, as every instance reads all of it.
void KafkaControl::Impl::Follow() {
  ClientCallbacks callbacks;
  callbacks.on_error = [&](rd_kafka_resp_err_t error, bool, std::string_view text) {
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      SetState({ErrorCode::kUnavailable, fmt::format("topic '{}': {}", topic, text)});
    }
  };
  Result<std::unique_ptr<Client>> made =
      Client::Create(settings, Role::kControlReader, {}, options.log, std::move(callbacks));
  if (!made.ok()) {
    SetState(made.status());
    return;
  }
  const std::unique_ptr<Client> client = std::move(made).value();
  const TopicPtr handle(rd_kafka_topic_new(client->get(), topic.c_str(), nullptr));
  rd_kafka_consume_start(handle.get(), kPartition, RD_KAFKA_OFFSET_BEGINNING);
  bool complete = false;
  bool unpublished = false;
  while (!Stopping()) {
    rd_kafka_poll(client->get(), 0);
    const MessagePtr message(rd_kafka_consume(handle.get(), kPartition, unpublished ? 0 : kPollMs));
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Take(*message);
      unpublished = true;
      continue;
    }
    if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      complete = true;
      unpublished = true;
      SetState(Status::Ok());
    } else if (message) {
      const char* text = rd_kafka_message_errstr(message.get());
      SetState(ToStatus(message->err, fmt::format("topic '{}' cannot be read", topic)));
      if (options.log) options.log(LogLevel::kWarning, "control-read", text == nullptr ? "" : text);
      Pause(kRetryPause);
    }
    // Together what came together; before the end nothing, as it may be the past.
    if (unpublished && complete) Publish();
    unpublished = false;
  }
  rd_kafka_consume_stop(handle.get(), kPartition);
}

void KafkaControl::Impl::Take(const rd_kafka_message_t& message) {
  const std::string key(static_cast<const char*>(message.key), message.key_len);
  if (message.payload == nullptr || message.len == 0) {
    latest.erase(key);
    return;
  }
  latest[key] = {.key = key,
                 .value = std::string(static_cast<const char*>(message.payload), message.len),
                 .append_time = AppendTime(message)};
}

void KafkaControl::Impl::Publish() {
  std::shared_ptr<Snapshot> next = std::make_shared<Snapshot>();
  next->complete = true;
  for (const auto& [key, record] : latest) next->records.push_back(record);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    snapshot = std::move(next);
  }
  changed.notify_all();
}

void KafkaControl::Impl::SetState(Status status) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    state = std::move(status);
  }
  changed.notify_all();
}

void KafkaControl::Impl::Pause(Duration duration) {
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait_for(lock, duration, [this] { return stop.load(); });
}

Status KafkaControl::Impl::MakeWriter() {
  if (writer) return Status::Ok();
  ClientCallbacks callbacks;
  brokers_down = false;
  callbacks.on_error = [this](rd_kafka_resp_err_t error, bool, std::string_view) {
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) brokers_down = true;
  };
  callbacks.on_delivery = [this](const rd_kafka_message_t& message) {
    delivery = {
        .done = true,
        .error = message.err,
        .may_be_written = rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
  };
  Result<std::unique_ptr<Client>> made =
      Client::Create(settings, Role::kControlWriter, {}, options.log, std::move(callbacks));
  if (!made.ok()) return made.status();
  writer = std::move(made).value();
  return Status::Ok();
}

void KafkaControl::Impl::AwaitDelivery() {
  const steady_clock::time_point give_up = steady_clock::now() + kWriteTimeout;
  while (!delivery.done) {
    const steady_clock::time_point now = steady_clock::now();
    const steady_clock::time_point end = writes_end.load();
    if (now >= std::min(give_up, end)) return;
    rd_kafka_flush(writer->get(), static_cast<int>(kWriteStep.count()));
    const bool ending = end != steady_clock::time_point::max();
    if (ending && !delivery.done && NobodyAnswers()) return;
  }
}

bool KafkaControl::Impl::NobodyAnswers() {
  if (brokers_down) brokers_down = !PartitionCounts(writer->get(), {topic}, kProbeTimeoutMs).ok();
  return brokers_down;
}

void KafkaControl::EndWithin(Duration deadline) {
  const steady_clock::time_point end = steady_clock::now() + deadline;
  steady_clock::time_point set = impl_->writes_end.load();
  while (end < set && !impl_->writes_end.compare_exchange_weak(set, end)) {
  }
}

Status KafkaControl::Write(const pipeline::ControlRecord& record) {
  const std::lock_guard<std::mutex> lock(impl_->write_mutex);
  if (steady_clock::now() >= impl_->writes_end.load())
    return {ErrorCode::kCancelled, "the process ends"};
  RIPOSTE_TRY(impl_->MakeWriter());
  rd_kafka_t* writer = impl_->writer->get();
  impl_->delivery = {};
  const std::string what = fmt::format("topic '{}' did not take the record", impl_->topic);
  {
    const TopicPtr handle(rd_kafka_topic_new(writer, impl_->topic.c_str(), nullptr));
    // An empty value deletes: a record without value.
    const bool deletes = record.value.empty();
    const int sent =
        rd_kafka_produce(handle.get(), kPartition, RD_KAFKA_MSG_F_COPY,
                         deletes ? nullptr : const_cast<char*>(record.value.data()),
                         record.value.size(), record.key.data(), record.key.size(), nullptr);
    if (sent != 0) return ToStatus(rd_kafka_last_error(), what);
    impl_->AwaitDelivery();
  }
  const Delivery delivery = impl_->delivery;
  if (delivery.done && delivery.error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
  const std::string refusal(impl_->writer->Refusal());
  // Whatever it holds back must not be written later; a fatal error ends its use anyway.
  impl_->writer.reset();
  // Before the refusal, which may be another broker's than the one that had the record.
  if (!delivery.done || delivery.may_be_written) {
    return {ErrorCode::kUncertain, fmt::format("{}, or its answer was lost: read it back", what)};
  }
  if (!refusal.empty()) {
    return {ErrorCode::kPermission,
            fmt::format("Kafka at {} refuses the connection: {}", impl_->options.brokers, refusal)};
  }
  if (delivery.error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
    return {ErrorCode::kUnavailable,
            fmt::format("{}: no broker of {} answers", what, impl_->options.brokers)};
  }
  return ToStatus(delivery.error, what);
}

}  // namespace riposte::kafka
