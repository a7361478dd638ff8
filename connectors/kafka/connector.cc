#include "connectors/kafka/connector.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "connectors/kafka/assigner.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/errors.h"
#include "connectors/kafka/fetch_waker.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/topics.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr Duration kRetryPause{1000};
constexpr Duration kRepeatMessage{30000};
constexpr Duration kProbePause{1000};
constexpr int kProbeTimeoutMs = 500;
// The member's own heartbeat usually notices first that the group has gone on without it.
constexpr Duration kRejoinAfterFence{3000};
constexpr int kMissingTopicTries = 3;
constexpr size_t kPrefetchMinKb = 256;

std::vector<pipeline::PartitionId> Ids(const rd_kafka_topic_partition_list_t& partitions) {
  std::vector<pipeline::PartitionId> ids;
  ids.reserve(static_cast<size_t>(partitions.cnt));
  for (int i = 0; i < partitions.cnt; ++i) {
    ids.push_back({.topic = partitions.elems[i].topic, .partition = partitions.elems[i].partition});
  }
  return ids;
}

std::string Names(const std::vector<pipeline::PartitionId>& ids) {
  std::string text;
  for (const pipeline::PartitionId& id : ids) {
    text += fmt::format("{}{}/{}", text.empty() ? "" : ", ", id.topic, id.partition);
  }
  return text.empty() ? "no partition (a spare)" : text;
}

}  // namespace

// The group's thread and what other threads may ask or tell it.
struct KafkaConnector::Impl {
  Impl(Options given, Settings checked) : options(std::move(given)), settings(std::move(checked)) {}

  // On the group's thread.
  void Run();
  bool Prepare();
  Status MakeConsumer(const TopicFacts& facts);
  void Serve();
  void Close();
  void OnRebalance(rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions);
  void OnAssign(rd_kafka_topic_partition_list_t* partitions);
  void OnRevoke(const std::vector<pipeline::PartitionId>& ids, bool lost);
  void OnConsumerError(rd_kafka_resp_err_t error, const std::string& topic, std::string_view text);
  void OnClientError(rd_kafka_resp_err_t error, bool fatal, std::string_view text);
  void CheckMissingTopics();
  void ProbeBrokers();
  void RejoinIfAsked();
  bool TellFailure();  // whether there was one

  // On any thread.
  void Fail(const Status& status);
  void AskRejoin(uint64_t assignment, Duration after);
  void SetReady(Status status);
  bool Stopping() const;
  // Waits, but not longer than until Stop().
  void Pause(Duration duration);
  void Note(LogLevel level, std::string_view code, std::string_view text) const {
    if (options.log) options.log(level, code, text);
  }

  const Options options;
  const Settings settings;
  pipeline::AssignmentListener* listener = nullptr;
  std::thread thread;

  // The group's thread only.
  TaskContext context;
  std::unique_ptr<Client> consumer;
  std::unique_ptr<FetchWaker> waker;  // null where the library needs none
  std::unique_ptr<Assigner> assigner;
  PartitionListPtr subscription;
  uint64_t assignments = 0;
  bool brokers_down = false;
  bool topic_deleted = false;
  steady_clock::time_point next_probe{};
  std::map<std::string, int> missing_topics;  // how often found missing
  steady_clock::time_point next_missing_check{};

  mutable std::mutex mutex;
  std::condition_variable wake;
  bool stop = false;
  steady_clock::time_point give_up_at = steady_clock::time_point::max();
  Status ready{ErrorCode::kUnavailable, "not started"};
  Status failure;  // the first
  bool failure_told = false;
  std::shared_ptr<Membership> membership;
  uint64_t rejoin_assignment = 0;
  steady_clock::time_point rejoin_at = steady_clock::time_point::max();
  std::set<std::string> reported_missing;
};

KafkaConnector::KafkaConnector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<KafkaConnector>> KafkaConnector::Create(Options options) {
  if (options.inputs.empty()) {
    return Status(ErrorCode::kInvalidArgument, "no Kafka input topics are configured");
  }
  Result<Settings> settings = Settings::Make(options);
  if (!settings.ok()) return settings.status();
  std::unique_ptr<Impl> impl =
      std::make_unique<Impl>(std::move(options), std::move(settings).value());
  return std::unique_ptr<KafkaConnector>(new KafkaConnector(std::move(impl)));
}

KafkaConnector::~KafkaConnector() { Stop(Duration(10000)); }

Status KafkaConnector::Start(pipeline::AssignmentListener& listener) {
  RIPOSTE_CHECK(!impl_->thread.joinable(), "a connector is started once");
  impl_->listener = &listener;
  impl_->SetReady({ErrorCode::kUnavailable, "connecting to Kafka at " + impl_->options.brokers});
  impl_->thread = std::thread([impl = impl_.get()] { impl->Run(); });
  return Status::Ok();
}

void KafkaConnector::Stop(Duration deadline) {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->stop = true;
    // A fifth is kept for leaving the group.
    impl_->give_up_at = steady_clock::now() + deadline * 4 / 5;
    if (impl_->membership) impl_->membership->LimitTo(impl_->give_up_at);
  }
  impl_->wake.notify_all();
  impl_->thread.join();
  impl_->SetReady({ErrorCode::kCancelled, "stopped"});
}

Status KafkaConnector::Ready() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->failure.ok() ? impl_->ready : impl_->failure;
}

void KafkaConnector::Impl::Run() {
  if (Prepare()) {
    Serve();
    Close();
  }
  TellFailure();
}

// Until the topics are as they have to be: waits for brokers, not for operators.
bool KafkaConnector::Impl::Prepare() {
  Result<std::unique_ptr<Client>> admin =
      Client::Create(settings, Role::kAdmin, {}, options.log, {});
  if (!admin.ok()) {
    Fail(admin.status());
    return false;
  }
  steady_clock::time_point last_message{};
  while (!Stopping()) {
    const Result<TopicFacts> facts = CheckTopics(**admin, options);
    if (facts.ok()) {
      const Status status = MakeConsumer(*facts);
      if (!status.ok()) Fail(status);
      return status.ok();
    }
    if (IsPermanent(facts.status())) {
      Fail(facts.status());
      return false;
    }
    SetReady(facts.status());
    if (steady_clock::now() - last_message >= kRepeatMessage) {
      last_message = steady_clock::now();
      Note(LogLevel::kWarning, "kafka-unreachable", facts.status().message() + " (trying again)");
    }
    Pause(kRetryPause);
  }
  return false;
}

Status KafkaConnector::Impl::MakeConsumer(const TopicFacts& facts) {
  context.settings = &settings;
  context.topics = OutTopics(options);
  context.message_bytes_max = facts.message_bytes_max;
  context.changelog_delete_retention = facts.changelog_delete_retention;
  context.transaction_timeout = options.transaction_timeout;
  context.log = options.log;
  // The limit holds for each partition's queue and is fixed when the client is made.
  const size_t prefetch_kb =
      std::max(kPrefetchMinKb, options.prefetch_bytes / 1024 / facts.read_partitions);
  context.queue_bytes_max = prefetch_kb * 1024;
  ClientCallbacks callbacks;
  callbacks.on_error = [this](rd_kafka_resp_err_t error, bool fatal, std::string_view text) {
    OnClientError(error, fatal, text);
  };
  callbacks.on_rebalance = [this](rd_kafka_resp_err_t event,
                                  rd_kafka_topic_partition_list_t* partitions) {
    OnRebalance(event, partitions);
  };
  Result<std::unique_ptr<Client>> client = Client::Create(
      settings, Role::kGroup, {{"queued.max.messages.kbytes", std::to_string(prefetch_kb)}},
      options.log, std::move(callbacks));
  if (!client.ok()) return client.status();
  consumer = std::move(client).value();
  rd_kafka_poll_set_consumer(consumer->get());
  if (FetchWaker::Needed()) waker = std::make_unique<FetchWaker>(consumer->get());
  assigner =
      std::make_unique<Assigner>(options, context, consumer->get(), [this] { return Stopping(); });
  const std::vector<std::string> topics = ReadTopics(options);
  subscription = NewPartitionList(topics.size());
  for (const std::string& topic : topics) {
    rd_kafka_topic_partition_list_add(subscription.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  SetReady({ErrorCode::kUnavailable,
            fmt::format("joining group '{}' at {}", options.group, options.brokers)});
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer->get(), subscription.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
  return ToStatus(error, "the topics cannot be subscribed to");
}

void KafkaConnector::Impl::Serve() {
  while (!Stopping()) {
    const MessagePtr message(rd_kafka_consumer_poll(consumer->get(), kPollMs));
    if (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* text = rd_kafka_message_errstr(message.get());
      OnConsumerError(message->err,
                      message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt),
                      text == nullptr ? "" : text);
    }
    RIPOSTE_CHECK(!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR,
                  "records come through the partitions' queues only");
    CheckMissingTopics();
    ProbeBrokers();
    if (TellFailure()) return;
    RejoinIfAsked();
  }
}

void KafkaConnector::Impl::Close() {
  SetReady({ErrorCode::kCancelled, "leaving the group"});
  if (brokers_down) {
    // Leaving would wait for a coordinator that does not answer.
    consumer->set_destroy_without_close();
    std::vector<pipeline::PartitionId> ids;
    PartitionListPtr owner;
    rd_kafka_topic_partition_list_t* current = nullptr;
    if (rd_kafka_assignment(consumer->get(), &current) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      owner.reset(current);
      ids = Ids(*current);
    }
    OnRevoke(ids, rd_kafka_assignment_lost(consumer->get()) != 0);
  } else {
    const rd_kafka_resp_err_t error = rd_kafka_consumer_close(consumer->get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__FATAL) {
      Note(LogLevel::kWarning, "kafka-close", rd_kafka_err2str(error));
    }
  }
  assigner.reset();
  waker.reset();
  if (topic_deleted) {
    Client::Abandon(std::move(consumer));
  } else {
    consumer.reset();
  }
}

void KafkaConnector::Impl::OnRebalance(rd_kafka_resp_err_t event,
                                       rd_kafka_topic_partition_list_t* partitions) {
  if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    OnAssign(partitions);
    return;
  }
  const bool lost = rd_kafka_assignment_lost(consumer->get()) != 0;
  OnRevoke(Ids(*partitions), lost);
  rd_kafka_assign(consumer->get(), nullptr);
}

void KafkaConnector::Impl::OnAssign(rd_kafka_topic_partition_list_t* partitions) {
  const uint64_t number = ++assignments;
  Membership::Reports reports;
  reports.fenced = [this](uint64_t assignment) { AskRejoin(assignment, kRejoinAfterFence); };
  reports.offset_expired = [this](uint64_t assignment, const pipeline::PartitionId&) {
    AskRejoin(assignment, Duration(0));
  };
  reports.topic_missing = [this](const pipeline::PartitionId& id) {
    const std::lock_guard<std::mutex> lock(mutex);
    reported_missing.insert(id.topic);
  };
  reports.queue_low = [this](const pipeline::PartitionId& id) {
    if (waker) waker->RunsLow(id);
  };
  reports.failed = [this](const Status& status) { Fail(status); };
  const std::shared_ptr<Membership> made =
      std::make_shared<Membership>(number, consumer->get(), std::move(reports));
  {
    // Known at once, so that Stop() can bring its end forward.
    const std::lock_guard<std::mutex> lock(mutex);
    membership = made;
    made->LimitTo(give_up_at);
  }
  Result<BuiltAssignment> built = assigner->Build(made, *partitions);
  if (!built.ok()) {
    rd_kafka_assign(consumer->get(), nullptr);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      membership.reset();
    }
    if (Stopping()) return;
    if (IsPermanent(built.status())) {
      Fail(built.status());
      return;
    }
    SetReady(built.status());
    Note(LogLevel::kWarning, "assignment-failed", built.status().message() + " (joining again)");
    AskRejoin(number, kRetryPause);
    return;
  }
  const rd_kafka_resp_err_t error = rd_kafka_assign(consumer->get(), built->partitions.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Fail(ToStatus(error, "the partitions cannot be assigned"));
    return;
  }
  Note(LogLevel::kInfo, "partitions-assigned",
       fmt::format("group '{}' gives {}", options.group, Names(Ids(*partitions))));
  if (!built->tasks.empty()) listener->OnAssigned(std::move(built->tasks));
  SetReady(Status::Ok());
}

void KafkaConnector::Impl::OnRevoke(const std::vector<pipeline::PartitionId>& ids, bool lost) {
  // Without a broker, that is what there is to say.
  if (!brokers_down)
    SetReady({ErrorCode::kUnavailable,
              fmt::format("joining group '{}' at {} again", options.group, options.brokers)});
  std::shared_ptr<Membership> ending;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    ending.swap(membership);
    if (ending) {
      ending->Revoke(lost, std::min(give_up_at, steady_clock::now() + options.revoke_timeout));
    }
  }
  if (!ending || ids.empty()) return;
  Note(lost ? LogLevel::kWarning : LogLevel::kInfo, lost ? "partitions-lost" : "partitions-revoked",
       fmt::format("group '{}' takes {}", options.group, Names(ids)));
  listener->OnRevoked(ids, lost);
  RIPOSTE_CHECK(ending->users() == 0,
                "a revoked partition has neither an Input nor an Outbox any more");
}

void KafkaConnector::Impl::OnConsumerError(rd_kafka_resp_err_t error, const std::string& topic,
                                           std::string_view text) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: {
      const std::lock_guard<std::mutex> lock(mutex);
      for (const std::string& read : ReadTopics(options)) {
        if (topic.empty() || topic == read) reported_missing.insert(read);
      }
      return;
    }
    case RD_KAFKA_RESP_ERR__FATAL: {
      std::array<char, 512> reason{};
      OnClientError(rd_kafka_fatal_error(consumer->get(), reason.data(), reason.size()), true,
                    reason.data());
      return;
    }
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      Fail(ToStatus(error, fmt::format("topic '{}' may not be read", topic)));
      return;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      Fail(ToStatus(error, fmt::format("group '{}' may not be joined", options.group)));
      return;
    default:
      Note(LogLevel::kWarning, "kafka-consume", text);
  }
}

void KafkaConnector::Impl::OnClientError(rd_kafka_resp_err_t error, bool fatal,
                                         std::string_view text) {
  if (error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
    Fail({ErrorCode::kFenced,
          fmt::format("instance_id '{}' of group '{}' is in use by another process: each instance "
                      "needs an id of its own",
                      options.instance_id, options.group)});
  } else if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
    Fail({ErrorCode::kPermission,
          fmt::format("Kafka at {} refuses the connection: {}", options.brokers, text)});
  } else if (fatal) {
    Fail(ToStatus(error, fmt::format("the Kafka client cannot go on ({})", text)));
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !brokers_down) {
    brokers_down = true;
    Note(LogLevel::kError, "kafka-unreachable",
         fmt::format("no Kafka broker of {} answers, waiting for one", options.brokers));
    const std::lock_guard<std::mutex> lock(mutex);
    ready = Status(ErrorCode::kUnavailable,
                   fmt::format("no Kafka broker of {} answers", options.brokers));
  }
}

// The library says when the last broker goes, but not when the first comes back.
void KafkaConnector::Impl::ProbeBrokers() {
  if (!brokers_down || steady_clock::now() < next_probe) return;
  next_probe = steady_clock::now() + kProbePause;
  if (!PartitionCounts(consumer->get(), {options.inputs[0].topic}, kProbeTimeoutMs).ok()) return;
  brokers_down = false;
  Note(LogLevel::kInfo, "kafka-reachable", "Kafka answers again");
  const std::lock_guard<std::mutex> lock(mutex);
  if (membership) ready = Status::Ok();
}

// A broker that has just started may not know a topic yet: asked again before it counts as deleted.
void KafkaConnector::Impl::CheckMissingTopics() {
  if (steady_clock::now() < next_missing_check) return;
  std::set<std::string> reported;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    reported = reported_missing;
  }
  if (reported.empty()) return;
  next_missing_check = steady_clock::now() + kRetryPause;
  const Result<std::map<std::string, int32_t>> counts =
      PartitionCounts(consumer->get(), reported, kProbeTimeoutMs);
  if (!counts.ok()) return;
  for (const auto& [topic, count] : *counts) {
    if (count == 0 && ++missing_topics[topic] < kMissingTopicTries) continue;
    if (count == 0) {
      topic_deleted = true;
      Fail({ErrorCode::kNotFound, fmt::format("topic '{}' was deleted", topic)});
    }
    missing_topics.erase(topic);
    const std::lock_guard<std::mutex> lock(mutex);
    reported_missing.erase(topic);
  }
}

void KafkaConnector::Impl::RejoinIfAsked() {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (steady_clock::now() < rejoin_at) return;
    rejoin_at = steady_clock::time_point::max();
    if (rejoin_assignment != assignments) return;  // a rebalance came first
  }
  Note(LogLevel::kInfo, "group-rejoin", fmt::format("joining group '{}' again", options.group));
  rd_kafka_unsubscribe(consumer->get());
  // The revoke callback comes from polling, if there was something to revoke.
  const auto subscribed = [&] {
    rd_kafka_topic_partition_list_t* current = nullptr;
    if (rd_kafka_assignment(consumer->get(), &current) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    const PartitionListPtr owner(current);
    return current->cnt > 0;
  };
  while (subscribed() && !Stopping()) {
    const MessagePtr ignored(rd_kafka_consumer_poll(consumer->get(), kPollMs));
  }
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer->get(), subscription.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Fail(ToStatus(error, "the topics cannot be subscribed to"));
  }
}

bool KafkaConnector::Impl::TellFailure() {
  Status status;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (failure.ok()) return false;
    if (failure_told) return true;
    failure_told = true;
    status = failure;
  }
  listener->OnFailed(status);
  return true;
}

void KafkaConnector::Impl::Fail(const Status& status) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!failure.ok()) return;
    failure = status;
  }
  Note(LogLevel::kError, "kafka-failed", status.message());
}

void KafkaConnector::Impl::AskRejoin(uint64_t assignment, Duration after) {
  const std::lock_guard<std::mutex> lock(mutex);
  rejoin_assignment = assignment;
  rejoin_at = std::min(rejoin_at, steady_clock::now() + after);
}

void KafkaConnector::Impl::SetReady(Status status) {
  const std::lock_guard<std::mutex> lock(mutex);
  ready = std::move(status);
}

bool KafkaConnector::Impl::Stopping() const {
  const std::lock_guard<std::mutex> lock(mutex);
  return stop;
}

void KafkaConnector::Impl::Pause(Duration duration) {
  std::unique_lock<std::mutex> lock(mutex);
  wake.wait_for(lock, duration, [this] { return stop; });
}

}  // namespace riposte::kafka
